"""The history in the admin: read, narrowed, and taken along as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from clients.admin import words
from clients.admin.bigtables import TableWithAddresses, UserFilter, ValueFilter, may_see_addresses
from clients.border.addresses import canonical

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # with these a spreadsheet begins to calculate
COLUMNS = ("created", "act", "actor", "subject", "client_id", "client_name", "ip_address", "count", "details")


class ClientFilter(ValueFilter):
    """By client."""

    title = _("client id")
    parameter_name = "client"

    def matching(self, queryset: Any, value: str) -> QuerySet[Any]:
        """What concerns the client with this id."""
        found: QuerySet[Any] = queryset.of_client_called(value)
        return found


class AddressFilter(ValueFilter):
    """By address, for those who may see addresses."""

    title = _("IP address")
    parameter_name = "ip"

    def matching(self, queryset: Any, value: str) -> QuerySet[Any]:
        """What came from this address; nothing, if it is none."""
        address = canonical(value)
        found: QuerySet[Any] = queryset.from_address(address) if address else queryset.none()
        return found


class EventAdmin(TableWithAddresses):
    """What happened. Nothing here is written by hand."""

    list_display = ("when", "act", "by", "concerning", "of_client", "ip_address", "count", "note")
    list_filter = ("act", UserFilter, ClientFilter, AddressFilter)
    list_select_related = ("actor", "subject", "client")
    fields = ("when", "act", "by", "concerning", "of_client", "client_name", "ip_address", "count", "details")
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: the history outlives what it speaks of."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """One path more: the list as a file."""
        view = self.admin_site.admin_view(self.as_csv)
        return [path("csv/", view, name="oauth_clients_event_csv"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with the way to take it along as it is narrowed now."""
        address = reverse(f"{self.admin_site.name}:oauth_clients_event_csv")
        query = request.GET.urlencode()
        links = [(_("Download as CSV"), f"{address}?{query}" if query else address)]
        return super().changelist_view(request, {"list_links": links, **(extra_context or {})})

    def as_csv(self, request: HttpRequest) -> StreamingHttpResponse:
        """All that the list's filter lets through, row by row as the database gives them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows: Any = self.get_changelist_instance(request).get_queryset(request)
        response = StreamingHttpResponse(
            lines(rows.with_people(), with_addresses=may_see_addresses(request)),
            content_type="text/csv; charset=utf-8",
        )
        response["Content-Disposition"] = 'attachment; filename="events.csv"'
        return response

    @admin.display(description=_("When"))
    def when(self, event: Any) -> str:
        """How long ago."""
        return words.moment(event.created)

    @admin.display(description=_("Who did it"))
    def by(self, event: Any) -> str:
        """The actor."""
        return words.link(self.admin_site, event.actor)

    @admin.display(description=_("Whom it concerns"))
    def concerning(self, event: Any) -> str:
        """The subject."""
        return words.link(self.admin_site, event.subject)

    @admin.display(description=_("Client"))
    def of_client(self, event: Any) -> str:
        """The client, or the name it had."""
        return words.link(self.admin_site, event.client) if event.client else event.client_name or words.NOTHING

    @admin.display(description=_("Note"))
    def note(self, event: Any) -> str:
        """The reason that was given."""
        return str(event.details.get("note", ""))


def lines(rows: QuerySet[Any], *, with_addresses: bool) -> Iterator[str]:
    """The rows as lines of CSV (RFC 4180), the first with the names."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for event in rows.iterator(chunk_size=1_000):
        yield writer.writerow(
            harmless(cell)
            for cell in (
                event.created.isoformat(),
                event.act,
                event.actor,
                event.subject,
                event.client.client_id if event.client else "",
                event.client_name,
                event.ip_address if with_addresses else "",
                event.count,
                json.dumps(event.details, ensure_ascii=False) if event.details else "",
            )
        )


def harmless(cell: Any) -> str:
    """A cell's text, with an apostrophe before what a spreadsheet would take for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


class _Echo:
    """What the writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line
