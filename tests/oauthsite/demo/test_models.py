"""What an account says about itself, and which accounts are found."""

import pytest
from django.contrib.auth.models import User
from django.db import connection

from oauthsite.demo.models import Account, Follow, Profile
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_user_made_elsewhere_is_an_account() -> None:
    User.objects.create_user("ada", first_name="Ada", last_name="Lovelace")
    ada = Account.objects.shown().get()
    assert (ada.display_name, ada.note, ada.avatar) == ("Ada Lovelace", "", "")


def test_what_the_profile_says_goes_first() -> None:
    profile = Profile.objects.create(
        user=UserFactory(username="ada", first_name="Ada"), display_name="Countess", note="Hi", avatar="https://a/b.png"
    )
    ada = Account.objects.shown().get()
    assert (ada.display_name, ada.note, ada.avatar) == ("Countess", "Hi", "https://a/b.png")
    assert str(profile) == "Countess"
    assert str(Profile(user=ada)) == "ada"


def test_closed_accounts_are_neither_shown_nor_counted() -> None:
    ada, bob, gone = UserFactory(username="ada"), UserFactory(), UserFactory(is_active=False)
    for other in (bob, gone):
        Follow.objects.create(follower_id=ada.pk, followed_id=other.pk)
        Follow.objects.create(follower_id=other.pk, followed_id=ada.pk)
    shown = Account.objects.shown()
    assert set(shown.values_list("pk", flat=True)) == {ada.pk, bob.pk}
    found = shown.get(pk=ada.pk)
    assert (found.following_count, found.followers_count) == (1, 1)
    assert [a.pk for a in shown.followed_by(ada)] == [a.pk for a in shown.following(ada)] == [bob.pk]


@pytest.mark.skipif(connection.vendor == "mysql", reason="there no two names differ only in case")
def test_the_name_as_it_is_written_goes_before_another_case() -> None:
    for name in ("ADA", "ada", "bob"):
        UserFactory(username=name)
    assert [a.username for a in Account.objects.named("ada")] == ["ada", "ADA"]


def test_a_search_finds_names_and_display_names_the_exact_one_first() -> None:
    for name in ("adalbert", "ada", "zoe", "bob"):
        UserFactory(username=name)
    Profile.objects.create(user=User.objects.get(username="zoe"), display_name="Adam's aunt")
    assert [a.username for a in Account.objects.like("ada")] == ["ada", "adalbert", "zoe"]
