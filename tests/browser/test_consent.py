"""The consent page in a real browser: with and without scripts, light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from clients.models import Client
from clients.redirects import OUT_OF_BAND
from tests.browser.callback import Callback, listening
from tests.browser.conftest import PHONE
from tests.factories import PASSWORD, AccessTokenFactory, ClientFactory, UserFactory
from tokens.models import AccessToken, Grant

pytestmark = pytest.mark.django_db(transaction=True)

Axe = Callable[[Page], None]
Shot = Callable[[Page, str], None]
GUARD = 600  # milliseconds after which "Allow" reacts


@pytest.fixture
def callback() -> Iterator[Callback]:
    with listening() as found:
        yield found


def asking(client: Any, uri: str, path: str = "/oauth/authorize", **more: str) -> str:
    return f"{path}?" + urlencode(
        {"client_id": client.client_id, "redirect_uri": uri, "response_type": "code", "state": "s", **more}
    )


def allow(page: Page) -> None:
    page.wait_for_timeout(GUARD)
    page.get_by_role("button", name="Allow").click()


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["scripts", "no scripts"])
def test_one_logs_in_allows_and_is_back_at_the_client(
    open_page: Any, callback: Callback, java_script_enabled: bool
) -> None:
    user, client = UserFactory(), ClientFactory(redirect_uris=callback.uri)
    page = open_page(java_script_enabled=java_script_enabled)
    page.goto(asking(client, callback.uri, scope="read write"))
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Change everything in your account").uncheck()
    allow(page)
    expect(page).to_have_title("Back")
    answer = parse_qs(urlsplit(callback.got[0]).query)
    assert set(answer) == {"code", "state", "iss"}
    assert Grant.objects.get().scope == "read"


def test_the_keyboard_alone_decides(open_page: Any, callback: Callback) -> None:
    page = open_page(UserFactory())
    page.goto(asking(ClientFactory(redirect_uris=callback.uri), callback.uri, scope="read write push"))
    page.wait_for_timeout(GUARD)

    def tab_to(name: str, value: str) -> None:
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("[document.activeElement.name, document.activeElement.value]") == [name, value]:
                assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
                return
        raise AssertionError(name)

    tab_to("scope", "write")
    page.keyboard.press("Space")
    tab_to("allow", "1")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Back")
    assert set(Grant.objects.get().scope.split()) == {"read", "push"}


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["scripts", "no scripts"])
def test_denying_leads_back_too(open_page: Any, callback: Callback, java_script_enabled: bool) -> None:
    page = open_page(UserFactory(), java_script_enabled=java_script_enabled)
    page.goto(asking(ClientFactory(redirect_uris=callback.uri), callback.uri))
    page.get_by_role("button", name="Deny").click()
    expect(page).to_have_title("Back")
    assert "error=access_denied" in callback.got[0]


def test_the_policy_lets_a_client_over_tls_send_its_user_on(open_page: Any, tmp_path: Path, callback: Callback) -> None:
    """F7: Chromium holds the redirects behind a form against `form-action`, those of the client too."""
    with listening(certificates=tmp_path) as first, listening(certificates=tmp_path, host="127.0.0.2") as second:
        first.onward = second.uri
        page = open_page(UserFactory(), ignore_https_errors=True)
        page.goto(asking(ClientFactory(redirect_uris=first.uri), first.uri))
        allow(page)
        expect(page).to_have_title("Back")
        assert page.url == second.uri
    assert "code=" in first.got[0]


def test_the_policy_lets_a_loopback_client_answer(open_page: Any, callback: Callback) -> None:  # F7
    client = ClientFactory(redirect_uris="http://127.0.0.1/cb", public=True)
    page = open_page(UserFactory())
    page.goto(asking(client, callback.uri, code_challenge="x" * 43, code_challenge_method="S256"))
    allow(page)
    expect(page).to_have_title("Back")
    assert "code=" in callback.got[0]


def test_the_policy_lets_an_app_of_its_own_scheme_open(open_page: Any) -> None:  # F7
    uri = "com.example.app:/cb"
    page = open_page(UserFactory())
    failed: list[Request] = []
    page.on("requestfailed", lambda request: failed.append(request))  # noqa: PLW0108  (Playwright wants a function of its own)
    page.goto(asking(ClientFactory(redirect_uris=uri), uri))
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        allow(page)
    assert answer.value.headers["location"].startswith(f"{uri}?code=")
    page.wait_for_timeout(300)
    # No program of this machine opens it; the policy is not what stopped the browser (open_page looks for its errors).
    assert not [request.failure for request in failed if "BLOCKED" in str(request.failure)]


def test_a_token_reaches_the_page_and_not_the_server(open_page: Any, callback: Callback) -> None:  # C11
    client = ClientFactory(redirect_uris=callback.uri, user=UserFactory(), implicit_allowed=True)
    page = open_page(UserFactory())
    page.goto(asking(client, callback.uri, response_type="token"))
    allow(page)
    expect(page).to_have_title("Back")
    assert "access_token=" in page.url.partition("#")[2]
    assert callback.got == ["/cb"]


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["scripts", "no scripts"])
def test_form_post_sends_itself_or_has_a_button(open_page: Any, callback: Callback, java_script_enabled: bool) -> None:
    page = open_page(UserFactory(), java_script_enabled=java_script_enabled)
    page.goto(asking(ClientFactory(redirect_uris=callback.uri), callback.uri, response_mode="form_post"))
    allow(page)
    if not java_script_enabled:
        page.get_by_role("button", name="Continue").click()
    expect(page).to_have_title("Back")
    assert set(parse_qs(callback.posted[0])) == {"code", "state", "iss"}


def test_allow_does_not_react_at_once(open_page: Any, callback: Callback) -> None:
    """Double clickjacking: the second click of a double click that was aimed at another window."""
    page = open_page(UserFactory())
    page.goto(asking(ClientFactory(redirect_uris=callback.uri), callback.uri))
    page.evaluate("window.dispatchEvent(new Event('focus')); document.querySelector('[name=allow]').click()")
    page.wait_for_timeout(GUARD)
    assert page.url.endswith("state=s")
    assert not callback.got
    allow(page)
    expect(page).to_have_title("Back")


def test_a_double_click_is_one_decision(open_page: Any, callback: Callback) -> None:
    page = open_page(UserFactory())
    page.goto(asking(ClientFactory(redirect_uris=callback.uri), callback.uri))
    page.wait_for_timeout(GUARD)
    page.get_by_role("button", name="Allow").dblclick()
    expect(page).to_have_title("Back")
    assert "code=" in callback.got[0]
    assert Grant.objects.count() == 1


def test_the_keyboard_is_enough_and_the_order_is_that_of_reading(open_page: Any, callback: Callback) -> None:
    page = open_page(UserFactory())
    page.goto(asking(ClientFactory(redirect_uris=callback.uri), callback.uri, scope="read write"))
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("(document.activeElement.name || document.activeElement.textContent).trim()"))
        if seen[-1] == "allow":
            break
    assert seen[0] == "Skip to the content"
    assert [name for name in seen if name in ("scope", "deny", "allow")] == ["scope", "scope", "deny", "allow"]
    page.wait_for_timeout(GUARD)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Back")


def test_switching_the_account_comes_back_to_the_same_request(open_page: Any, callback: Callback) -> None:
    other = UserFactory()
    page = open_page(UserFactory())
    page.goto(asking(ClientFactory(redirect_uris=callback.uri), callback.uri))
    page.get_by_role("link", name="Not you? Switch account").click()
    page.get_by_label("Username").fill(other.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("main")).to_contain_text(f"You are {other.username}")
    allow(page)
    expect(page).to_have_title("Back")
    assert Grant.objects.get().user == other


def test_out_of_band_copies_with_one_click(open_page: Any, axe: Axe, shot: Shot) -> None:  # R13
    page = open_page(UserFactory(), permissions=["clipboard-read", "clipboard-write"])
    page.goto(asking(ClientFactory(redirect_uris=OUT_OF_BAND, name="Terminal client"), OUT_OF_BAND))
    allow(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button")).to_have_text("Copied")
    code = page.locator("code").text_content()
    assert page.evaluate("navigator.clipboard.readText()") == code
    assert code
    assert code not in page.url
    axe(page)
    shot(page, "oob")


def test_out_of_band_shows_a_token_where_a_token_was_asked_for(open_page: Any, shot: Shot) -> None:
    client = ClientFactory(redirect_uris=OUT_OF_BAND, user=UserFactory(), implicit_allowed=True)
    page = open_page(UserFactory(), java_script_enabled=False, color_scheme="dark", viewport=PHONE)
    page.goto(asking(client, OUT_OF_BAND, response_type="token"))
    allow(page)
    assert page.locator("code").count() == 1
    assert AccessToken.objects.exists()
    shot(page, "oob-token")


LOOKS: dict[str, dict[str, Any]] = {
    "known": {},
    "unknown": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE},
    "simple": {},
    "german": {},
    "partly allowed": {},
    "own": {},
    "administrator": {},
    "app": {},
}


@pytest.mark.parametrize("name", LOOKS)
def test_the_consent_page_has_no_barrier(open_page: Any, axe: Axe, shot: Shot, name: str) -> None:
    user = UserFactory(username="ada", is_staff=name == "administrator")
    owner = user if name == "own" else UserFactory(username="grace")
    uri = {"unknown": "http://app.example/cb", "app": "com.example.photos:/cb"}.get(name, "https://photos.example/cb")
    client = ClientFactory(
        name="Photo Studio",
        website="https://photos.example/",
        user=None if name == "unknown" else owner,
        audience="owner" if name == "own" else "everyone",
        redirect_uris=uri,
    )
    Client.objects.update(created=timezone.now() - timedelta(days=40))
    if name == "partly allowed":
        AccessTokenFactory(client=client, user=user, scope="read profile")
    more = {"simple": {"simple_login": "1"}, "german": {"lang": "de"}}.get(name, {})
    page = open_page(user, **LOOKS[name])
    page.goto(asking(client, uri, scope="profile read write follow", token_group="Ada's phone", **more))
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"consent-{name}".replace(" ", "-"))


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark", "viewport": PHONE}], ids=["desk", "dark phone"])
def test_the_other_pages_have_no_barrier(open_page: Any, axe: Axe, shot: Shot, look: Any, request: Any) -> None:
    user = UserFactory(username="ada")
    client = ClientFactory(user=user, name="Photo Studio", redirect_uris=f"https://photos.example/cb {OUT_OF_BAND}")
    suspended = ClientFactory(suspended=True)
    page, stranger = open_page(user, **look), open_page(**look)
    pages = {
        "mismatch-owner": (page, asking(client, "http://photos.example:8080/callback?x=1")),
        "mismatch-stranger": (stranger, asking(client, "https://evil.example/")),
        "unknown-client": (stranger, "/oauth/authorize?client_id=nobody"),
        "suspended": (stranger, asking(suspended, "https://app.example/cb")),
        "oob-error": (page, asking(client, OUT_OF_BAND, scope="bogus")),
    }
    for name, (window, address) in pages.items():
        window.goto(address)
        axe(window)
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        shot(window, f"error-{name}-{request.node.callspec.id}".replace(" ", "-"))
    page.goto(asking(client, OUT_OF_BAND))
    page.get_by_role("button", name="Deny").click()
    axe(page)
    shot(page, f"denied-{request.node.callspec.id}".replace(" ", "-"))
    page.reload()
    axe(page)
    shot(page, f"error-spent-{request.node.callspec.id}".replace(" ", "-"))
