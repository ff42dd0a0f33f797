"""The page of one client in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from oauth2_provider.models import get_application_model

from clients import redirects
from clients.admin import words
from clients.admin.client_acts import ACTS
from clients.admin.confirmation import ConfirmedActs
from clients.admin.forms import ClientForm
from clients.border import pages
from clients.border.addresses import client_ip
from clients.models import CODE
from clients.rules import editing, registration, usage
from clients.rules.administration import Decision
from clients.rules.correction import correct


class ClientPage(ConfirmedActs):
    """A client: what it is, what was decided about it, and the acts that apply."""

    acts = ACTS
    form = ClientForm
    view_on_site = False  # the toolkit names an address that is not routed here
    raw_id_fields = ("user",)  # where users have no admin of their own to search in
    readonly_fields = (
        "client_id",
        "state",
        "audience",
        "note",
        "decided",
        "registered",
        "flows",
        "secret",
        "previous",
        "password_secret",
        "numbers",
    )
    fieldsets = (
        (_("Who"), {"fields": ("name", "user", "website", "client_id", "client_type", "registered")}),
        (_("Status and note to the developer"), {"fields": ("state", "audience", "decided", "note")}),
        (_("Where it may redirect"), {"fields": ("redirect_uris", "exact_redirects")}),
        (
            _("What it may ask"),
            {
                "fields": (
                    "scopes",
                    "grant_types",
                    "flows",
                    "require_pkce",
                    "introspects_all",
                    "token_lifetime",
                    "refresh_token_lifetime",
                )
            },
        ),
        (_("Secrets"), {"fields": ("secret", "previous", "password_secret")}),
        (_("Numbers"), {"fields": ("numbers",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("name", "user", "website", "client_type", "redirect_uris", "scopes", "grant_types")}),
    )

    # ------------------------------------------------------------ as its developer sees it

    def get_urls(self) -> list[URLPattern]:
        """One path more: the page of the developer."""
        view = self.admin_site.admin_view(self.as_developer)
        return [path("<int:pk>/developer/", view, name="oauth_clients_as_developer"), *super().get_urls()]

    def as_developer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What its developer sees, to be of one mind with them: nothing can be done there."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        client = get_object_or_404(self.get_queryset(request), pk=pk)
        back = reverse(f"{self.admin_site.name}:oauth_clients_client_change", args=[pk])
        return pages.show(request, "oauth_clients/client.html", {"client": client, "back": back})

    # ------------------------------------------------------------ what may be seen and changed

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new client is told in six fields."""
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What acts decide is read here. Whether it holds a secret is settled at the beginning."""
        return (*self.readonly_fields, "client_type") if obj else self.readonly_fields

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """The owner, where the users' own admin can be searched."""
        users = self.admin_site._registry.get(get_user_model())
        return ("user",) if users and users.search_fields else ()

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[Any, str]]:
        """To its tokens and its history, and to what its developer sees."""
        if obj is None:
            return []
        site = self.admin_site.name
        found = [
            (_("Events"), reverse(f"{site}:oauth_clients_event_changelist") + f"?client={obj.client_id}"),
            (_("As its developer sees it"), reverse(f"{site}:oauth_clients_as_developer", args=[obj.pk])),
        ]
        if request.user.has_perm("oauth_tokens.view_tokenfamily"):
            tokens = reverse(f"{site}:oauth_tokens_tokenfamily_changelist")
            found.insert(0, (_("Tokens"), f"{tokens}?client={obj.pk}"))
        return found

    @admin.display(description=_("Status"), ordering="status")
    def state(self, client: Any) -> str:
        """In words."""
        return str(client.state)

    @admin.display(description=_("Decided"))
    def decided(self, client: Any) -> str:
        """Who decided last, and when."""
        if client.decided_at is None:
            return words.NOTHING
        return format_html("{} · {}", words.link(self.admin_site, client.decided_by), words.moment(client.decided_at))

    @admin.display(description=_("Registered"))
    def registered(self, client: Any) -> str:
        """When, and through what."""
        return format_html("{} · {}", words.moment(client.created), client.get_registration_source_display())

    @admin.display(description=_("Risky flows"))
    def flows(self, client: Any) -> str:
        """Which of those that need an act are allowed."""
        named = [str(_("password flow"))] * client.is_password_flow_approved
        named += [str(_("implicit flow"))] * client.implicit_allowed
        return ", ".join(named) or str(_("none"))

    @admin.display(description=_("Client secret"))
    def secret(self, client: Any) -> str:
        """Its age and last use, never anything of itself."""
        if client.is_public:
            return str(_("None: a public client"))
        return _secret(client.secret_created_at or client.created, client.secret_used_at)

    @admin.display(description=_("Previous secret"))
    def previous(self, client: Any) -> str:
        """The one that still works beside it after a reset."""
        if not client.previous_secret or client.previous_secret_ends_at is None:
            return words.NOTHING
        return format_html(
            "{} · {} {}",
            _secret(client.previous_secret_created_at or client.created, client.previous_secret_used_at),
            _("ends"),
            words.moment(client.previous_secret_ends_at),
        )

    @admin.display(description=_("Secret of the password flow"))
    def password_secret(self, client: Any) -> str:
        """Its age."""
        return words.moment(client.password_grant_secret_created_at)

    @admin.display(description=_("In use"))
    def numbers(self, client: Any) -> str:
        """How much it is used now."""
        found = usage.of_all(get_application_model().objects.among([client]))
        tokens = ngettext("%(count)s live token", "%(count)s live tokens", found.tokens)
        users = ngettext("%(count)s user", "%(count)s users", found.users)
        said = [tokens % {"count": words.number(found.tokens)}, users % {"count": words.number(found.users)}]
        return format_html(
            "{} · {} {}", " · ".join(said), _("last used"), words.moment(found.latest, otherwise=str(_("never")))
        )

    # ------------------------------------------------------------ what happens

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Register it, or write what was changed: both by their rules."""
        given = form.cleaned_data
        if change:
            columns = {name: given[name] for name in form.changed_data}
            correct(obj, Decision(actor=request.user, ip_address=client_ip(request)), columns)
            return
        made = registration.register(
            name=given["name"],
            redirect_uris=redirects.split(given["redirect_uris"]),
            scope=given["scopes"],
            website=given["website"],
            owner=given["user"],
            actor=request.user,
            source="manual",
            ip_address=client_ip(request),
            is_public=given["client_type"] == obj.CLIENT_PUBLIC,
            grant_types=(grant_types := given["grant_types"].split()),
            redirects_needed=CODE in grant_types,
        )
        obj.__dict__.update(made.client.__dict__)
        obj.fresh_secret = made.secret

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """The page that shows the new secret, this once."""
        if obj.fresh_secret is None:
            return super().response_add(request, obj, post_url_continue)
        back = reverse(f"{self.admin_site.name}:oauth_clients_client_change", args=[obj.pk])
        context = {"title": _("Client added"), "secrets": [(obj, obj.fresh_secret)], "back": back}
        return self.page(request, "oauth_clients/admin/secrets.html", context)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What would go, in numbers: its tokens may be too many for a list."""
        clients = get_application_model().objects.among(objs)
        found = usage.of_all(clients)
        counts = {str(self.opts.verbose_name_plural): len(objs), str(_("live tokens")): found.tokens}
        lacking = set() if self.has_delete_permission(request) else {str(self.opts.verbose_name)}
        return [str(client) for client in objs], counts, lacking, []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """By the rule that also the owner's page follows."""
        editing.delete(obj, actor=request.user, ip_address=client_ip(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """One after another: each is an act of its own."""
        for client in queryset:
            self.delete_model(request, client)


def _secret(created: Any, used: Any) -> str:
    return format_html(
        "{} {} · {} {}", _("made"), words.moment(created), _("last used"), words.moment(used, otherwise=str(_("never")))
    )
