"""X6: a host's router sends what is read to a replica that lags; what concerns tokens is read where it is written."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, router
from django.test import Client as Visitor
from rest_framework.test import APIClient

from clients.models import Client, Event
from tests.factories import AccessTokenFactory
from tests.sessions import Session
from tokens.rules import replay

pytestmark = pytest.mark.django_db


class Readers:
    """Notes whose rows a replica would be asked for."""

    asked: list[str] = []

    def db_for_read(self, model: Any, **hints: Any) -> str:
        self.asked.append(model._meta.label)
        return DEFAULT_DB_ALIAS

    def of_ours(self) -> list[str]:
        return [label for label in self.asked if label.startswith(("oauth_clients.", "oauth_tokens."))]


@pytest.fixture
def readers(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Readers:
    found = Readers()
    found.asked = []
    monkeypatch.setattr(router, "routers", [found])
    return found


def test_tokens_are_read_where_they_are_written(readers: Readers, session: Session) -> None:
    pair = session.refresh().json()
    assert session.works(pair["access_token"])
    assert session.introspect(pair["access_token"]).json()["active"]
    assert session.api.get("/oauth/userinfo", HTTP_AUTHORIZATION=f"Bearer {pair['access_token']}").status_code == 200
    assert session.revoke(pair["access_token"]).status_code == 200
    assert not session.works(pair["access_token"])
    assert readers.of_ours() == []


def test_whether_it_is_a_replay_too(readers: Readers, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "SETTLING", (0.001,))
    assert session.refresh().status_code == 200
    assert session.refresh().status_code == 400
    assert readers.of_ours() == []


def test_what_a_client_changed_about_itself_too(readers: Readers, api: APIClient) -> None:
    metadata = {"client_name": "My App", "redirect_uris": ["https://app.example/cb"]}
    made = api.post("/oauth/register", metadata, format="json").json()
    header = {"HTTP_AUTHORIZATION": f"Bearer {made['registration_access_token']}"}
    wanted = {**metadata, "client_id": made["client_id"], "client_name": "Renamed"}
    answer = api.put(made["registration_client_uri"], wanted, format="json", **header)
    assert answer.json()["client_name"] == "Renamed"
    assert readers.of_ours() == []


def test_pages_too(readers: Readers, session: Session) -> None:
    AccessTokenFactory(user=session.user)
    visitor = Visitor()
    visitor.force_login(session.user)
    for path in ("/dev/", "/dev/tokens", "/dev/tokens/revoke", "/dev/history"):
        assert visitor.get(path, follow=True).status_code == 200
    assert "revoked" in visitor.post("/dev/tokens/revoke", {"all": "1"}).content.decode()
    assert readers.of_ours() == []


def test_a_host_that_asks_for_the_replica_gets_it() -> None:
    assert Client.objects.using("replica").db == Event.objects.using("replica").db == "replica"
