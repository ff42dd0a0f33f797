"""Introspection (RFC 7662)."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from clients.models import Client
from tests.factories import SECRET, ClientFactory
from tests.sessions import CODE_AND_REFRESH, Session
from tokens.models import TokenFamily

pytestmark = pytest.mark.django_db
DEAD = {"active": False}


@pytest.mark.rfc("7662", "2.2")
def test_a_live_access_token_is_described(session: Session) -> None:
    answer = session.introspect(session.pair["access_token"]).json()
    assert answer == {
        "active": True,
        "scope": "read write",
        "client_id": session.client.client_id,
        "token_type": "Bearer",
        "exp": session.pair["created_at"] + 3600,
        "iat": session.pair["created_at"],
        "sub": str(session.user.pk),
        "username": session.user.username,
        "iss": "http://testserver",
    }


@pytest.mark.rfc("7662", "2.1")
def test_a_refresh_token_is_described_until_it_is_spent(session: Session) -> None:
    token = session.pair["refresh_token"]
    answer = session.introspect(token, token_type_hint="access_token").json()
    assert answer["active"] is True
    assert "token_type" not in answer
    session.refresh()
    assert session.introspect(token).json() == DEAD


def test_an_app_token_has_no_subject(session: Session) -> None:
    Client.objects.update(grant_types="client_credentials")
    app = session.post(grant_type="client_credentials").json()["access_token"]
    answer = session.introspect(app).json()
    assert answer["active"] is True
    assert not {"sub", "username", "exp", "aud"} & answer.keys()


@pytest.mark.rfc("8707", "2")
@pytest.mark.rfc("7662", "2.2")
def test_the_audience_is_the_bound_resource(sessions: Callable[..., Session]) -> None:
    session = sessions(resource=["https://api.example/"])
    assert session.introspect(session.pair["access_token"]).json()["aud"] == ["https://api.example/"]


def _disable_user(session: Session) -> None:
    session.user.is_active = False
    session.user.save()


@pytest.mark.rfc("7662", "2.2")
@pytest.mark.parametrize(
    "kill",
    [
        _disable_user,
        lambda _: Client.objects.update(audience="owner"),
        lambda session: session.revoke(session.pair["access_token"]),
        lambda session: session.user.delete(),
    ],
    ids=["user disabled", "audience changed", "revoked", "user deleted"],
)
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_what_is_dead_says_only_that(session: Session, kill: Callable[[Session], Any], kind: str) -> None:  # T12, T5
    kill(session)
    assert session.introspect(session.pair[kind]).json() == DEAD


@pytest.mark.rfc("7662", "4")
@pytest.mark.parametrize("value", ["garbage", "x" * 600])
def test_what_is_no_token_gets_the_answer_of_a_dead_one(session: Session, value: str) -> None:  # T12
    assert session.introspect(value).json() == DEAD


@pytest.mark.rfc("7662", "4")
def test_a_client_learns_nothing_about_the_tokens_of_another(session: Session) -> None:  # T12
    other = ClientFactory()
    assert session.introspect(session.pair["access_token"], client_id=other.client_id).json() == DEAD


def test_a_client_that_was_let_learns_about_all(session: Session) -> None:  # T12
    resource_server = ClientFactory(introspects_all=True)
    answer = session.introspect(session.pair["access_token"], client_id=resource_server.client_id).json()
    assert (answer["active"], answer["client_id"]) == (True, session.client.client_id)


def test_the_tokens_of_a_suspended_client_are_dead(session: Session) -> None:  # T6
    resource_server = ClientFactory(introspects_all=True)
    Client.objects.filter(pk=session.client.pk).update(status="suspended")
    assert session.introspect(session.pair["access_token"], client_id=resource_server.client_id).json() == DEAD


@pytest.mark.rfc("7662", "2.1")
@pytest.mark.parametrize(
    ("fields", "status"),
    [({"client_secret": "wrong"}, 401), ({"client_id": None, "client_secret": None}, 401), ({"token": None}, 400)],
)
def test_the_caller_has_to_prove_itself(session: Session, fields: Any, status: int) -> None:  # T12
    answer = session.ask("/oauth/introspect", **{"token": session.pair["access_token"], **fields})
    assert answer.status_code == status


@pytest.mark.rfc("7662", "2.1")
def test_a_client_without_a_secret_may_not_ask(session: Session) -> None:  # T12
    public = ClientFactory(public=True)
    answer = session.introspect("x", client_id=public.client_id, client_secret=None)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_suspended_client_may_not_ask(session: Session) -> None:  # T6
    Client.objects.update(status="suspended")
    assert session.introspect(session.pair["access_token"]).status_code == 401


@pytest.mark.rfc("7662", "2.1")
def test_only_post_and_only_forms(api: APIClient, session: Session) -> None:  # T12, H3, H4
    assert api.get("/oauth/introspect", {"token": "x"}).status_code == 405
    fields = {"client_id": session.client.client_id, "client_secret": SECRET, "token": "x"}
    assert api.post("/oauth/introspect", fields, format="json").status_code == 400


def test_introspection_takes_two_statements(
    session: Session, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    Client.objects.update(secret_used_at=None)
    TokenFamily.objects.update(last_used=None)
    for kind in ("access_token", "refresh_token"):
        with django_assert_max_num_queries(2):
            session.introspect(session.pair[kind])


@pytest.mark.rfc("7662", "4")
def test_no_cache_keeps_the_answer(session: Session) -> None:  # F9
    assert session.introspect(session.pair["access_token"])["Cache-Control"] == "no-store"


def test_a_token_of_several_clients_is_found_under_its_own(sessions: Callable[..., Session]) -> None:
    client = ClientFactory(grant_types=CODE_AND_REFRESH)
    one, other = sessions(client=client), sessions(client=client, scope="read")
    assert one.introspect(other.pair["access_token"]).json()["username"] == other.user.username
