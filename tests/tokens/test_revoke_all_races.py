"""Revoking everything while tokens are being issued and refreshed: real threads on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from clients.errors import InvalidToken, OAuthError, OneClientOnly
from clients.models import Client
from clients.rules.registration import register
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tests.racing import PATIENCE
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules.issuance import start
from tokens.rules.revocation import Reason, revoke
from tokens.rules.rotation import find_refresh_token, rotate
from tokens.rules.verification import verify

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL runs these side by side"),
]

ROUNDS, ISSUERS, REFRESHERS = 100, 8, 4


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each act returned or raised; all begin together, each with a connection of its own."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            gate.wait(PATIENCE)
            results[place] = acts[place]()
        except Exception as error:  # noqa: BLE001  (told to the test)
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return results


def works(token: str) -> bool:
    try:
        verify(token)
    except InvalidToken:
        return False
    return True


Done = tuple[str, float]  # a token, and when its issuing had returned


def begun(client: Any, user: Any, *, has_refresh_token: bool) -> Any:
    return start(
        client=client,
        user=user,
        grant_type="authorization_code",
        scope=["read"],
        origin=Origin(),
        has_refresh_token=has_refresh_token,
    )


def issue(client: Any, user: Any) -> Done:
    issued = begun(client, user, has_refresh_token=False)
    return issued.access_token, time.monotonic()


def refresh(client: Any, value: str) -> Done:
    token = find_refresh_token(client=client, value=value)
    return rotate(token, scope=["read"], origin=Origin()).access_token, time.monotonic()


def revoke_all(holder: Any, families: Any) -> float:
    """When the last statement before the commit began: whoever had returned by then had committed."""
    moments = [0.0]

    def note(execute: Any, *call: Any) -> Any:
        moments.append(time.monotonic())
        return execute(*call)

    with connection.execute_wrapper(note):
        revoke(families, Reason(actor=None), hold=holder)
    return moments[-1]


@pytest.mark.parametrize("door", ["holder", "developer"])
def test_every_token_issued_before_the_commit_is_dead(door: str) -> None:  # T2, T19
    user, client = UserFactory(), ClientFactory()
    _, kept = FamilyFactory(user=UserFactory())
    mine = TokenFamily.objects.of_user(user) if door == "holder" else TokenFamily.objects.of_client(client)
    early = late = 0
    for _ in range(ROUNDS if door == "holder" else ROUNDS // 4):
        old = [begun(client, user, has_refresh_token=True) for _ in range(REFRESHERS)]
        *results, committed = at_once(
            [partial(issue, client, user)] * ISSUERS
            + [partial(refresh, client, issued.refresh_token) for issued in old]
            + [partial(revoke_all, user if door == "holder" else client, mine)]
        )
        assert isinstance(committed, float), committed
        for result in results:
            assert isinstance(result, tuple | OAuthError), result
        # Whatever the order, nothing of a family that stood before lives on.
        assert not any(works(issued.access_token) for issued in old)
        assert not any(works(result[0]) for result in results[ISSUERS:] if isinstance(result, tuple))
        for token, returned in results[:ISSUERS]:
            early, late = early + (returned < committed), late + (returned >= committed)
            assert returned >= committed or not works(token)
        revoke(mine, Reason(actor=None))
    assert early
    assert late
    assert works(kept)


def test_one_of_twenty_clients_at_once_comes_into_being() -> None:  # A5
    user = UserFactory()

    def create() -> Any:
        return register(name="Bot", redirect_uris=["https://a.example/cb"], owner=user, source="manual")

    results = at_once([create] * 20)
    assert sum(isinstance(result, OneClientOnly) for result in results) == 19
    assert Client.objects.owned_by(user).count() == 1
