"""A real browser on the live server: headless Chromium, driven by Playwright.

`SHOTS=folder pytest tests/browser` keeps the pictures that tests take.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Visitor
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
).split()
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1024, "height": 768}

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is marked `browser`, and skipped where no browser is."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine (apt-get install chromium)"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each has a context of its own."""
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The address of the live server, which is its issuer too."""
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": live_server.url}
    return str(live_server.url)


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[OpenPage]:
    """`open_page(java_script_enabled=False, color_scheme="dark", viewport=PHONE)`: a browser window of one's own.

    `user=` signs somebody in. A console error of any page fails the test.
    """
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def open_one(user: Any = None, **options: Any) -> Page:
        context = chromium.new_context(base_url=site, **{"viewport": DESK, "locale": "en-GB", **options})
        opened.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user, site)])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda line: errors.append(f"{page.url}: {line.text}") if line.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield open_one
    for context in opened:
        context.close()
    # A page that answers 400 on purpose is logged by Chromium as a failed load.
    assert [line for line in errors if "Failed to load resource" not in line] == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A window in which nobody is signed in."""
    return open_page()


@pytest.fixture
def plain_page(open_page: OpenPage) -> Page:
    """A window without JavaScript."""
    return open_page(java_script_enabled=False)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails with what axe-core finds wrong on it (WCAG 2.2 AA and best practices)."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text()

    def check(page: Page) -> None:
        # Our policy forbids scripts from elsewhere; what Playwright evaluates is not subject to it.
        page.wait_for_load_state("load")
        page.evaluate(source)
        found = page.evaluate("axe.run()")
        assert [
            f"{rule['id']}: {rule['help']}: " + ", ".join(node["html"] for node in rule["nodes"])
            for rule in found["violations"]
        ] == [], page.url

    return check


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """`shot(page, "consent-dark")` keeps a picture, if SHOTS names a folder."""
    folder = os.environ.get("SHOTS")

    def keep(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return keep


def session_cookie(user: Any, site: str) -> Any:
    """The cookie of a session in which `user` has logged in."""
    visitor = Visitor()
    visitor.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": visitor.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": site,
    }
