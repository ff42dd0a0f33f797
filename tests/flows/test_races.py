"""What happens at the same moment (security: K2, K3, K5): PostgreSQL and real threads.

`RACE_ROUNDS=200` runs as many rounds as the numbers ask for; a few are enough to notice a lock that went missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from clients.models import Event
from tests.factories import SECRET, ClientFactory, UserFactory
from tests.racing import PATIENCE, ROUNDS, crew, needs_concurrency
from tests.sessions import CODE_AND_REFRESH, Session
from tokens.models import AccessToken, RefreshToken, TokenFamily
from tokens.origin import Origin
from tokens.protocol import views
from tokens.rules import device, device_consent, rotation
from tokens.rules.revocation import Reason, revoke

pytestmark = [pytest.mark.django_db(transaction=True), needs_concurrency, pytest.mark.slow]
THREADS = 16


@pytest.fixture
def client() -> Any:
    return ClientFactory(grant_types=f"{CODE_AND_REFRESH} {device.DEVICE}")


@pytest.fixture
def hold_all(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`hold_all(16)`: no request to the token endpoint goes on before so many have begun. So all are in flight."""

    def hold(count: int) -> None:
        begun = threading.Barrier(count)
        real = views.proven_client

        def proven_client(*args: Any, **kwargs: Any) -> Any:
            found = real(*args, **kwargs)
            begun.wait(PATIENCE)
            return found

        monkeypatch.setattr(views, "proven_client", proven_client)

    return hold


def ask(client: Any, **fields: str) -> Any:
    sent = {"client_id": client.client_id, "client_secret": SECRET, **fields}
    return APIClient(raise_request_exception=False).post("/oauth/token", sent, format="json")


@pytest.mark.rfc("9700", "4.14.2")
def test_of_sixteen_refreshes_at_once_one_succeeds_and_the_family_lives(
    client: Any, hold_all: Callable[[int], None]
) -> None:  # K2, T1
    pairs = [Session(APIClient(), client=client).pair for _ in range(ROUNDS)]
    hold_all(THREADS)
    with crew(THREADS) as threads:
        for pair in pairs:
            task = partial(ask, client, grant_type="refresh_token", refresh_token=pair["refresh_token"])
            answers = threads.run([task] * THREADS)
            assert sorted(answer.status_code for answer in answers) == [200] + [400] * (THREADS - 1)
            assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
    assert TokenFamily.objects.live().count() == ROUNDS
    assert AccessToken.objects.live().count() == ROUNDS
    assert RefreshToken.objects.unspent().count() == ROUNDS
    assert Event.objects.filter(act="replay_revoked").count() == 0


def test_within_the_grace_all_sixteen_succeed_in_one_family(
    client: Any, hold_all: Callable[[int], None], settings: Any
) -> None:  # K2
    settings.OAUTHSITE = {**settings.OAUTHSITE, "REFRESH_TOKEN_GRACE": 30}
    pairs = [Session(APIClient(), client=client).pair for _ in range(ROUNDS)]
    hold_all(THREADS)
    with crew(THREADS) as threads:
        for pair in pairs:
            task = partial(ask, client, grant_type="refresh_token", refresh_token=pair["refresh_token"])
            answers = threads.run([task] * THREADS)
            assert [answer.status_code for answer in answers] == [200] * THREADS
            assert len({answer.json()["access_token"] for answer in answers}) == THREADS
    assert TokenFamily.objects.live().count() == ROUNDS
    assert AccessToken.objects.live().count() == ROUNDS * THREADS


@pytest.mark.rfc("7009", "2.1")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_after_a_revocation_nothing_lives_whatever_was_refreshed_meanwhile(client: Any, kind: str) -> None:  # K3, T2
    api = APIClient(raise_request_exception=False)
    with crew(2) as threads:
        for _ in range(ROUNDS * 5):
            session = Session(api, client=client)
            refresh_token = session.pair["refresh_token"]
            refreshed, revoked = threads.run(
                [
                    partial(ask, client, grant_type="refresh_token", refresh_token=refresh_token),
                    partial(session.revoke, session.pair[kind]),
                ]
            )
            assert revoked.status_code == 200
            assert refreshed.status_code in (200, 400)
            assert TokenFamily.objects.live().count() == 0
            if refreshed.status_code == 200:
                assert not session.works(refreshed.json()["access_token"])
                assert session.refresh(refreshed.json()["refresh_token"]).status_code == 400


