"""The words that templates use."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clients.templatetags.oauth_pages import ago, described, moment, scope_words

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment_", "words"),
    [
        (None, "never"),
        (datetime(2026, 11, 22, 9, 30, tzinfo=UTC), "today, 9:30 a.m."),
        (datetime(2026, 11, 21, 23, 59, tzinfo=UTC), "yesterday, 11:59 p.m."),
        (datetime(2026, 11, 2, 9, 30, tzinfo=UTC), "Nov. 2, 2026"),
    ],
)
def test_times_are_said_as_people_say_them(moment_: datetime | None, words: str) -> None:
    with time_machine.travel(NOON):
        assert words in moment(moment_)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "just now"), (59, "just now"), (60, "1\xa0minute ago"), (40 * 86_400, "1\xa0month ago")]
)
def test_what_is_past_is_said_in_one_unit(seconds: int, words: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert ago(NOON - timedelta(seconds=seconds)) == words


def test_scopes_in_words_and_how_many_more() -> None:
    assert scope_words(["read:accounts"]) == "See accounts"
    assert scope_words(["read", "push", "email", "polls", "stream"], 2) == (
        "See everything in your account · Send you push notifications and 3 more"
    )
    assert scope_words(["gone-from-the-catalogue"]) == "gone-from-the-catalogue"


def test_what_left_the_catalogue_is_not_described() -> None:
    assert [name for name, _ in described(["read", "gone"])] == ["read"]
