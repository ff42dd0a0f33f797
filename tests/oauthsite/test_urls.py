"""The doors of the reference site, and what stands on every answer."""

import importlib

import pytest
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client


@pytest.mark.parametrize(("kind", "handler"), [("wsgi", WSGIHandler), ("asgi", ASGIHandler)])
def test_servers_find_the_application(kind: str, handler: type) -> None:
    assert isinstance(importlib.import_module(f"oauthsite.{kind}").application, handler)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login", "/accounts/login/"])
def test_logging_in_leads_back_to_the_page_that_asked(client: Client, path: str) -> None:
    User.objects.create_user("ada", password="correct horse")
    fields = {"username": "ada", "password": "correct horse", "next": "/dev/"}
    response = client.post(path, fields)
    assert (response.status_code, response["Location"]) == (302, "/dev/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/logout", "/accounts/logout/"])
def test_logging_out(client: Client, path: str) -> None:
    client.force_login(User.objects.create_user("ada"))
    assert client.post(path).status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/admin", "/admin/oauth_clients/client", "/admin/oauth_clients/client/add"])
def test_the_admin_answers_without_its_slash(admin_client: Client, path: str) -> None:
    assert admin_client.get(f"{path}?q=a%20b")["Location"] == f"{path}/?q=a%20b"
    assert admin_client.get(f"{path}/").status_code == 200


def test_no_slash_leads_to_another_host(client: Client) -> None:
    assert client.get("/admin//evil.example")["Location"] == "/admin//evil.example/"


def test_nothing_redirects_a_post(client: Client) -> None:
    assert client.post("/accounts/nothing", {"a": "b"}).status_code == 404
    assert client.post("/admin", {"a": "b"}).status_code == 405
    assert client.post("/admin/oauth_clients/client/add", {"a": "b"}).status_code == 405


def test_every_page_carries_the_headers(client: Client) -> None:
    headers = client.get("/accounts/login").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_ten_wrong_passwords_lock_the_name_from_there_and_from_nowhere_else(client: Client) -> None:
    User.objects.create_user("ada", password="right")
    wrong, right = ({"username": "ada", "password": p} for p in ("wrong", "right"))
    for _ in range(11):
        response = client.post("/accounts/login", wrong)
    assert response.status_code == 429
    assert client.post("/accounts/login", right).status_code == 429
    assert client.post("/accounts/login", right, REMOTE_ADDR="192.0.2.7").status_code == 302


@pytest.mark.django_db
def test_the_landing_page_leads_to_documentation_frontpage_and_administration(client: Client) -> None:
    client.force_login(User.objects.create_user("ada"))
    page = client.get("/").content.decode()
    for path in ("/dev", "/docs", "/admin/"):
        assert f'href="{path}"' in page
