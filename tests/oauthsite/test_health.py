"""What a load balancer is told."""

import logging

import pytest
from django.test import Client

from oauthsite import health


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_a_process_that_answers_is_healthy(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/readyz", "/readyz/"])
def test_a_site_that_has_everything_is_ready(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def broken() -> bool:
    raise ConnectionError("password=hunter2 refused")


@pytest.mark.parametrize("name", ["database", "migrations", "cache"])
def test_what_is_missing_is_named_and_nothing_else_is_told(
    client: Client,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(health, "CHECKS", dict.fromkeys(health.CHECKS, lambda: True))
    monkeypatch.setitem(health.CHECKS, name, broken)
    monkeypatch.setattr(logging.getLogger("oauthsite"), "propagate", True)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "not_ready": [name]}
    assert "hunter2" not in response.text
    assert caplog.records[0].check == name  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["oauth_clients.0002"])
    assert client.get("/readyz").json()["not_ready"] == ["migrations"]


def test_nothing_else_is_asked_of_them(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
