"""Words for the templates of both apps: `{% load oauth_pages %}`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from clients.border.issuer import usual_address
from clients.catalogues import Scope
from clients.conf import options
from clients.local_time import local, today
from clients.people import public_name
from clients.scopes import describe

register = template.Library()


@register.simple_tag
def site_name() -> str:
    """What this site calls itself."""
    return options().SITE_NAME


@register.simple_tag
def site_root() -> str:
    """Where this site begins: not at `/`, if it is served below a path."""
    return get_script_prefix()


@register.simple_tag
def token_endpoint(issuer: str) -> str:
    """Where programs get tokens."""
    return usual_address(issuer, "oauth_tokens:token", "/oauth/token")


@register.simple_tag
def moment(value: datetime | None) -> str:
    """A time as people say it: today and yesterday with the hour, else the day. The whole stands in the title."""
    if value is None:
        return _("never")
    there = local(value)
    days = (today() - there.date()).days
    hour = date_format(there, "TIME_FORMAT")
    if days == 0:
        words = _("today, %(time)s") % {"time": hour}
    elif days == 1:
        words = _("yesterday, %(time)s") % {"time": hour}
    else:
        words = date_format(there, "DATE_FORMAT")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        date_format(there, "DATETIME_FORMAT"),
        words,
    )


@register.filter
def ago(value: datetime) -> str:
    """How long ago something was, in one unit. What is not over yet was just now."""
    now = timezone.now()
    if now - value < timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(value, now, depth=1)}


@register.filter
def scope_words(names: Iterable[str], most: int = 3) -> str:
    """Scopes in words, the first few of them."""
    titles = list(dict.fromkeys(str(entry.title) if (entry := describe(name)) else name for name in names))
    words = " · ".join(titles[:most])
    if len(titles) > most:
        return _("%(scopes)s and %(count)d more") % {"scopes": words, "count": len(titles) - most}
    return words


@register.filter
def called(user: Any) -> str:
    """What other people read as the user's name."""
    return public_name(user)


@register.filter
def described(names: Iterable[str]) -> list[tuple[str, Scope]]:
    """Scopes by name, with what the catalogue says."""
    return [(name, entry) for name in names if (entry := describe(name))]
