"""Duplicates in flight together, and replays: where the one ends and the other begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from clients.errors import InvalidGrant
from clients.events import Act
from clients.models import Event
from tests.factories import REDIRECT_URI, ClientFactory, UserFactory
from tests.sessions import Session
from tokens.models import Grant, TokenFamily
from tokens.origin import Origin
from tokens.rules import redemption, replay, rotation

pytestmark = [pytest.mark.django_db, pytest.mark.rfc("6749", "4.1.2")]


def spent_code() -> Callable[..., None]:
    """A code that was spent a second ago: what is returned sends it again."""
    client = ClientFactory()
    _, code = redemption.grant_code(
        client=client, user=UserFactory(), scope=["read"], redirect_uri=REDIRECT_URI, origin=Origin()
    )
    redemption.redeem(redemption.find_code(client=client, code=code), origin=Origin())
    Grant.objects.update(used_at=timezone.now() - timedelta(seconds=1))

    def again(**origin: Any) -> None:
        with pytest.raises(InvalidGrant):
            redemption.redeem(redemption.find_code(client=client, code=code), origin=Origin(**origin))

    return again


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def test_the_last_of_a_burst_may_begin_when_the_first_has_its_answer() -> None:  # C2, K1
    again = spent_code()
    again(began_at=ago(2))  # in flight together with the first
    again(began_at=ago(0.5))  # with that one
    assert TokenFamily.objects.live().count() == 1


def test_what_begins_after_the_burst_is_a_replay() -> None:  # C2
    again = spent_code()
    again(began_at=ago(2))
    again()
    assert TokenFamily.objects.live().count() == 0


def test_a_replay_after_the_codes_own_time_is_one_too() -> None:  # C2: the tombstone outlives the code
    again = spent_code()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        again()
    assert TokenFamily.objects.live().count() == 0


def test_a_replay_is_told_also_where_nothing_worked_any_more() -> None:
    again = spent_code()
    TokenFamily.objects.update(expires=timezone.now())
    again()
    event = Event.objects.get(act=Act.REPLAY_REVOKED)
    assert (event.count, TokenFamily.objects.get().is_revoked) == (0, True)


def test_a_burst_ends_after_ten_seconds_however_many_come() -> None:
    again = spent_code()
    Grant.objects.update(used_at=ago(11))
    again(began_at=ago(12))
    assert Grant.objects.get().settled_at is None
    again(began_at=ago(5))
    assert TokenFamily.objects.live().count() == 0


@pytest.mark.parametrize(("others", "alive"), [(True, 1), (False, 0)])
def test_those_in_flight_get_a_moment_to_be_refused_first(
    monkeypatch: pytest.MonkeyPatch, others: bool, alive: int
) -> None:
    again = spent_code()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if others:
            replay.note_duplicate(Grant.objects.get())

    monkeypatch.setattr(replay, "SETTLING", (0.1, 0.2))
    monkeypatch.setattr(replay.time, "sleep", sleep)
    again()
    assert slept == ([0.1] if others else [0.1, 0.2])
    assert TokenFamily.objects.live().count() == alive


def test_who_loses_the_race_for_a_code_writes_down_when() -> None:
    client = ClientFactory()
    _, code = redemption.grant_code(
        client=client, user=UserFactory(), scope=["read"], redirect_uri=REDIRECT_URI, origin=Origin()
    )
    first, second = (redemption.find_code(client=client, code=code) for _ in range(2))
    redemption.redeem(first, origin=Origin())
    with pytest.raises(InvalidGrant):
        redemption.redeem(second, origin=Origin())
    assert Grant.objects.get().settled_at > Grant.objects.get().used_at


@pytest.mark.rfc("9700", "4.14.2")
def test_a_burst_of_refreshes_is_one_too(api: APIClient) -> None:  # K2
    session = Session(api)
    value = session.pair["refresh_token"]
    first, second = (rotation.find_refresh_token(client=session.client, value=value) for _ in range(2))
    rotation.rotate(first, scope=["read"], origin=Origin())
    began = timezone.now()
    with time_machine.travel(began + timedelta(seconds=1), tick=False):
        with pytest.raises(InvalidGrant):
            rotation.rotate(second, scope=["read"], origin=Origin())
        late = rotation.find_refresh_token(client=session.client, value=value)
        with pytest.raises(InvalidGrant):
            rotation.rotate(late, scope=["read"], origin=Origin(began_at=began + timedelta(seconds=0.5)))
        assert TokenFamily.objects.live().count() == 1
    assert late.settled_at == began + timedelta(seconds=1)
