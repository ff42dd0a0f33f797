"""The login page, as people meet it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_one_logs_in_and_goes_where_one_was_going(open_page: Any, site: str, java_script_enabled: bool) -> None:
    user = UserFactory()
    page = open_page(java_script_enabled=java_script_enabled)
    page.goto("/accounts/login/?next=/healthz")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    assert page.url == f"{site}/healthz"


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=["light", "dark", "phone"])
def test_the_login_page_has_no_barrier(
    open_page: Any, axe: Callable[[Page], None], shot: Callable[[Page, str], None], look: Any, request: Any
) -> None:
    page = open_page(**look)
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"login-{request.node.callspec.id}")
