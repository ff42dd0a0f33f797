"""Who follows whom, and how that changes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from oauthsite.demo.models import Account, Follow, Profile
from oauthsite.demo.relations import NotYourself, follow, relations, unfollow
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def account(name: str) -> Account:
    return Account.objects.get(pk=UserFactory(username=name).pk)


def test_a_follow_comes_into_being_once() -> None:
    ada, bob = account("ada"), account("bob")
    follow(follower=ada, followed=bob)
    follow(follower=ada, followed=bob)
    assert [(f.follower, f.followed) for f in Follow.objects.all()] == [(ada, bob)]
    assert str(Follow.objects.get()) == "ada follows bob"


def test_nobody_follows_themselves() -> None:
    ada = account("ada")
    with pytest.raises(NotYourself):
        follow(follower=ada, followed=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Follow.objects.create(follower=ada, followed=ada)


def test_a_follow_ends_and_ending_it_again_changes_nothing() -> None:
    ada, bob = account("ada"), account("bob")
    follow(follower=ada, followed=bob)
    follow(follower=bob, followed=ada)
    unfollow(follower=ada, followed=bob)
    unfollow(follower=ada, followed=bob)
    assert Follow.objects.get().follower == bob


def test_relations_tell_both_directions_in_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ada, bob, grace = account("ada"), account("bob"), account("grace")
    follow(follower=ada, followed=bob)
    follow(follower=grace, followed=ada)
    with django_assert_num_queries(1):
        found = relations(ada, [bob, grace])
    assert [(r.account.username, r.is_following, r.is_followed_by) for r in found] == [
        ("bob", True, False),
        ("grace", False, True),
    ]


def test_a_user_who_goes_takes_their_follows_and_profile_along() -> None:
    ada, bob = account("ada"), account("bob")
    follow(follower=ada, followed=bob)
    follow(follower=bob, followed=ada)
    Profile.objects.create(user=bob)
    User.objects.get(username="bob").delete()
    assert (Follow.objects.count(), Profile.objects.count()) == (0, 0)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL runs these side by side")
@pytest.mark.django_db(transaction=True)
def test_twenty_follows_at_once_are_one() -> None:
    ada, bob = account("ada"), account("bob")

    def run(_: int) -> None:
        try:
            follow(follower=ada, followed=bob)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(run, range(20)))  # raises what any of them raised
    assert Follow.objects.count() == 1
