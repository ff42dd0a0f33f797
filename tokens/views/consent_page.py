"""The consent page: who asks, whom, for what, where it leads, and for how long (RFC 6749 §10.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients import redirects, scopes
from clients.border import pages
from clients.people import has_special_rights
from tokens.rules.authorization import Asked
from tokens.rules.consent import Allowed, token_ends
from tokens.rules.frontchannel import Mode
from tokens.rules.pending import Pending
from tokens.views.answers import form_action


@dataclass(frozen=True)
class ScopeLine:
    """A scope as people read it."""

    name: str
    title: str
    description: str
    is_sensitive: bool
    area: str


def show(request: HttpRequest, asked: Asked, allowed: Allowed, name: UUID, waiting: Pending) -> HttpResponse:
    """The page with the request that waits under this id."""
    new = [scope for scope in asked.scope if not scopes.covers(allowed.scope, [scope])]
    uri, mode, now = asked.channel.redirect_uri, asked.channel.mode, timezone.now()
    content = {
        "asked": asked,
        "client": asked.client,
        "request_id": name,
        "action": request.path,
        "is_simple": waiting.is_simple,
        "new_scopes": lines(new),
        "old_scopes": lines(scope for scope in asked.scope if scope not in new),
        "allowed_since": allowed.since,
        "lasts": lasts(token_ends(asked, now), now),
        "target": target(uri),
        "switch_url": switch_url(request.get_full_path()),
        "warnings": warnings(asked, request.user),
    }
    leads_to = () if mode is Mode.PAGE else form_action(uri)
    return pages.show(request, "oauth_tokens/consent.html", content, form_action=leads_to)


def lines(names: Iterable[str]) -> list[ScopeLine]:
    """Scopes in words: what acts or changes before what only sees, and in both what can do harm first."""
    entries = ((name, scopes.describe(name)) for name in names)
    known = [(name, entry) for name, entry in entries if entry is not None]
    known.sort(key=lambda pair: (pair[1].reads, not pair[1].sensitive))
    return [
        ScopeLine(name, str(entry.title), str(entry.description), entry.sensitive, str(entry.area))
        for name, entry in known
    ]


def target(uri: str) -> dict[str, Any]:
    """Where the user will be sent, in the words of the page: the one thing that a client cannot dress up."""
    parts = redirects.parts(uri)
    if uri == redirects.OUT_OF_BAND:
        kind = "code"
    elif not redirects.is_web(uri):
        kind = "app"
    elif redirects.is_on_this_device(uri):
        kind = "device"
    else:
        kind = "web"
    port = f":{parts['port']}" if parts["port"] else ""
    return {"kind": kind, "uri": uri, "scheme": parts["scheme"], "site": f"{parts['scheme']}://{parts['host']}{port}"}


def warnings(asked: Asked, user: Any) -> list[str]:
    """What the user should know before they decide."""
    client, uri = asked.client, asked.channel.redirect_uri
    is_open_web = uri.lower().startswith("http:") and not redirects.is_on_this_device(uri)
    found = {
        _("This application is sent your answer over an unencrypted connection. Others on the way could read it."): (
            is_open_web
        ),
        _("This application registered itself. Nobody has checked who is behind it."): client.user_id is None,
        _("You have special rights on this site, and this application will act in your name."): has_special_rights(
            user
        ),
    }
    return [text for text, holds in found.items() if holds]


def lasts(ends: datetime | None, now: datetime) -> str:
    """How long access goes on by itself, for people; empty: for ever."""
    return how_long(ends - now) if ends else ""


def how_long(span: timedelta) -> str:
    """A lifetime in one unit, as it was set: ninety days are not two months and four weeks."""
    minutes = max(1, round(span / timedelta(minutes=1)))
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    if hours < 24:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def switch_url(back: str) -> str:
    """The login, from which somebody else comes back to the same request."""
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
