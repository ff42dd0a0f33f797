"""T18, A10, H12: every path that issues a value, at DEBUG, and what is left of the values afterwards.

`tests/conftest.py` looks into tables, logs and mails after every test; here are the worst cases.
"""

import base64
import logging
from typing import Any

import django
import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.test import RequestFactory
from django.utils.log import AdminEmailHandler
from rest_framework.test import APIClient

from clients import values
from clients.models import Client, Event
from tests import canary
from tests.factories import PASSWORD, ClientFactory, UserFactory
from tests.sessions import Session

pytestmark = pytest.mark.django_db
LEAK = "oas_at_" + "a1b2c3d4e5f6"  # in two parts: a traceback quotes source lines
ADMINS: list[Any] = ["ada@example.org"] if django.VERSION >= (6, 0) else [("Ada", "ada@example.org")]
LOUD = ("", "oauthlib", "oauth2_provider", "django", "django.request", "clients", "tokens", "oauthsite")


@pytest.fixture
def _at_debug(caplog: pytest.LogCaptureFixture) -> None:
    for name in LOUD:
        caplog.set_level(logging.DEBUG, logger=name)


def found(answer: Any) -> list[str]:
    return canary.VALUE.findall(str(answer))


def test_the_canary_sees_what_leaks() -> None:
    assert canary.leaks(has_database=True) == []
    user = UserFactory(first_name=LEAK)
    assert canary.leaks(has_database=True) == ["table auth_user: oas_at_a1b2c…"]
    user.first_name = ""
    user.save()
    LogEntry.objects.create(
        user=user, content_type=ContentType.objects.first(), action_flag=ADDITION, object_repr=LEAK, change_message=""
    )
    assert canary.leaks(has_database=True) == ["table django_admin_log: oas_at_a1b2c…"]
    LogEntry.objects.all().delete()
    logging.getLogger("tokens.x").warning("%s", LEAK)
    mail.EmailMessage(body=LEAK, to=["a@b.example"]).send()
    assert canary.leaks(has_database=False) == ["log of tokens.x: oas_at_a1b2c…", "mail: oas_at_a1b2c…"]
    canary.records.clear()
    mail.outbox.clear()


@pytest.mark.usefixtures("_at_debug")
def test_no_value_stays_behind(api: APIClient) -> None:
    fields = {"client_name": "App", "redirect_uris": "app:/cb", "scopes": "read offline_access"}
    app = api.post("/api/v1/apps", fields, format="json").json()
    assert found(app)
    registered = api.post("/oauth/register", {"client_name": "App", "redirect_uris": ["app:/cb"]}, format="json").json()
    assert len(found(registered)) >= 2  # its secret and the token of its registration
    keys = {key: app[key] for key in ("client_id", "client_secret")}
    token = api.post("/oauth/token", {**keys, "grant_type": "client_credentials"}, format="json").json()
    assert found(token)
    api.get("/api/v1/apps/verify_credentials", HTTP_AUTHORIZATION=f"Bearer {token['access_token']}")
    api.get(f"/api/v1/apps/verify_credentials?access_token={token['access_token']}")
    api.post("/oauth/token", {**keys, "grant_type": token["access_token"]})
    api.post(f"/oauth/token?client_secret={app['client_secret']}", {})
    api.post("/oauth/token", {"client_id": app["client_secret"], "client_secret": token["access_token"]})

    session = Session(api)
    assert len(found(session.pair)) == 2
    first = session.pair["refresh_token"]
    session.pair = session.refresh().json()
    session.introspect(session.pair["access_token"])
    session.revoke(session.pair["access_token"], token_type_hint=session.pair["refresh_token"])
    session.refresh(first)
    session.refresh(session.pair["access_token"])
    assert Event.objects.exists()


@pytest.mark.usefixtures("_at_debug")
def test_nor_of_the_password_flow_and_its_letter(api: APIClient) -> None:
    ada = UserFactory(username="ada", email="ada@example.org")
    secret = values.generate(values.Kind.PASSWORD_GRANT_SECRET)
    client = ClientFactory(user=ada, password_grant_secret=secret)
    asked = {"client_id": client.client_id, "password_grant_secret": secret, "grant_type": "password"}
    answer = api.post("/oauth/access_token", {**asked, "username": "ada", "password": PASSWORD})
    assert found(answer.json())
    assert PASSWORD not in "".join(record.getMessage() for record in canary.records)
    assert all(PASSWORD not in message.body for message in mail.outbox)


@pytest.mark.usefixtures("_at_debug")
def test_nor_of_the_device_grant(api: APIClient) -> None:
    client = ClientFactory()
    device = api.post("/oauth/device_authorization", {"client_id": client.client_id}).json()
    asked = {"client_id": client.client_id, "device_code": device.get("device_code", "")}
    api.post("/oauth/token", {**asked, "grant_type": "urn:ietf:params:oauth:grant-type:device_code"})
    assert all(str(device.get("user_code")) not in record.getMessage() for record in canary.records)


@pytest.fixture
def _admins_get_mail(settings: Any) -> Any:
    settings.ADMINS = ADMINS
    handler = AdminEmailHandler(include_html=True)
    logging.getLogger("django.request").addHandler(handler)
    yield
    logging.getLogger("django.request").removeHandler(handler)


@pytest.mark.usefixtures("_at_debug", "_admins_get_mail")
def test_nor_in_the_report_of_an_error(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    value = values.generate(values.Kind.ACCESS_TOKEN)

    def fail(self: Any, *args: Any, **kwargs: Any) -> None:
        secret = value
        raise RuntimeError(f"{len(secret)} characters")

    monkeypatch.setattr("tokens.protocol.views.Token.post", fail)
    basic = base64.b64encode(f"id:{value}".encode()).decode()
    response = api.post(
        f"/oauth/token?access_token={value}&code={value}",
        {"client_secret": value, "code": value},
        HTTP_AUTHORIZATION=f"Basic {basic}",
        HTTP_COOKIE=f"sessionid={value}",
        HTTP_REFERER=f"https://c.example/cb?code={value}",
    )
    assert response.status_code == 500
    report = mail.outbox[-1]
    shown = f"{report.subject} {report.body} {report.alternatives}"
    assert "RuntimeError" in shown
    assert basic not in shown


@pytest.mark.usefixtures("_admins_get_mail")
def test_nor_in_the_report_of_a_page(rf: RequestFactory) -> None:
    value = values.generate(values.Kind.CODE)
    request = rf.get(f"/oauth/authorize?state={value}")
    try:
        raise RuntimeError
    except RuntimeError:
        logging.getLogger("django.request").exception("failed", extra={"status_code": 500, "request": request})
    assert "/oauth/authorize" in mail.outbox[-1].body


def test_a_row_names_no_secret() -> None:
    client = Client(client_secret=values.store("x"), name="")
    assert values.store("x") not in f"{client} {client!r}"
