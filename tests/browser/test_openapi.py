"""The viewer of the OpenAPI document works under the strictest policy."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_viewer_shows_every_endpoint_without_a_console_error(open_page: OpenPage, site: str) -> None:
    page = open_page()
    page.goto(f"{site}/docs")
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() > 40
    assert page.get_by_text("/v1/apps/me/users/tokens").count() == 1


def test_without_javascript_there_is_a_link(open_page: OpenPage, site: str) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{site}/docs")
    assert page.get_by_role("link", name="openapi.yaml").is_visible()