@pytest.mark.rfc("7009", "2.1")
def test_a_refresh_that_holds_the_family_is_waited_for_and_revoked(client: Any, monkeypatch: Any) -> None:  # K3
    session = Session(APIClient(), client=client)
    token = rotation.find_refresh_token(client=client, value=session.pair["refresh_token"])
    holds, goes_on = threading.Event(), threading.Event()
    real = rotation._of

    def rows(*args: Any) -> dict[str, Any]:
        if not holds.is_set():
            holds.set()  # the family is locked, nothing is committed
            assert not goes_on.wait(0.3)  # for it cannot go on: it waits for us
        return real(*args)

    monkeypatch.setattr(rotation, "_of", rows)

    def end() -> int:
        assert holds.wait(PATIENCE)
        count = revoke(TokenFamily.objects.only_this(session.family.pk), Reason())
        goes_on.set()
        return count

    with crew(2) as threads:
        issued, count = threads.run([lambda: rotation.rotate(token, scope=["read"], origin=Origin()), end])
    assert count == 1
    assert not session.works(issued.access_token)
    assert session.refresh(issued.refresh_token).status_code == 400


@pytest.mark.rfc("7009", "2.1")
def test_a_refresh_that_comes_while_a_revocation_is_not_committed_waits_and_fails(
    client: Any, monkeypatch: Any
) -> None:  # K3
    session = Session(APIClient(), client=client)
    token = rotation.find_refresh_token(client=client, value=session.pair["refresh_token"])
    marked, refused = threading.Event(), threading.Event()

    def record(*args: Any, **kwargs: Any) -> None:
        marked.set()
        assert not refused.wait(0.3)

    monkeypatch.setattr("tokens.rules.revocation.events.record", record)

    def refresh() -> str:
        assert marked.wait(PATIENCE)
        with pytest.raises(rotation.InvalidGrant):
            rotation.rotate(token, scope=["read"], origin=Origin())
        refused.set()
        return "refused"

    with crew(2) as threads:
        count, answer = threads.run(
            [lambda: revoke(TokenFamily.objects.only_this(session.family.pk), Reason()), refresh]
        )
    assert (count, answer) == (1, "refused")
    assert RefreshToken.objects.count() == 1


@pytest.mark.rfc("8628", "3.5")
def test_of_sixteen_polls_at_once_one_gets_the_token(client: Any, hold_all: Callable[[int], None]) -> None:  # K5, P8
    user = UserFactory()
    codes = []
    for _ in range(ROUNDS):
        _grant, device_code, user_code = device.begin(client=client, scope="read")
        device_consent.allow(device_consent.find_pending(user_code), user=user, origin=Origin())
        codes.append(device_code)
    hold_all(THREADS)
    with crew(THREADS) as threads:
        for code in codes:
            task = partial(ask, client, grant_type=device.DEVICE, device_code=code)
            answers = threads.run([task] * THREADS)
            assert sorted(answer.status_code for answer in answers) == [200] + [400] * (THREADS - 1)
    assert AccessToken.objects.count() == ROUNDS


def counts(act: Any, row: Any, user: Any) -> bool:
    """Whether this decision about a device was the first."""
    try:
        act(row, user=user, origin=Origin())
    except device_consent.UnknownUserCode:
        return False
    return True


@pytest.mark.rfc("8628", "3.3")
def test_of_allow_and_deny_at_once_one_counts(client: Any) -> None:  # K5
    user = UserFactory()
    with crew(2) as threads:
        for _ in range(ROUNDS):
            _grant, device_code, user_code = device.begin(client=client, scope="read")
            seen = [device_consent.find_pending(user_code) for _ in range(2)]

            acts = zip((device_consent.allow, device_consent.deny), seen, strict=True)
            allowed, denied = threads.run([partial(counts, act, row, user) for act, row in acts])
            assert allowed != denied
            answer = ask(client, grant_type=device.DEVICE, device_code=device_code)
            assert answer.json().get("error") == (None if allowed else "access_denied")
