"""The page for devices, as people meet it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE
from tests.factories import PASSWORD, ClientFactory, UserFactory
from tokens.rules import device

GUARD = 600  # milliseconds after which "Allow" reacts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.rfc("8628", "3.3")
@pytest.mark.parametrize(
    "look",
    [{}, {"color_scheme": "dark"}, {"viewport": PHONE}, {"java_script_enabled": False}],
    ids=["light", "dark", "phone", "no script"],
)
def test_one_types_the_code_and_lets_the_device_in(
    open_page: Any, axe: Callable[[Page], None], shot: Callable[[Page, str], None], look: Any, request: Any
) -> None:  # P11
    name = request.node.callspec.id.replace(" ", "-")
    client, user = ClientFactory(name="Living room TV"), UserFactory()
    _grant, device_code, user_code = device.begin(client=client, scope="read write")
    page = open_page(**look)
    page.goto("/oauth/device")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    has_script = look.get("java_script_enabled", True)
    if has_script:
        page.get_by_text("Continue on your phone").click()
        assert page.evaluate("document.querySelector('details img').naturalWidth") > 50  # the policy lets it be shown
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"device-{name}")
    page.get_by_label("Code").fill(user_code.lower())
    page.get_by_role("button", name="Continue").click()
    if has_script:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"device-confirm-{name}")
    page.wait_for_timeout(GUARD)
    page.get_by_role("button", name="Allow", exact=True).click()
    assert "The device is connected" in page.content()
    assert device.poll(client=client, device_code=device_code).user == user
