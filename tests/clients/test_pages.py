"""What every page has in common."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.utils import translation
from django.views.generic import TemplateView

from clients.border import pages


class Landing(pages.Page, TemplateView):
    template_name = "oauth_clients/base.html"


def directive(name: str, **more: Any) -> list[str]:
    return next(part for part in pages.policy(**more).split("; ") if part.startswith(f"{name} ")).split()[1:]


def test_the_policy_names_where_a_form_may_lead() -> None:
    assert directive("form-action") == ["'self'"]
    assert directive("form-action", form_action=["https:"]) == ["'self'", "https:"]
    assert directive("form-action") == ["'self'"]  # and keeps nothing of it


def test_static_files_may_come_from_another_host(settings: Any) -> None:
    settings.STATIC_URL = "https://static.example/s/"
    for name in ("script-src", "style-src", "img-src", "font-src"):
        assert "https://static.example" in directive(name)
    assert directive("default-src") == ["'none'"]
    settings.STATIC_URL = "//static.example/s/"
    assert "https://static.example" in directive("style-src")


def test_a_hosts_own_template_may_need_more(settings: Any) -> None:
    settings.OAUTHSITE = {"PAGE_POLICY": {"font-src": ("https://fonts.example",), "media-src": ("'self'",)}}
    assert directive("font-src") == ["'self'", "https://fonts.example"]
    assert directive("media-src") == ["'self'"]


def test_protecting_twice_keeps_the_first_policy() -> None:
    response = pages.protect(pages.protect(HttpResponse(), form_action=["app:"]))
    assert "app:" in response.headers["Content-Security-Policy"]


def test_a_class_of_pages_extends_the_template_that_the_host_chose(settings: Any, rf: RequestFactory) -> None:
    settings.OAUTHSITE = {"BASE_TEMPLATE": "hosts/base.html"}
    response = Landing.as_view()(rf.get("/"))
    assert response.context_data["base_template"] == "hosts/base.html"  # type: ignore[attr-defined]
    assert response.headers["X-Frame-Options"] == "DENY"


# F8
def test_no_other_site_learns_an_address_and_forms_go_through(settings: Any, rf: RequestFactory) -> None:
    ours = Landing.as_view()(rf.get("/")).render()  # type: ignore[attr-defined]
    assert ours.headers["Referrer-Policy"] == "no-referrer"
    assert '<meta name="referrer" content="same-origin">' in ours.content.decode()
    settings.OAUTHSITE = {"BASE_TEMPLATE": "hosts/base.html"}  # whose forms have to go through without such an element
    assert Landing.as_view()(rf.get("/")).headers["Referrer-Policy"] == "same-origin"


def test_views_of_others_can_be_protected(rf: RequestFactory) -> None:
    assert pages.page(lambda _request: HttpResponse())(rf.get("/")).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "language"),
    [
        ("/?lang=de", "de"),
        ("/?lang=de-AT", "de"),
        ("/?next=/oauth/authorize%3Flang%3Dja", "ja"),
        ("/?lang=xx", None),
        ("/?lang=%00", None),
        ("/?next=http://[bad", None),
        ("/", None),
    ],
)
def test_a_request_may_ask_for_a_language(rf: RequestFactory, address: str, language: str | None) -> None:
    assert pages.wanted_language(rf.get(address)) == language


def test_a_page_that_is_rendered_late_is_in_the_wanted_language(rf: RequestFactory) -> None:
    def view(request: HttpRequest) -> TemplateResponse:
        return TemplateResponse(request, "oauth_clients/base.html")

    response = pages.in_wanted_language(view)(rf.get("/?lang=de"))
    assert '<html lang="de"' in response.content.decode()
    assert translation.get_language() == "en"
