"""The authorization code: bound, spent once, and what a second use means."""

from typing import Any

import pytest
import time_machine
from django.utils import timezone

from clients.errors import InvalidGrant
from tests.factories import REDIRECT_URI, ClientFactory, UserFactory
from tokens.models import Grant
from tokens.origin import Origin, note_beginning
from tokens.rules.redemption import find_code, grant_code, prove_redirect_uri, prove_verifier_shape, redeem

pytestmark = pytest.mark.django_db


def granted(**more: Any) -> Grant:
    fields: dict[str, Any] = {"client": ClientFactory(), "user": UserFactory(), "redirect_uri": REDIRECT_URI, **more}
    family, code = grant_code(scope=["read"], origin=Origin(), **fields)
    return find_code(client=family.client, code=code)


@pytest.mark.rfc("6749", "10.5")
def test_a_duplicate_in_flight_is_refused_and_changes_nothing() -> None:  # C2
    grant = granted()
    came_first = Origin()
    redeem(grant, origin=Origin())
    with pytest.raises(InvalidGrant):
        redeem(Grant.objects.with_family().get(), origin=came_first)
    assert Grant.objects.with_family().get().family.is_live


@pytest.mark.rfc("6749", "4.1.2")
def test_a_replay_revokes_what_the_code_gave() -> None:  # C2
    grant = granted()
    redeem(grant, origin=Origin())
    spent = Grant.objects.with_family().get()
    with pytest.raises(InvalidGrant):
        redeem(spent, origin=Origin())
    assert Grant.objects.with_family().get().family.is_revoked


def test_a_code_that_was_spent_meanwhile_is_not_spent_again() -> None:  # C1
    grant = granted()
    seen_before = Grant.objects.with_family().get()
    seen_before.family.client = grant.family.client
    redeem(grant, origin=Origin())
    with pytest.raises(InvalidGrant):
        redeem(seen_before, origin=Origin())


@pytest.mark.rfc("6749", "4.1.3")
def test_it_belongs_to_its_client() -> None:  # C3
    family, code = grant_code(
        client=ClientFactory(), user=UserFactory(), scope=["read"], redirect_uri="", origin=Origin()
    )
    for client, value in ((ClientFactory(), code), (family.client, "unknown"), (family.client, "x" * 513)):
        with pytest.raises(InvalidGrant):
            find_code(client=client, code=value)
    assert find_code(client=family.client, code=code).family == family


def test_who_may_no_longer_allow_it_gets_nothing() -> None:  # T5, A6
    client, ada = ClientFactory(), UserFactory()
    _, code = grant_code(client=client, user=ada, scope=["read"], redirect_uri="", origin=Origin())
    client.audience = "owner"
    with pytest.raises(InvalidGrant):
        find_code(client=client, code=code)
    client.audience, ada.is_active = "everyone", False
    ada.save()
    with pytest.raises(InvalidGrant):
        find_code(client=client, code=code)


def test_it_lives_ten_minutes() -> None:  # C5
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        client = ClientFactory()
        _, code = grant_code(client=client, user=UserFactory(), scope=["read"], redirect_uri="", origin=Origin())
        clock.shift(599)
        assert find_code(client=client, code=code)
        clock.shift(1)
        with pytest.raises(InvalidGrant):
            find_code(client=client, code=code)


@pytest.mark.parametrize("sent", [None, "", f"{REDIRECT_URI}?x=2", f"{REDIRECT_URI}/", REDIRECT_URI.upper()])
def test_the_redirect_uri_is_the_same_text(sent: str | None) -> None:  # C4
    grant = granted()
    with pytest.raises(InvalidGrant):
        prove_redirect_uri(grant, sent)
    prove_redirect_uri(grant, REDIRECT_URI)


def test_left_out_there_it_may_be_left_out_here() -> None:  # C4
    grant = granted(redirect_uri="")
    prove_redirect_uri(grant, None)
    prove_redirect_uri(grant, REDIRECT_URI)
    with pytest.raises(InvalidGrant):
        prove_redirect_uri(grant, "https://other.example/cb")


@pytest.mark.rfc("7636", "4.1")
@pytest.mark.parametrize(
    ("challenge", "verifier", "fits"),
    [
        ("c" * 43, "v" * 43, True),
        ("c" * 43, "v" * 128, True),
        ("c" * 43, None, True),  # oauthlib refuses this one
        ("", None, True),
        ("", "v" * 43, False),  # RFC 9700 §4.8.2
        ("c" * 43, "v", False),
        ("c" * 43, "v" * 42, False),
        ("c" * 43, "v" * 129, False),
        ("c" * 43, "v" * 42 + " ", False),
    ],
)
def test_a_verifier_has_its_shape_and_its_challenge(challenge: str, verifier: str | None, fits: bool) -> None:  # C6, C8
    grant = granted(code_challenge=challenge)
    if fits:
        prove_verifier_shape(grant, verifier)
    else:
        with pytest.raises(InvalidGrant):
            prove_verifier_shape(grant, verifier)


def test_a_beginning_is_noted_where_there_is_a_request() -> None:
    for name in ("environ", "scope"):
        came_with: dict[str, Any] = {}
        note_beginning(**{name: came_with})
        assert [moment <= timezone.now() for moment in came_with.values()] == [True]
    note_beginning()  # a test's own signal


def test_only_the_digest_is_kept() -> None:  # C10
    grant = granted()
    assert len(grant.code) == 64
