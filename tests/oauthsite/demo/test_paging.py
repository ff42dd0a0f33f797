"""A window on a list of follows: what is in it, and whether there is more."""

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from oauthsite.demo.models import Account, Follow
from oauthsite.demo.paging import LARGEST, Page, Window, number, page
from tests.factories import UserFactory


@pytest.fixture
def ada(db: None) -> User:
    """Follows five others: user a first, user e last."""
    ada: User = UserFactory(username="ada")
    for name in "abcde":
        Follow.objects.create(follower_id=ada.pk, followed_id=UserFactory(username=name).pk)
    return ada


def names(found: Page) -> str:
    return "".join(account.username for account in found.rows)


def position(name: str) -> int:
    return Follow.objects.get(followed__username=name).pk


def ask(ada: User, **window: int | bool) -> Page:
    return page(Account.objects.shown().followed_by(ada), Window(**{"limit": 2, **window}))  # type: ignore[arg-type]


def test_the_newest_come_first(ada: User) -> None:
    found = ask(ada)
    assert (names(found), found.has_more, found.has_older) == ("ed", True, True)
    assert (found.newest, found.oldest) == (position("e"), position("d"))


def test_below_a_key_the_list_goes_on(ada: User) -> None:
    assert names(ask(ada, below=position("d"))) == "cb"


def test_the_last_page_has_no_more(ada: User) -> None:
    found = ask(ada, below=position("b"))
    assert (names(found), found.has_more, found.has_older) == ("a", False, False)


def test_a_page_that_is_exactly_full_has_no_more(ada: User) -> None:
    assert not ask(ada, limit=5).has_more


def test_above_a_key_the_newest_are_given(ada: User) -> None:
    assert names(ask(ada, above=position("b"))) == "ed"


def test_from_the_oldest_those_next_to_the_key_are_given_newest_first(ada: User) -> None:
    found = ask(ada, above=position("a"), from_oldest=True)
    assert (names(found), found.has_more, found.has_older) == ("cb", True, True)


def test_from_the_very_oldest_there_is_nothing_older(ada: User) -> None:
    found = ask(ada, above=0, from_oldest=True, limit=9)
    assert (names(found), found.has_more, found.has_older) == ("edcba", False, False)


def test_an_empty_page_has_no_keys(ada: User) -> None:
    found = ask(ada, above=LARGEST, from_oldest=True)
    assert (found.rows, found.newest, found.oldest, found.has_older) == ([], None, None, False)


def test_a_page_is_one_statement_with_all_that_its_rows_tell(
    ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert next((a.display_name, a.followers_count, a.following_count) for a in ask(ada, limit=5).rows) == (
            "e",
            1,
            0,
        )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("007", 7),
        ("-7", -7),
        (str(LARGEST), LARGEST),
        (str(LARGEST + 1), LARGEST),
        ("9" * 5_000, LARGEST),
        ("-" + "9" * 5_000, -LARGEST),
        *((bad, None) for bad in (None, "", "-", "--7", "7.0", "1e3", " 7", "７", "²", "\x00", "abc", "0x7", "None")),
    ],
)
def test_a_number_is_read_or_ignored(text: str | None, expected: int | None) -> None:
    assert number(text) == expected
