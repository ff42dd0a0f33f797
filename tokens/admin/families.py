"""Families in the admin: who holds what, and a way to end it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clients.admin import words
from clients.admin.acts import AdminAct, Effect, Outcome
from clients.admin.bigtables import TableWithAddresses, UserFilter
from clients.admin.confirmation import ConfirmedActs
from clients.rules.administration import Decision
from tokens.admin.filters import AddressFilter, ClientFilter, GrantFilter, GroupFilter, StateFilter
from tokens.models import TokenFamily
from tokens.numbers.overview import may_see_overview
from tokens.rules.revocation import Reason, revoke


def _effect(families: Any) -> Effect:
    found = families.usage()
    tokens = ngettext("%(count)d token stops working", "%(count)d tokens stop working", found["tokens"])
    users = ngettext("of %(count)d user.", "of %(count)d users.", found["users"])
    return Effect(
        count=found["tokens"],
        sentences=(f"{tokens % {'count': found['tokens']}}, {users % {'count': found['users']}}",),
    )


def _revoke(families: Any, decision: Decision, _given: Any) -> Outcome:
    reason = Reason(actor=decision.actor, ip_address=decision.ip_address, details={"note": decision.note})
    count = revoke(families, reason)
    return Outcome(message=ngettext("%(count)d token revoked.", "%(count)d tokens revoked.", count) % {"count": count})


class FamilyAdmin(ConfirmedActs, TableWithAddresses):
    """What was granted. It is revoked here, and neither written nor changed."""

    acts = (
        AdminAct(
            name="revoke",
            title=_("Revoke"),
            permission="revoke_token",
            applies=lambda families: families.standing(),
            effect=_effect,
            run=_revoke,
            reason_help=_("It stands in the history."),
        ),
    )
    # No more columns than fit between the admin's two side bars.
    list_display = ("token_and_group", "holder", "of_client", "ip_address", "scopes", "times", "state")
    list_filter = (StateFilter, ClientFilter, UserFilter, GroupFilter, GrantFilter, AddressFilter)
    list_select_related = ("user", "client")
    search_fields = ("user",)  # what is searched for, `get_search_results` decides
    search_hint = _("An exact user name, a client id or a token group. Not the value of a token.")
    fields = (
        "token",
        "holder",
        "of_client",
        "grant_type",
        "scope",
        "resource",
        "token_group",
        "user_agent",
        "ip_address",
        "created",
        "issued_at",
        "expires",
        "last_used",
        "last_used_ip",
        "revoked_at",
        "state",
    )

    @property
    def media(self) -> forms.Media:
        """With what the search for a client needs."""
        return super().media + AutocompleteSelect(TokenFamily._meta.get_field("client"), self.admin_site).media

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not here: revoke them. But whoever may delete a user or a client takes their tokens along."""
        at = request.resolver_match
        return getattr(getattr(at, "func", None), "model_admin", None) is not self

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        """Exact matches only, each found by an index; nothing searches by the value of a token."""
        term = search_term.strip()
        return (queryset.found_by(term) if term else queryset), False

    def get_urls(self) -> list[URLPattern]:
        """One path more: the overview."""
        view = self.admin_site.admin_view(self.overview)
        return [path("overview/", view, name="oauth_tokens_overview"), *super().get_urls()]

    def overview(self, request: HttpRequest) -> HttpResponse:
        """What an administrator looks at first, for sites whose index does not show it."""
        if not may_see_overview(request.user):
            raise PermissionDenied
        return self.page(request, "oauth_tokens/admin/overview.html", {"title": _("OAuth overview")})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with the way to the overview."""
        address = reverse(f"{self.admin_site.name}:oauth_tokens_overview")
        links = [(_("Overview"), address)] if may_see_overview(request.user) else []
        return super().changelist_view(request, {"list_links": links, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the columns that no page shows."""
        return super().get_queryset(request).defer("reminded_at")

    @admin.display(description=_("Token"))
    def token(self, family: TokenFamily) -> str:
        """Its masked value."""
        return family.hint or words.NOTHING

    @admin.display(description=_("Token"))
    def token_and_group(self, family: TokenFamily) -> str:
        """Its masked value, and the name by which its holder finds it."""
        return _lines(self.token(family), format_html("<bdi>{}</bdi>", family.token_group))

    @admin.display(description=_("User"))
    def holder(self, family: TokenFamily) -> str:
        """On whose behalf."""
        return words.link(self.admin_site, family.user) if family.user_id else str(_("the client itself"))

    @admin.display(description=_("Client"))
    def of_client(self, family: TokenFamily) -> str:
        """To which client."""
        return words.link(self.admin_site, family.client)

    @admin.display(description=_("Scopes"))
    def scopes(self, family: TokenFamily) -> str:
        """The first of them."""
        names = family.scope_names
        return " ".join(names[:4]) + (f" +{len(names) - 4}" if len(names) > 4 else "")

    @admin.display(description=_("When"))
    def times(self, family: TokenFamily) -> str:
        """When it was authorized, last used (exact to five minutes), and when the last token of it ends."""
        said = [(_("made"), family.created), (_("used"), family.last_used), (_("ends"), family.expires)]
        never = str(_("never"))
        return _lines(*(format_html("{} {}", word, words.moment(at, otherwise=never)) for word, at in said))

    @admin.display(description=_("State"))
    def state(self, family: TokenFamily) -> str:
        """In words."""
        if family.is_revoked:
            return str(_("Revoked"))
        if family.is_live:
            return str(_("Works"))
        return str(_("Expired")) if family.issued_at else str(_("Waits for its code"))


def _lines(*lines: str) -> str:
    return format_html_join("", '<span class="line">{}</span>', ((line,) for line in lines))
