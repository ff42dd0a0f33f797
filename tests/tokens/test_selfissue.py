"""A token for oneself."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from clients.errors import InvalidScope, OwnerOnly, SuspendedClient
from clients.events import Act
from clients.models import Client, Event
from tests.factories import ClientFactory, UserFactory
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules.selfissue import issue_to_owner
from tokens.rules.verification import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Any:
    return ClientFactory(owner_only=True, scopes="read push")


@pytest.fixture
def browser(own: Any) -> Visitor:
    visitor = Visitor(REMOTE_ADDR="192.0.2.8", HTTP_USER_AGENT="curl/8.5")
    visitor.force_login(own.user)
    return visitor


def make(browser: Visitor, client: Any, **fields: Any) -> Any:
    given = {"scopes": ["read"], "token_group": "backup", "lifetime": "90", **fields}
    return browser.post(f"/dev/clients/{client.client_id}/authorize", given)


def token_of(response: Any) -> str:
    found = re.search(r'id="access_token"[^>]*>([^<]+)<', response.content.decode())
    assert found, response.content.decode()
    return unescape(found[1])


def test_the_token_works_and_is_shown_once(browser: Visitor, own: Any) -> None:  # T18
    response = make(browser, own)
    token, family = token_of(response), TokenFamily.objects.get()
    assert response.headers["Cache-Control"] == "no-store"
    assert verify(token).user == own.user
    assert (family.token_group, family.ip_address, family.user_agent) == ("backup", "192.0.2.8", "curl/8.5")
    assert token in unescape(response.content.decode()).split("curl", 1)[1]
    for page in ("/dev/", "/dev/tokens", f"/dev/clients/{own.client_id}", "/dev/history"):
        assert token not in browser.get(page).content.decode()
    event = Event.objects.get(act=Act.TOKEN_SELF_ISSUED)
    assert (event.actor, event.client, event.ip_address) == (own.user, own, "192.0.2.8")


@pytest.mark.parametrize("days", [7, 30, 90, 365])
def test_it_lives_as_long_as_was_chosen(browser: Visitor, own: Any, days: int) -> None:
    make(browser, own, lifetime=str(days))
    left = TokenFamily.objects.get().expires - timezone.now()
    assert timedelta(days=days, minutes=-1) < left <= timedelta(days=days)


def test_until_revoked_means_it_whatever_the_client_says(browser: Visitor, own: Any) -> None:
    Client.objects.update(token_lifetime=60)
    token = token_of(make(browser, own, lifetime="never"))
    assert TokenFamily.objects.get().expires is None
    assert verify(token).expires is None


def test_ninety_days_are_chosen_beforehand(browser: Visitor, own: Any) -> None:
    html = browser.get(f"/dev/clients/{own.client_id}/authorize").content.decode()
    assert '<option value="90" selected>' in html
    assert html.count(" checked") == 2


def test_a_program_that_fills_in_the_form_may_leave_the_lifetime_as_it_is(browser: Visitor, own: Any) -> None:
    browser.post(f"/dev/clients/{own.client_id}/authorize", {"scopes": ["read"], "token_group": "backup"})
    left = TokenFamily.objects.get().expires - timezone.now()
    assert timedelta(days=90, minutes=-1) < left <= timedelta(days=90)


@pytest.mark.parametrize(
    "fields",
    [
        {"scopes": []},
        {"scopes": ["write"]},
        {"scopes": ["no\nscope"]},
        {"lifetime": "8"},
        {"lifetime": ""},
        {"token_group": "a" * 65},
        {"token_group": "\u202eevil"},
    ],
)
def test_what_makes_no_sense_makes_no_token(browser: Visitor, own: Any, fields: dict[str, Any]) -> None:
    assert make(browser, own, **fields).status_code == 422
    assert TokenFamily.objects.count() == 0


@pytest.mark.parametrize(
    ("group", "stored"),
    [("a" * 64, "a" * 64), ("🌊" * 16, "🌊" * 16), ("e\u0301", "\u00e9"), ("<img onerror>", "<img onerror>")],
)
def test_groups_are_kept_as_they_are(browser: Visitor, own: Any, group: str, stored: str) -> None:  # H7
    make(browser, own, token_group=group)
    assert TokenFamily.objects.get().token_group == stored
    assert "<img onerror>" not in browser.get("/dev/tokens").content.decode()


@pytest.mark.parametrize(("scope", "path"), [("read", "/oauth/userinfo"), ("push", "/api/v1/apps/verify_credentials")])
def test_the_snippet_calls_what_the_token_may_call(browser: Visitor, own: Any, scope: str, path: str) -> None:
    response = make(browser, own, scopes=[scope])
    assert f"curl http://testserver{path}" in response.content.decode()
    token = token_of(response)
    assert Visitor().get(path, HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200


def test_a_part_of_what_the_client_registered_will_do(browser: Visitor, own: Any) -> None:
    make(browser, own, scopes=["read:accounts"])
    assert TokenFamily.objects.get().scope == "read:accounts"


def issue(client: Any, user: Any, scope: str = "read") -> Any:
    return issue_to_owner(client=client, user=user, scope=[scope], origin=Origin(), days=7)


def test_nobody_else_gets_one_of_any_client(own: Any) -> None:
    for client in (own, ClientFactory(user=own.user), ClientFactory()):
        with pytest.raises(OwnerOnly):
            issue(client, UserFactory())


def test_a_suspended_client_gives_none(browser: Visitor, own: Any) -> None:
    Client.objects.update(status="suspended")
    own.refresh_from_db()
    with pytest.raises(SuspendedClient):
        issue(own, own.user)
    response = make(browser, own)
    assert response.status_code == 422
    assert "suspended" in response.content.decode()


def test_scopes_beyond_the_clients_are_refused(own: Any) -> None:
    with pytest.raises(InvalidScope):
        issue(own, own.user, "write")
