"""The list of clients in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clients.admin import filters, words
from clients.admin.page import ClientPage
from clients.rules import usage

SHORT = {
    "authorization_code": _("code"),
    "client_credentials": _("app"),
    "refresh_token": _("refresh"),
    "urn:ietf:params:oauth:grant-type:device_code": _("device"),
}


class Rows(ChangeList):
    """The rows of one page, each with its usage: counted for these rows only, in one statement."""

    def get_results(self, request: HttpRequest) -> None:
        """The page, then its numbers."""
        super().get_results(request)
        self.result_list: Any = [*self.result_list]
        found = usage.of_each(self.result_list)
        for row in self.result_list:
            row.usage = found.get(row.pk, usage.Usage())


class ClientAdmin(ClientPage):
    """Who may ask for access."""

    list_display = (
        "name",
        "state",
        "owner",
        "grants",
        "live_tokens",
        "users",
        "last_used",
        "created_at",
    )
    list_filter = (
        filters.StateFilter,
        filters.FlowFilter,
        filters.SecretFilter,
        filters.OwnershipFilter,
        "client_type",
        "registration_source",
    )
    list_select_related = ("user",)
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    date_hierarchy = "created"
    ordering = ("-pk",)
    change_list_template = "oauth_clients/admin/change_list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list that counts for its own rows."""
        return Rows

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Newest first, but for the waiting room: who asked first is served first."""
        return ("audience_requested_at",) if request.GET.get("state") == "waiting" else self.ordering

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """By what one finds a client. Not by anything that a secret could be typed into and matched."""
        return ("=client_id", "name", f"=user__{get_user_model().USERNAME_FIELD}", "redirect_uris")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The waiting room also says since when."""
        return (*self.list_display, "asked") if request.GET.get("state") == "waiting" else self.list_display

    @admin.display(description=_("Owner"), ordering="user")
    def owner(self, client: Any) -> str:
        """Who answers for it."""
        return words.link(self.admin_site, client.user)

    @admin.display(description=_("Grants"))
    def grants(self, client: Any) -> str:
        """By which ways it gets tokens."""
        named = [str(SHORT.get(name, name)) for name in client.grant_types.split()]
        risky = [str(_("password"))] * client.is_password_flow_approved + [str(_("implicit"))] * client.implicit_allowed
        return " · ".join(named + risky)

    @admin.display(description=_("Live tokens"))
    def live_tokens(self, client: Any) -> str:
        """Authorizations of which a token still works."""
        return words.number(client.usage.tokens)

    @admin.display(description=_("Users"))
    def users(self, client: Any) -> str:
        """By how many users."""
        return words.number(client.usage.users)

    @admin.display(description=_("Last used"))
    def last_used(self, client: Any) -> str:
        """Exact to the five minutes in which a use is noted once."""
        return words.moment(client.usage.latest, otherwise=str(_("never")))

    @admin.display(description=_("Created"), ordering="created")
    def created_at(self, client: Any) -> str:
        """When it was registered."""
        return words.moment(client.created)

    @admin.display(description=_("Asked"), ordering="audience_requested_at")
    def asked(self, client: Any) -> str:
        """When its owner asked for everyone."""
        return words.moment(client.audience_requested_at)
