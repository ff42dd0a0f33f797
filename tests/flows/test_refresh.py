"""Refresh tokens (RFC 6749 §6, RFC 9700 §4.14.2): rotation, replay, scopes, lifetimes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from clients.models import Client, Event
from tests.factories import ClientFactory, UserFactory
from tests.sessions import CODE_AND_REFRESH, Session
from tokens.models import AccessToken, RefreshToken, TokenFamily
from tokens.origin import Origin
from tokens.rules import rotation

pytestmark = pytest.mark.django_db


@pytest.mark.rfc("6749", "5.1")
def test_a_client_that_registered_the_grant_gets_an_hour_and_a_refresh_token(session: Session) -> None:
    assert session.pair["expires_in"] == 3600
    assert session.pair["refresh_token"]


def test_offline_access_gets_a_refresh_token_too(sessions: Callable[..., Session]) -> None:
    asked = sessions(client=ClientFactory(), scope="read offline_access")
    plain = sessions(client=ClientFactory(), scope="read")
    assert "refresh_token" in asked.pair
    assert "refresh_token" not in plain.pair
    assert "expires_in" not in plain.pair


@pytest.mark.rfc("6749", "6")
def test_a_refresh_gives_a_new_pair_and_ends_the_old_access_token(session: Session) -> None:
    new = session.refresh().json()
    assert new["refresh_token"] != session.pair["refresh_token"]
    assert session.works(new["access_token"])
    assert not session.works(session.pair["access_token"])
    assert AccessToken.objects.live().count() == 1
    assert RefreshToken.objects.unspent().count() == 1


def test_the_family_shows_its_newest_token(session: Session) -> None:
    new = session.refresh(token_group="Laptop").json()
    family = TokenFamily.objects.get()
    assert family.hint.endswith(new["access_token"][-4:])
    assert family.token_group == "Laptop"


@pytest.mark.rfc("9700", "4.14.2")
def test_a_replay_kills_the_family(session: Session) -> None:  # T1
    new = session.refresh().json()
    answer = session.refresh(session.pair["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert not session.works(new["access_token"])
    assert session.refresh(new["refresh_token"]).status_code == 400
    assert Event.objects.filter(act="replay_revoked").count() == 1


@pytest.mark.rfc("9700", "4.14.2")
def test_a_replay_after_the_tokens_own_time_kills_the_family_too(session: Session) -> None:  # T1
    new = session.refresh().json()
    RefreshToken.objects.exclude(used_at=None).update(expires=timezone.now() - timedelta(hours=1))
    assert session.refresh().status_code == 400
    assert not session.works(new["access_token"])


@pytest.mark.rfc("9700", "4.14.2")
def test_a_duplicate_in_flight_is_refused_and_changes_nothing(session: Session) -> None:  # T1
    began = Origin()
    token = session.pair["refresh_token"]
    new = session.refresh().json()
    found = rotation.find_refresh_token(client=session.client, value=token)
    with pytest.raises(rotation.InvalidGrant):
        rotation.rotate(found, scope=["read"], origin=began)
    assert session.works(new["access_token"])


def test_a_duplicate_that_looked_before_the_first_one_committed_is_refused(session: Session) -> None:  # T1, K2
    peeked = rotation.find_refresh_token(client=session.client, value=session.pair["refresh_token"])
    new = session.refresh().json()
    with pytest.raises(rotation.InvalidGrant):
        rotation.rotate(peeked, scope=["read"], origin=Origin())
    assert session.works(new["access_token"])
    assert RefreshToken.objects.count() == 2


def test_a_family_revoked_between_look_and_lock_gives_nothing(session: Session) -> None:  # T2
    peeked = rotation.find_refresh_token(client=session.client, value=session.pair["refresh_token"])
    TokenFamily.objects.update(revoked_at=timezone.now())
    with pytest.raises(rotation.InvalidGrant):
        rotation.rotate(peeked, scope=["read"], origin=Origin())
    assert RefreshToken.objects.count() == 1


def test_within_the_grace_a_spent_token_gives_a_sibling(session: Session, settings: Any) -> None:  # T1, K2
    settings.OAUTHSITE = {**settings.OAUTHSITE, "REFRESH_TOKEN_GRACE": 10}
    first, second = session.refresh(), session.refresh()
    assert (first.status_code, second.status_code) == (200, 200)
    assert session.works(first.json()["access_token"])
    assert session.works(second.json()["access_token"])
    assert TokenFamily.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=11), tick=True):
        assert session.refresh().status_code == 400
        assert not session.works(second.json()["access_token"])


def test_within_the_grace_a_duplicate_in_flight_gets_its_own_pair(session: Session, settings: Any) -> None:  # K2
    settings.OAUTHSITE = {**settings.OAUTHSITE, "REFRESH_TOKEN_GRACE": 10}
    peeked = rotation.find_refresh_token(client=session.client, value=session.pair["refresh_token"])
    first = session.refresh().json()["access_token"]
    assert session.works(rotation.rotate(peeked, scope=["read"], origin=Origin()).access_token)
    assert session.works(first)
    assert not session.works(session.pair["access_token"])


def test_no_access_token_row_is_needed_for_a_refresh(session: Session) -> None:
    AccessToken.objects.all().delete()  # as the clean-up does once they expired
    assert session.works(session.refresh().json()["access_token"])


@pytest.mark.rfc("6749", "6")
@pytest.mark.parametrize(
    ("granted", "asked", "answer"),
    [
        ("write:statuses", "write", None),
        ("write", "write:statuses", "write:statuses"),
        ("read write", "", "read write"),
        ("read write", "read,write:media", "read write:media"),
        ("read", "bogus", None),
    ],
)
def test_scopes_may_be_narrowed_never_widened(
    sessions: Callable[..., Session], granted: str, asked: str, answer: str | None
) -> None:  # T3
    reply = sessions(scope=granted).refresh(scope=asked)
    assert reply.json().get("scope") == answer
    if answer is None:
        assert reply.json()["error"] == "invalid_scope"


@pytest.mark.rfc("6749", "6")
def test_after_a_narrow_token_the_grant_is_as_wide_as_before(session: Session) -> None:  # T3
    narrow = session.refresh(scope="read").json()
    assert session.refresh(narrow["refresh_token"]).json()["scope"] == "read write"


def test_a_scope_withdrawn_from_the_client_is_not_refreshed(session: Session) -> None:  # T3
    Client.objects.update(scopes="read")
    assert session.refresh().json()["scope"] == "read"


def test_a_grant_of_which_no_scope_is_left_gives_nothing(session: Session) -> None:  # T3
    Client.objects.update(scopes="push")
    assert session.refresh().json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("option", "seconds"), [("REFRESH_TOKEN_IDLE_LIFETIME", 500), ("REFRESH_TOKEN_ABSOLUTE_LIFETIME", 500)]
)
def test_a_refresh_token_ends_when_its_time_is_over(
    sessions: Callable[..., Session], settings: Any, option: str, seconds: int
) -> None:  # T4
    settings.OAUTHSITE = {**settings.OAUTHSITE, option: seconds}
    start = timezone.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False) as clock:
        early, late = sessions(), sessions()
        clock.move_to(start + timedelta(seconds=seconds - 1))
        assert early.refresh().status_code == 200
        clock.move_to(start + timedelta(seconds=seconds))
        assert late.refresh().status_code == 400


def test_use_prolongs_the_idle_limit_but_never_the_absolute_one(
    sessions: Callable[..., Session], settings: Any
) -> None:  # T4
    settings.OAUTHSITE = {
        **settings.OAUTHSITE,
        "REFRESH_TOKEN_IDLE_LIFETIME": 60,
        "REFRESH_TOKEN_ABSOLUTE_LIFETIME": 100,
    }
    with time_machine.travel(timezone.now(), tick=False) as clock:
        session = sessions()
        clock.shift(59)
        second = session.refresh().json()
        clock.shift(40)  # the 99th second: within both limits, thanks to the use
        third = session.refresh(second["refresh_token"]).json()
        clock.shift(1)
        assert session.refresh(third["refresh_token"]).status_code == 400


def test_a_client_may_have_its_own_two_lifetimes(sessions: Callable[..., Session]) -> None:
    client = ClientFactory(grant_types=CODE_AND_REFRESH, token_lifetime=120, refresh_token_lifetime=300)
    session = sessions(client=client)
    assert session.pair["expires_in"] == 120
    token = RefreshToken.objects.get()
    assert token.expires == token.created + timedelta(seconds=300)


def test_neither_limit_means_never(sessions: Callable[..., Session], settings: Any) -> None:
    settings.OAUTHSITE = {
        **settings.OAUTHSITE,
        "REFRESH_TOKEN_IDLE_LIFETIME": None,
        "REFRESH_TOKEN_ABSOLUTE_LIFETIME": None,
    }
    session = sessions()
    assert RefreshToken.objects.get().expires is None
    assert TokenFamily.objects.get().expires is None
    assert session.refresh().status_code == 200


def test_an_inactive_user_refreshes_nothing(session: Session) -> None:  # T5
    session.user.is_active = False
    session.user.save()
    assert session.refresh().json()["error"] == "invalid_grant"


def test_a_suspended_client_refreshes_nothing(session: Session) -> None:  # T6
    Client.objects.update(status="suspended")
    assert session.refresh().json()["error"] == "unauthorized_client"


def test_a_client_now_for_its_owner_only_refreshes_nobody_elses(session: Session) -> None:  # A6
    Client.objects.update(audience="owner", user=UserFactory())
    assert session.refresh().json()["error"] == "invalid_grant"


@pytest.mark.rfc("6749", "6")
def test_another_client_cannot_use_it_and_does_no_harm(session: Session) -> None:  # T1
    other = ClientFactory()
    answer = session.refresh(client_id=other.client_id)
    assert answer.json()["error"] == "invalid_grant"
    assert session.refresh().status_code == 200


@pytest.mark.parametrize("value", ["oas_rt_unknown", "x" * 600, "\u00e9"])
def test_no_such_token(session: Session, value: str) -> None:
    assert session.refresh(value).json()["error"] == "invalid_grant"


@pytest.mark.rfc("6749", "6")
def test_the_parameter_is_required(session: Session) -> None:
    assert session.post(grant_type="refresh_token").json()["error"] == "invalid_request"


def test_a_refresh_takes_nine_statements_at_most(
    session: Session, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    Client.objects.update(secret_used_at=None)
    with django_assert_max_num_queries(9):  # beginning and end of the transaction included
        assert session.refresh().status_code == 200


@pytest.mark.rfc("8707", "2.2")
def test_a_refreshed_token_may_be_bound_to_fewer_resources(sessions: Callable[..., Session]) -> None:
    both = ["https://one.example/", "https://two.example/"]
    session = sessions(resource=both)
    narrow = session.refresh(resource=both[:1])
    assert AccessToken.objects.live().get().resource == both[:1]
    wide = session.refresh(narrow.json()["refresh_token"])
    assert AccessToken.objects.live().get().resource == both
    other = session.refresh(wide.json()["refresh_token"], resource="https://three.example/")
    assert other.json()["error"] == "invalid_target"
