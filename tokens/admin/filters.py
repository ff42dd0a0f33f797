"""By what the list of families is narrowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clients.admin.bigtables import ValueFilter, WordFilter
from clients.border.addresses import canonical
from tokens.models import TokenFamily
from tokens.rules.selfissue import SELF_ISSUED


class StateFilter(WordFilter):
    """What is live and what is not."""

    title = _("state")
    parameter_name = "state"
    words = (
        ("live", _("Works")),
        ("revoked", _("Revoked")),
        ("expired", _("Expired")),
        ("with_unspent_code", _("Waits for its code to be spent")),
        ("unused_for_60_days", _("Works, not used for 60 days")),
    )


class GrantFilter(WordFilter):
    """By grant type: the known ones, for asking which occur would read the whole table."""

    title = _("grant type")
    parameter_name = "grant"
    words = (
        ("authorization_code", _("Code")),
        ("client_credentials", _("App token")),
        ("urn:ietf:params:oauth:grant-type:device_code", _("Device")),
        ("password", _("Password")),
        ("implicit", _("Implicit")),
        (SELF_ISSUED, _("Made for oneself")),
    )

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        """Those that came by the chosen one; all, if none was chosen."""
        found: QuerySet[Any] | None = queryset.by_grant(self.value()) if self.value() in dict(self.words) else None
        return found


class ClientFilter(ValueFilter):
    """By client: one that is searched for, not one of a list of thousands."""

    title = _("client")
    parameter_name = "client"
    template = "oauth_tokens/admin/client_filter.html"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.site = model_admin.admin_site

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """As for any value, and the field in which one searches."""
        (choice,) = super().choices(changelist)
        key = self.key()
        client: Any = TokenFamily._meta.get_field("client")
        widget = client.formfield(widget=AutocompleteSelect(client, self.site)).widget
        attributes = {"id": "filter-client", "aria-label": self.title}
        yield {**choice, "field": widget.render("client", key, attributes)}

    def key(self) -> int | None:
        """The key of the client, if one was chosen."""
        value = self.value() or ""
        return int(value) if value.isdecimal() and len(value) < 19 else None

    def matching(self, queryset: Any, value: str) -> QuerySet[Any]:
        """Those of the client; none, if that is no key."""
        key = self.key()
        found: QuerySet[Any] = queryset.none() if key is None else queryset.of_client(key)
        return found


class AddressFilter(ValueFilter):
    """By the address from which they were authorized, for those who may see addresses."""

    title = _("IP address")
    parameter_name = "ip"

    def matching(self, queryset: Any, value: str) -> QuerySet[Any]:
        """Those from this address; none, if it is none."""
        address = canonical(value)
        found: QuerySet[Any] = queryset.authorized_from(address) if address else queryset.none()
        return found


class GroupFilter(ValueFilter):
    """By token group."""

    title = _("token group")
    parameter_name = "group"

    def matching(self, queryset: Any, value: str) -> QuerySet[Any]:
        """Those of exactly this group."""
        found: QuerySet[Any] = queryset.in_group(value)
        return found
