"""Revocation (RFC 7009)."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from clients.models import Client, Event
from tests.factories import ClientFactory
from tests.sessions import CODE_AND_REFRESH, Session
from tokens.models import TokenFamily

pytestmark = pytest.mark.django_db


@pytest.mark.rfc("7009", "2.1")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
def test_either_token_takes_the_family_along_whatever_the_hint(session: Session, kind: str, hint: str | None) -> None:
    answer = session.revoke(session.pair[kind], token_type_hint=hint)
    assert (answer.status_code, answer.json()) == (200, {})
    assert not session.works(session.pair["access_token"])
    assert session.refresh().status_code == 400
    assert TokenFamily.objects.get().is_revoked


@pytest.mark.rfc("7009", "2.1")
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_rotated_out_token_ends_its_successors(session: Session, kind: str) -> None:  # T2
    new = session.refresh().json()
    assert session.revoke(session.pair[kind]).status_code == 200
    assert not session.works(new["access_token"])
    assert session.refresh(new["refresh_token"]).status_code == 400


@pytest.mark.rfc("7009", "2.2")
@pytest.mark.parametrize("value", ["unknown", "x" * 600])
def test_an_unknown_token_is_revoked_already(session: Session, value: str) -> None:  # T11
    assert session.revoke(value).status_code == 200
    assert session.works(session.pair["access_token"])


@pytest.mark.rfc("7009", "2.2")
def test_revoking_twice_is_fine_and_one_event(session: Session) -> None:  # T11
    for _ in range(2):
        assert session.revoke(session.pair["access_token"]).status_code == 200
    event = Event.objects.get(act="tokens_revoked")
    assert (event.count, event.client_id, event.subject_id) == (1, session.client.pk, session.user.pk)


def test_an_app_token_is_revoked_too(sessions: Callable[..., Session]) -> None:
    session = sessions(client=ClientFactory())
    app = session.post(grant_type="client_credentials").json()["access_token"]
    assert session.revoke(app).status_code == 200
    assert not session.works(app)
    assert session.works(session.pair["access_token"])


@pytest.mark.rfc("7009", "2.1")
def test_the_live_token_of_another_client_is_refused_and_lives_on(session: Session) -> None:  # T11
    answer = session.revoke(session.pair["access_token"], client_id=ClientFactory().client_id)
    assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized_client")
    assert session.works(session.pair["access_token"])


def test_the_dead_token_of_another_client_is_as_good_as_unknown(session: Session) -> None:  # T11
    session.revoke(session.pair["access_token"])
    assert session.revoke(session.pair["access_token"], client_id=ClientFactory().client_id).status_code == 200


@pytest.mark.rfc("7009", "2.1")
@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_id": None, "client_secret": None}, 403, "unauthorized_client"),
        ({"token": None}, 403, "unauthorized_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
    ],
)
def test_the_client_has_to_prove_itself(session: Session, fields: Any, status: int, error: str) -> None:  # T11
    answer = session.ask("/oauth/revoke", **{"token": session.pair["access_token"], **fields})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert session.works(session.pair["access_token"])


@pytest.mark.rfc("7009", "5")
def test_a_public_client_revokes_its_own(sessions: Callable[..., Session], api: APIClient) -> None:
    session = sessions()
    Client.objects.update(client_type=Client.CLIENT_PUBLIC, client_secret="")
    assert session.revoke(session.pair["refresh_token"], client_secret=None).status_code == 200
    assert not session.works(session.pair["access_token"])


@pytest.mark.rfc("7009", "2.2.1")
def test_a_database_that_is_away_is_no_success(session: Session) -> None:  # T11
    with patch("tokens.protocol.inquiries.surrender", side_effect=OperationalError):
        answer = session.revoke(session.pair["access_token"])
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


def test_a_suspended_client_may_still_give_tokens_back(session: Session) -> None:  # T6
    Client.objects.update(status="suspended")
    assert session.revoke(session.pair["access_token"]).status_code == 200
    assert TokenFamily.objects.get().is_revoked


@pytest.mark.rfc("7009", "2.1")
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_post(api: APIClient, method: str) -> None:  # H4
    assert getattr(api, method)("/oauth/revoke").status_code == 405


def test_the_token_may_not_stand_in_the_address(session: Session) -> None:
    answer = session.ask(f"/oauth/revoke?token={session.pair['access_token']}")
    assert answer.status_code == 400
    assert session.works(session.pair["access_token"])


def test_json_is_taken_as_well(session: Session, api: APIClient) -> None:
    fields = {"client_id": session.client.client_id, "client_secret": "wrong", "token": "x"}
    assert api.post("/oauth/revoke/", fields, format="json").json()["error"] == "invalid_client"


def test_a_revocation_takes_seven_statements_at_most(
    session: Session, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    Client.objects.update(secret_used_at=None)
    with django_assert_max_num_queries(7):
        session.revoke(session.pair["refresh_token"])


def test_another_users_tokens_of_the_client_live_on(sessions: Callable[..., Session]) -> None:
    client = ClientFactory(grant_types=CODE_AND_REFRESH)
    one, other = sessions(client=client), sessions(client=client)
    one.revoke(one.pair["access_token"])
    assert other.works(other.pair["access_token"])
