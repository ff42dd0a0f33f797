"""An administrator at work: approve, suspend, allow the password flow, revoke by address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from clients.events import Act, record
from clients.models import Client
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tokens.models import TokenFamily
from tokens.origin import Origin

pytestmark = pytest.mark.django_db(transaction=True)
# Our policy forbids the styles that axe-core writes into a page while it measures.
LOOKS: list[dict[str, Any]] = [{"bypass_csp": True}, {"bypass_csp": True, "color_scheme": "dark"}]
Check = Callable[[Page], None]
Shot = Callable[[Page, str], None]


@pytest.fixture
def page(open_page: Any, request: Any) -> Page:
    """The window of a superuser; the test's look, if it has one."""
    look = getattr(request, "param", {})
    opened: Page = open_page(UserFactory(username="root", is_staff=True, is_superuser=True), **look)
    return opened


@pytest.fixture
def waiting() -> Any:
    """A client that asks for everyone, beside some life on the site."""
    ada = UserFactory(username="ada")
    client = ClientFactory(owner_only=True, user=ada, name="Ada's bot", audience_requested_at=timezone.now())
    other = ClientFactory(user=UserFactory(username="bob"), name="Trusted reader", password_grant_secret="sha256$x")
    ClientFactory(name="Spam", suspended=True)
    record(Act.CLIENT_FAILED, client=other, count=12)
    for number in range(6):
        origin = Origin(ip_address=f"203.0.113.{number % 2}")
        FamilyFactory(user=UserFactory(), client=other, origin=origin, token_group="phone")
    return client


@pytest.mark.parametrize("page", LOOKS, indirect=True, ids=["light", "dark"])
def test_our_pages_have_no_barrier(page: Page, waiting: Any, axe: Check, shot: Shot, request: Any) -> None:
    look = request.node.callspec.id
    family = TokenFamily.objects.all()[:1].get()
    event = record(Act.CLIENT_SUSPENDED, client=waiting, note="Because")
    for name, path in {
        "index": "/admin/",
        "overview": "/admin/oauth_tokens/tokenfamily/overview/",
        "clients": "/admin/oauth_clients/client/",
        "waiting": "/admin/oauth_clients/client/?state=waiting",
        "client": f"/admin/oauth_clients/client/{waiting.pk}/change/",
        "add": "/admin/oauth_clients/client/add/",
        "developer": f"/admin/oauth_clients/client/{waiting.pk}/developer/",
        "act": f"/admin/oauth_clients/client/{waiting.pk}/act/suspend/",
        "families": "/admin/oauth_tokens/tokenfamily/",
        "families-of-client": f"/admin/oauth_tokens/tokenfamily/?client={family.client_id}",
        "family": f"/admin/oauth_tokens/tokenfamily/{family.pk}/change/",
        "events": "/admin/oauth_clients/event/",
        "event": f"/admin/oauth_clients/event/{event.pk}/change/",
    }.items():
        page.goto(path)
        if name == "act":
            page.get_by_role("button", name="Suspend").click()  # without a reason: with an error on it
        shot(page, f"admin-{name}-{look}")
        axe(page)


def test_the_lists_fit_between_the_side_bars_of_a_laptop(page: Page, waiting: Any) -> None:
    TokenFamily.objects.update(
        ip_address="2001:db8:1111:2222:3333:4444:5555:6666", scope="read:statuses write:statuses offline_access push"
    )
    page.set_viewport_size({"width": 1280, "height": 800})
    for name in ("oauth_tokens/tokenfamily/", "oauth_clients/client/", "oauth_clients/client/?state=waiting"):
        page.goto(f"/admin/{name}")
        assert page.evaluate("(list => list.scrollWidth <= list.clientWidth)(document.querySelector('.results'))"), name


def test_from_the_waiting_room_a_client_is_opened_to_everyone(page: Page, waiting: Any) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="1 client waits for approval").click()
    page.get_by_role("link", name="Ada's bot").click()
    page.get_by_role("link", name="Open to everyone").click()
    page.get_by_label("Reason").fill("Well made.")
    page.get_by_role("button", name="Open to everyone").click()
    page.get_by_text("Done for 1.").wait_for()
    waiting.refresh_from_db()
    assert (waiting.audience, waiting.note) == ("everyone", "Well made.")


def test_a_client_is_suspended_from_the_list(page: Page, waiting: Any) -> None:
    page.goto("/admin/oauth_clients/client/?q=Trusted")
    page.locator("input.action-select").check()
    page.get_by_label("Action:").select_option(label="Suspend")
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).click()
    page.get_by_text("6 live tokens stop working, of 6 users.").wait_for()
    page.get_by_role("button", name="Suspend").click()
    page.get_by_text("This field is required.").wait_for()
    page.get_by_label("Reason").fill("It sends spam.")
    page.get_by_role("button", name="Suspend").click()
    page.get_by_text("Done for 1.").wait_for()
    assert Client.objects.suspended().count() == 2


@pytest.mark.parametrize("page", LOOKS, indirect=True, ids=["light", "dark"])
def test_allowing_the_password_flow_shows_its_secret_once(
    page: Page, waiting: Any, axe: Check, shot: Shot, request: Any
) -> None:
    page.goto(f"/admin/oauth_clients/client/{waiting.pk}/change/")
    page.get_by_role("link", name="Allow the password flow").click()
    page.get_by_role("button", name="Allow the password flow").click()
    secret = page.locator("#secret-1").inner_text()
    assert secret.startswith("oas_pg_")
    page.get_by_role("button", name="Copy").wait_for()
    axe(page)
    shot(page, f"admin-secret-{request.node.callspec.id}")
    page.get_by_role("link", name="Go on").click()
    assert secret not in page.content()


def test_all_tokens_from_one_address_are_revoked(page: Page, waiting: Any) -> None:
    page.goto("/admin/oauth_tokens/tokenfamily/")
    page.get_by_label("IP address").fill("203.0.113.1")
    page.get_by_label("IP address").press("Enter")
    page.wait_for_url("**ip=203.0.113.1")
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option(label="Revoke")
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).click()
    page.get_by_text("3 tokens stop working, of 3 users.").wait_for()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("3 tokens revoked.").wait_for()
    assert TokenFamily.objects.live().count() == 3


def test_a_client_is_searched_for_in_the_filter(page: Page, waiting: Any) -> None:
    page.goto("/admin/oauth_tokens/tokenfamily/")
    page.locator(".oauth-filter .select2-selection").click()
    page.locator(".select2-search__field").fill("Trusted")
    page.locator(".select2-results__option", has_text="Trusted reader").click()
    page.locator("form.oauth-filter", has=page.locator("#filter-client")).get_by_role("button", name="Apply").click()
    page.wait_for_url("**client=*")
    assert page.locator("#result_list tbody tr").count() == 6
