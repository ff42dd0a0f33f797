"""A person makes a client, gets tokens for themselves, uses them and takes them back: with JavaScript and without."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.developer import full_frontpage
from tests.factories import PASSWORD, FamilyFactory, UserFactory
from tokens.models import TokenFamily
from tokens.origin import Origin

pytestmark = pytest.mark.django_db(transaction=True)

BROKEN_NAME = "“https://a.example/#x” cannot contain a fragment."


def status(site: str, token: str) -> int:
    """What a program is answered, over HTTP."""
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{site}/oauth/userinfo"]
    answer = subprocess.run(
        [*command, "-H", f"Authorization: Bearer {token}"], capture_output=True, text=True, check=True, timeout=60
    )
    return int(answer.stdout)


def paste(page: Page) -> str:
    """What the page's curl lines answer when they are pasted into a shell."""
    lines = page.locator("#snippet_curl").inner_text()
    return subprocess.run(["bash", "-c", lines], capture_output=True, text=True, check=True, timeout=60).stdout


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def get_token(page: Page, client_page: str, group: str) -> str:
    """One more token, for this group."""
    page.goto(client_page)
    page.get_by_role("link", name="Get a token for yourself").click()
    page.get_by_label("Token group").fill(group)
    press(page, "Make the token")
    return page.locator("#access_token").inner_text()


def revoke(page: Page, **rule: str) -> None:
    """Choose, read the number, press."""
    page.goto("/dev/tokens")
    for label, value in rule.items():
        page.get_by_label(label.replace("_", " ")).fill(value)
    press(page, "Revoke all that fit …")
    page.get_by_role("button", name=re.compile(r"Revoke \d+ token")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("revoked")


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_the_whole_way(open_page: Any, site: str, java_script_enabled: bool) -> None:
    ada = UserFactory(username="ada")
    _, elsewhere = FamilyFactory(user=ada, token_group="laptop", origin=Origin("192.0.2.77"))
    _, bobs = FamilyFactory(user=UserFactory(), token_group="laptop", origin=Origin("127.0.0.1"))
    page = open_page(java_script_enabled=java_script_enabled)
    page.goto("/dev/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Log in")

    page.get_by_label("Name", exact=True).fill("Bot")
    page.get_by_label("Redirect URIs").fill("https://a.example/#x")
    press(page, "Create the client")
    expect(page.get_by_text(BROKEN_NAME)).to_be_visible()
    page.get_by_label("Redirect URIs").fill("urn:ietf:wg:oauth:2.0:oob")
    press(page, "Create the client")
    secret = page.locator("#client_secret").inner_text()
    app_token = paste(page)
    assert '"access_token"' in app_token
    page.get_by_role("link", name="To the client").click()
    client_page = page.url
    assert secret not in page.content()

    token = get_token(page, client_page, "laptop")
    used = paste(page)
    assert '"sub"' in used
    page.goto("/dev/tokens?group=laptop&address=127.0.0.1")
    line = page.get_by_role("row").nth(2)  # below the head, and the name of the app
    expect(line).to_contain_text("The token you just used")
    expect(line).to_contain_text("127.0.0.1")
    expect(line).to_contain_text("today")

    phone = get_token(page, client_page, "phone")
    revoke(page, IP_address="192.0.2.77")
    assert [status(site, value) for value in (elsewhere, token, phone, bobs)] == [401, 200, 200, 200]
    revoke(page, Token_group="laptop")
    assert [status(site, value) for value in (token, phone, bobs)] == [401, 200, 200]
    third = get_token(page, client_page, "")
    revoke(page)
    assert [status(site, value) for value in (phone, third, bobs)] == [401, 401, 200]
    page.goto("/dev/history")
    expect(page.get_by_role("row")).to_have_count(1 + 1 + 3 + 3)

    page.goto(client_page)
    page.get_by_role("link", name="Reset the secret").click()
    press(page, "Reset the secret")
    assert page.locator("#client_secret").inner_text() != secret
    page.goto(client_page)
    press(page, "End it now")
    expect(page.get_by_role("button", name="End it now")).to_have_count(0)


def test_copying(open_page: Any) -> None:
    page = open_page(user=UserFactory(), permissions=["clipboard-read", "clipboard-write"])
    page.goto("/dev/")
    page.get_by_label("Name", exact=True).fill("Bot")
    press(page, "Create the client")
    page.get_by_role("button", name="Copy").nth(1).click()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#client_secret").inner_text()


OF_CLIENT = ["", "/edit", "/delete", "/secret", "/authorize", "/tokens", "/tokens/revoke?group=laptop"]
OF_SITE = [
    "/dev/", "/dev/new", "/dev/tokens", "/dev/tokens/revoke", "/dev/history", "/accounts/password", "/accounts/logout",
    "/accounts/reset", "/", "/nowhere",
]  # fmt: skip
LOOKS = [
    ("desk-light", {"viewport": DESK, "color_scheme": "light"}),
    ("desk-dark", {"viewport": DESK, "color_scheme": "dark"}),
    ("phone-light", {"viewport": PHONE, "color_scheme": "light"}),
    ("phone-dark", {"viewport": PHONE, "color_scheme": "dark"}),
    ("phone-german", {"viewport": PHONE, "locale": "de-DE"}),
    ("phone-japanese", {"viewport": PHONE, "locale": "ja-JP"}),
]
if "SHOTS" not in os.environ:  # for the eye all of them; a machine finds the same faults in three
    LOOKS = [LOOKS[0], LOOKS[3], LOOKS[4]]


def look(page: Page, axe: Any, shot: Any, name: str) -> None:
    """A page as it should be: nothing wrong, nothing wider than the window, nothing from elsewhere."""
    shot(page, name)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert len(page.content().encode()) < 100 * 1024


@pytest.mark.parametrize(("look_name", "options"), LOOKS)
def test_every_page_with_much_on_it(
    open_page: Any, axe: Any, shot: Any, look_name: str, options: Any, site: str
) -> None:
    ada, client = full_frontpage()
    page = open_page(user=ada, **options)
    foreign: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(site) else foreign.append(request.url))
    for path in OF_SITE + [f"/dev/clients/{client.client_id}{path}" for path in OF_CLIENT]:
        page.goto(path)
        name = re.sub(r"\W+", "-", path.replace(client.client_id, "one").partition("?")[0]).strip("-") or "start"
        look(page, axe, shot, f"full-{name}-{look_name}")
    for path in ("authorize", "secret", "tokens/revoke?group=laptop"):
        page.goto(f"/dev/clients/{client.client_id}/{path}")
        with page.expect_navigation():
            page.locator("main form[method=post] button[type=submit]").last.click()
        look(page, axe, shot, f"done-{re.sub(r'[^a-z].*', '', path)}-{look_name}")
    assert [url for url in foreign if not url.startswith("data:")] == []


