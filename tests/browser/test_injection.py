"""F10: nothing that others wrote runs, on any page that shows it.

Our policy would stop a script that stood in a page. It is switched off here, so that what is tested is the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from clients.events import Act, record
from clients.models import Client
from clients.redirects import OUT_OF_BAND
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules import device

pytestmark = pytest.mark.django_db(transaction=True)

PAYLOADS = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<script/src=data:,alert(1)></script>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "<img src=x:x onerror\n=alert(1)//",
    "'\"><svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><set onbegin=alert(1) attributeName=x>",
    '" autofocus onfocus=alert(1) x="',
    "' autofocus onfocus=alert(1) x='",
    "x onmouseover=alert(1) ",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<object data=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "<form><button formaction=javascript:alert(1)>x",
    "<math><mtext></p><style><img src=x onerror=alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{constructor.constructor('alert(1)')()}}{% debug %}",
]
# What would run once somebody came near it: handlers, frames with a page of their own, addresses that are programs.
ARMED = """() => [...document.querySelectorAll("*")].filter((element) =>
  [...element.attributes].some(({ name, value }) =>
    name.startsWith("on") || name === "srcdoc" || name === "autofocus" && element.name === "" ||
    /^(href|src|data|action|formaction)$/.test(name) && /^\\s*(javascript|vbscript|data:(?!image))/i.test(value))
  || element.localName === "script" && !element.src && !/json/.test(element.type)
).map((element) => element.outerHTML.slice(0, 200))"""

Look = Callable[[str], None]


def bundles(longest: int) -> Iterator[str]:
    """All payloads in as few texts as fit: for pages that show one of a kind."""
    text = ""
    for payload in PAYLOADS:
        if text and len(text) + len(payload) > longest:
            yield text
            text = ""
        text += payload
    yield text


def test_there_are_thirty() -> None:
    assert len(set(PAYLOADS)) == 30


@pytest.fixture
def watched(open_page: Any) -> Callable[[Any], tuple[Page, Look]]:
    """A window of somebody without our policy, and a way to look at an address there."""

    def watch(user: Any) -> tuple[Page, Look]:
        alerts: list[str] = []
        page: Page = open_page(user, bypass_csp=True)
        page.on("dialog", lambda dialog: (alerts.append(page.url), dialog.dismiss()))

        def look(address: str = "") -> None:
            if address:
                answer = page.goto(address)
                assert answer is not None
                assert answer.status < 500, address
            assert page.evaluate(ARMED) == [], page.url
            assert alerts == []

        return page, look

    return watch


def asking(client: Any, uri: str = OUT_OF_BAND, **more: str) -> str:
    asked = {"client_id": client.client_id, "redirect_uri": uri, "response_type": "code", **more}
    return f"/oauth/authorize?{urlencode(asked)}"


def group(text: str) -> str:
    """As much of it as a token group may be."""
    return text.replace("\n", " ")[:64]


def press(page: Page, name: str) -> None:
    page.wait_for_timeout(600 if name == "Allow" else 0)
    page.get_by_role("button", name=name, exact=True).click()


def test_the_consent_page_shows_text_as_text(watched: Any) -> None:
    page, look = watched(UserFactory())
    client = ClientFactory(user=UserFactory(), redirect_uris=OUT_OF_BAND)
    for number, payload in enumerate(PAYLOADS):
        type(client.user).objects.update_or_create(pk=client.user_id, defaults={"username": f"{payload}{number}"})
        Client.objects.update(name=payload, website=f"https://x.example/{payload}")
        look(asking(client, token_group=group(payload), state=payload))
        shown = page.locator("main").text_content() or ""
        assert shown.count(payload.split()[0]) >= 4, payload  # name, owner, website, group


def test_pages_about_one_client_show_text_as_text(watched: Any) -> None:
    stranger, developer = UserFactory(), UserFactory(username="ada")
    (page, look), (_own, own_look) = watched(stranger), watched(developer)
    client = ClientFactory(user=developer, redirect_uris=OUT_OF_BAND, note="x")
    for bundle in bundles(220):
        uri = "https://x.example/" + "".join(bundle.split())
        Client.objects.update(name=bundle, note=bundle, redirect_uris=f"{uri} {OUT_OF_BAND}")
        client.refresh_from_db()
        family, _ = FamilyFactory(
            client=client, user=developer, token_group=group(bundle), origin=Origin("192.0.2.1", bundle)
        )
        look(asking(client, response_mode="form_post", state=bundle))
        press(page, "Deny")
        look()
        _grant, _device_code, user_code = device.begin(client=client, scope="read")
        look(f"/oauth/device?{urlencode({'user_code': user_code})}")
        press(page, "Continue")
        look()
        press(page, "Deny")
        look()
        look(f"/oauth/device?{urlencode({'user_code': bundle})}")
        look(asking(client, scope=bundle, state=bundle))
        here = f"/dev/clients/{client.client_id}"
        for path in ("", "/edit", "/delete", "/secret", "/authorize", f"/tokens/revoke?family={family.pk}"):
            own_look(here + path)
        own_look(f"/dev/tokens/revoke?{urlencode({'client': client.client_id, 'group': group(bundle)})}")
        own_look(asking(client, f"{uri}/other", state=bundle))


def test_a_code_to_copy_and_a_refusal_stand_beside_text(watched: Any) -> None:
    page, look = watched(UserFactory())
    client = ClientFactory(user=UserFactory(), redirect_uris=OUT_OF_BAND)
    for bundle, button in zip(bundles(220), ["Allow", "Deny"] * 5, strict=False):
        Client.objects.update(name=bundle)
        look(asking(client, state=bundle))
        press(page, button)
        look()


@pytest.fixture
def everything() -> Any:
    """A developer each of whose clients, tokens and events has a payload wherever somebody may write one."""
    ada = UserFactory(username="ada", is_staff=True, is_superuser=True)
    busy = ClientFactory(user=ada)
    for number, payload in enumerate(PAYLOADS):
        holder = UserFactory(username=f"{payload}{number}", first_name=payload)
        client = ClientFactory(
            user=ada,
            name=payload,
            note=payload,
            audience="owner" if number % 2 else "everyone",
            audience_requested_at=timezone.now() if number % 2 else None,
            password_grant_secret="" if number % 2 else "sha256$x",
            website=f"https://x.example/{payload}",
        )
        origin = Origin("192.0.2.1", payload)
        FamilyFactory(client=client, user=ada, token_group=group(payload), origin=origin)
        FamilyFactory(client=busy, user=holder, token_group=group(payload), origin=origin)
        record(Act.CLIENT_SUSPENDED, client=client, actor=holder, subject=ada, note=payload)
        record(Act.CLIENT_FAILED, client=client, count=number + 1)
    return busy


def test_lists_show_text_as_text(watched: Any, everything: Any) -> None:
    page, look = watched(everything.user)
    for path in (
        "/dev/",
        "/dev/tokens",
        "/dev/history",
        f"/dev/clients/{everything.client_id}/tokens",
        "/admin/",
        "/admin/oauth_clients/client/",
        "/admin/oauth_clients/client/?state=waiting",
        "/admin/oauth_clients/event/",
        "/admin/oauth_tokens/tokenfamily/",
        f"/admin/oauth_tokens/tokenfamily/?client={everything.pk}",
        "/admin/oauth_tokens/tokenfamily/overview/",
        "/admin/auth/user/",
    ):
        look(path)
        assert "alert(1)" in (page.locator("body").text_content() or ""), path


def test_the_admins_pages_show_text_as_text(watched: Any, everything: Any) -> None:
    page, look = watched(everything.user)
    page.goto("/admin/oauth_clients/client/")
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option(value="suspend")
    page.locator(".actions button[type=submit]").click()
    look()
    for bundle in bundles(220):
        Client.objects.among([everything]).update(name=bundle, note=bundle)
        event = record(Act.CLIENT_SUSPENDED, client=everything, note=bundle)
        family: Any = TokenFamily.objects.of_client(everything)[:1].get()
        for path in (
            f"/admin/oauth_clients/client/{everything.pk}/change/",
            f"/admin/oauth_clients/client/{everything.pk}/delete/",
            f"/admin/oauth_clients/client/{everything.pk}/act/suspend/",
            f"/admin/oauth_clients/event/{event.pk}/change/",
            f"/admin/oauth_tokens/tokenfamily/{family.pk}/change/",
            f"/admin/oauth_tokens/tokenfamily/{family.pk}/act/revoke/",
        ):
            look(path)
