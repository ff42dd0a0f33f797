"""Words for the templates of both apps: `{% load oauth_pages %}`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from clients.catalogues import Scope
from clients.conf import options
from clients.scopes import describe

register = template.Library()


@register.simple_tag
def site_name() -> str:
    """What this site calls itself."""
    return options().SITE_NAME


@register.simple_tag
def moment(value: datetime | None) -> str:
    """A time as people say it: today and yesterday with the hour, else the day. The whole stands in the title."""
    if value is None:
        return _("never")
    local = timezone.localtime(value)
    days = (timezone.localdate() - local.date()).days
    hour = date_format(local, "TIME_FORMAT")
    if days == 0:
        words = _("today, %(time)s") % {"time": hour}
    elif days == 1:
        words = _("yesterday, %(time)s") % {"time": hour}
    else:
        words = date_format(local, "DATE_FORMAT")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        date_format(local, "DATETIME_FORMAT"),
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
def described(names: Iterable[str]) -> list[tuple[str, Scope]]:
    """Scopes by name, with what the catalogue says."""
    return [(name, entry) for name in names if (entry := describe(name))]