@pytest.mark.parametrize(("look_name", "options"), LOOKS[:2])
def test_every_page_with_nothing_on_it(open_page: Any, axe: Any, shot: Any, look_name: str, options: Any) -> None:
    page = open_page(user=UserFactory(), **options)
    for path in ("/dev/", "/dev/tokens", "/dev/history"):
        page.goto(path)
        look(page, axe, shot, f"empty{path.replace('/', '-')}-{look_name}")
    page.goto("/dev/")
    page.get_by_label("Redirect URIs").fill("https://a.example/#x\nfoo")
    page.get_by_label("Name", exact=True).fill("  a   b")
    press(page, "Create the client")
    look(page, axe, shot, f"errors-{look_name}")
    page.get_by_label("Redirect URIs").fill("https://a.example/")
    page.get_by_label("Name", exact=True).fill("Bot")
    press(page, "Create the client")
    look(page, axe, shot, f"done-created-{look_name}")


def test_the_list_of_tokens_fits_whatever_the_width(open_page: Any) -> None:
    longest = "2001:db8:1111:2222:3333:4444:5555:6666"
    ada, client = full_frontpage()
    TokenFamily.objects.update(ip_address=longest, last_used_ip=longest)
    page = open_page(user=ada)
    page.goto(f"/dev/clients/{client.client_id}/tokens")
    for width in (360, 720, 1_000, 1_024, 1_280):
        page.set_viewport_size({"width": width, "height": 700})
        table, card = page.evaluate(
            "['table', '.card:has(table)'].map((name) => document.querySelector(name).getBoundingClientRect().right)"
        )
        assert table < card <= width, width


def test_a_secret_on_paper_is_whole_and_nothing_else_is_there(open_page: Any) -> None:
    page = open_page(user=UserFactory(), color_scheme="dark")
    page.goto("/dev/")
    page.get_by_label("Name", exact=True).fill("Bot")
    press(page, "Create the client")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 640, "height": 900})
    expect(page.locator("#client_secret")).to_be_visible()
    for gone in (page.get_by_role("button"), page.locator("main a.button"), page.get_by_role("navigation")):
        expect(gone.filter(visible=True)).to_have_count(0)
    cut = "[...document.querySelectorAll('pre, .value')].filter((box) => box.scrollWidth > box.clientWidth).length"
    assert page.evaluate(cut) == 0


def test_with_colours_of_ones_own_the_chart_is_still_to_be_read(open_page: Any, axe: Any) -> None:
    ada, client = full_frontpage()
    page = open_page(user=ada, forced_colors="active", color_scheme="dark")
    page.goto(f"/dev/clients/{client.client_id}")
    colour = "(name) => getComputedStyle(document.querySelector(name)).backgroundColor"
    used, issued, ground = (page.evaluate(colour, name) for name in (".legend > .used", ".legend > .issued", "body"))
    assert len({used, issued, ground}) == 3
    axe(page)
