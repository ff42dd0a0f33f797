"""How the admin says things: a state, a moment, a link, in words and not by colour."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clients.local_time import local
from clients.templatetags.oauth_pages import ago

NOTHING = "-"


def moment(value: Any, *, otherwise: str = "") -> str | SafeString:
    """How long ago something was, with the exact moment behind it."""
    if value is None:
        return otherwise or NOTHING
    exact = formats.date_format(local(value), "DATETIME_FORMAT")
    said = ago(value) if value <= timezone.now() else exact
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, said)


def link(site: admin.AdminSite, obj: Any, words: str = "") -> str | SafeString:
    """A link to an object's page in this admin, or its name where there is none."""
    if obj is None:
        return NOTHING
    name = f"{site.name}:{obj._meta.app_label}_{obj._meta.model_name}_change"
    try:
        return format_html('<a href="{}">{}</a>', reverse(name, args=[obj.pk]), words or str(obj))
    except NoReverseMatch:
        return words or str(obj)


def number(value: int) -> str:
    """A number with its thousands apart."""
    return formats.number_format(value, force_grouping=True)
