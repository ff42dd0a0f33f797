"""What the browser gets: a redirect to the client, a form that posts to it, or a page of ours."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from clients import redirects
from clients.border import pages
from clients.people import has_special_rights
from tokens.rules.authorization import Unproven
from tokens.rules.frontchannel import Channel, Mode
from tokens.rules.pending import NotPending

logger = logging.getLogger(__name__)


def to_client(request: HttpRequest, channel: Channel, answer: Mapping[str, str]) -> HttpResponse:
    """The answer on its way. The redirect URI is proven, so its scheme may be any that was registered."""
    if channel.mode is Mode.PAGE:
        return out_of_band(request, channel, answer)
    if channel.mode is Mode.FORM_POST:
        content = {"channel": channel, "fields": channel.fields(answer)}
        return pages.show(
            request, "oauth_tokens/form_post.html", content, form_action=form_action(channel.redirect_uri)
        )
    # 302, which turns the user's POST into a GET; never 307, which would send their form on (RFC 9700 §4.12).
    return HttpResponse(status=302, headers={"Location": channel.location(answer)})


def out_of_band(request: HttpRequest, channel: Channel, answer: Mapping[str, str]) -> HttpResponse:
    """A page with the code or the token to copy, or with what went wrong. Its address holds neither."""
    value = answer.get("code") or answer.get("access_token")
    content = {"client": channel.client, "value": value, "is_token": "access_token" in answer, "answer": answer}
    is_denial = answer.get("error") == "access_denied"
    template = "oauth_tokens/out_of_band.html" if value else "oauth_tokens/not_allowed.html"
    return pages.show(request, template, content, status=200 if value or is_denial else 400)


def unproven(request: HttpRequest, error: Unproven) -> HttpResponse:
    """The error page for a request from nobody in particular. The owner and the staff read which part differs."""
    reference = secrets.token_hex(4)
    logger.warning(
        "authorization_refused",
        extra={
            "reference": reference,
            "reason": error.description,
            "client": getattr(error.client, "client_id", None),
            # Without the query: it may hold what is not ours to keep.
            "redirect_uri": error.redirect_uri.partition("?")[0],
        },
    )
    content: dict[str, Any] = {"reference": reference, "client": error.client, "error": error}
    if may_see_why(request.user, error.client) and error.redirect_uri:
        content["differences"] = differences(error.client.redirect_uri_list, error.redirect_uri)
    content["may_see_why"] = may_see_why(request.user, error.client)
    return pages.show(request, "oauth_tokens/unproven.html", content, status=400)


def not_pending(request: HttpRequest, error: NotPending) -> HttpResponse:
    """The error page for a form that was sent twice, or too late."""
    return pages.show(request, "oauth_tokens/not_pending.html", {"error": error}, status=400)


def differences(registered: Sequence[str], sent: str) -> list[tuple[str, list[str]]]:
    """For each registered redirect URI, which of its parts the one that was sent differs in."""
    parts = redirects.parts(sent)
    return [(own, [name for name, value in redirects.parts(own).items() if value != parts[name]]) for own in registered]


def may_see_why(user: Any, client: Any) -> bool:
    """Whether the details of a misconfigured client are this user's business."""
    is_owner = client is not None and client.user_id is not None and client.user_id == user.pk
    return bool(user.is_authenticated and (is_owner or has_special_rights(user)))


def form_action(uri: str) -> list[str]:
    """Where a form may lead that ends at this redirect URI, as CSP sources.

    Chromium holds every redirect behind a form against the policy, the client's own further ones too: so not its
    host, but its scheme, and https always.
    """
    scheme = uri.partition(":")[0].lower()
    return sorted({f"{scheme}:", "https:"}) if scheme in ("http", "https") else [f"{scheme}:"]
