"""Lists of tokens, and revoking many: by the holder across clients, by the developer of one client."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from oauth2_provider.models import get_application_model

from clients.border.addresses import client_ip
from clients.border.pages import OwnClientPage, UserPage
from tokens import listing
from tokens.forms import ListForm, SelectionForm
from tokens.models import TokenFamily
from tokens.querysets import TokenFamilyQuerySet
from tokens.rules.revocation import Reason, revoke
from tokens.rules.selection import Selection, numbers


class OfHolder(UserPage):
    """The user's own tokens, whatever the client."""

    is_holder = True

    def families(self) -> TokenFamilyQuerySet:
        """All of them."""
        return TokenFamily.objects.of_user(self.request.user)

    @cached_property
    def clients(self) -> Any:
        """The clients that hold some of them."""
        return get_application_model().objects.authorized_by(self.request.user)

    def reason(self, chosen: Selection) -> Reason:
        """What the history will say."""
        return Reason(
            actor=self.request.user,
            subject=self.request.user,
            client=chosen.client,
            ip_address=client_ip(self.request),
            details=chosen.details(),
        )

    def hold(self) -> Any:
        """Whose row a revocation locks."""
        return self.request.user


class OfDeveloper(OwnClientPage):
    """The tokens of the user's own client, whoever holds them."""

    is_holder = False
    clients = None

    def families(self) -> TokenFamilyQuerySet:
        """All of them."""
        return TokenFamily.objects.of_client(self.client)

    def reason(self, chosen: Selection) -> Reason:
        """What the history will say."""
        return Reason(
            actor=self.request.user,
            client=self.client,
            ip_address=client_ip(self.request),
            details=chosen.details(),
        )

    def hold(self) -> Any:
        """Whose row a revocation locks."""
        return self.client


class ListPage:
    """A list with its filters."""

    def get(self: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Fifty lines. A filter that makes no sense shows none, and says so."""
        form = ListForm(request.GET, clients=self.clients)
        if not form.is_valid():
            return self.show("oauth_tokens/list.html", status=422, form=form, is_holder=self.is_holder)
        given, chosen = form.cleaned_data, form.selection()
        found = listing.page(
            chosen.within(self.families()),
            state=given["state"] or listing.STATES[0],
            before=given["before"],
            after=given["after"],
        )
        filters = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
        filters = {name: value for name, value in filters.items() if name not in ("before", "after", "family")}
        return self.show(
            "oauth_tokens/list.html",
            form=form,
            is_holder=self.is_holder,
            listing=found,
            just_used=just_used(found.lines, client_ip(request)),
            filters=urlencode(filters),
            narrowed=urlencode({name: value for name, value in filters.items() if name != "state"}),
        )


class RevokePage:
    """Which, how many, done: the page before a revocation and the one after it."""

    def get(self: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """How many tokens will stop working. Nothing changes."""
        form = SelectionForm(request.GET, clients=self.clients)
        if not form.is_valid():
            return self.show("oauth_tokens/revoke.html", status=422, form=form, is_holder=self.is_holder)
        return self._ask(form)

    def post(self: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """They stop working."""
        form = SelectionForm(request.POST, clients=self.clients)
        # A criterion that is missing or not understood must never widen to "all".
        if not form.is_valid() or (form.selection().is_everything and "all" not in request.POST):
            return self.show("oauth_tokens/revoke.html", status=422, form=form, is_holder=self.is_holder)
        chosen = form.selection()
        count = revoke(chosen.within(self.families()), self.reason(chosen), hold=self.hold())
        return self.show("oauth_tokens/revoked.html", count=count, chosen=chosen, is_holder=self.is_holder)

    def _ask(self: Any, form: SelectionForm) -> Any:
        chosen = form.selection()
        one = None
        if chosen.family and (one := self.families().only_this(chosen.family).with_client_and_user().first()) is None:
            raise Http404
        return self.show(
            "oauth_tokens/revoke.html",
            form=form,
            chosen=chosen,
            one=one,
            numbers=numbers(chosen.within(self.families())),
            is_holder=self.is_holder,
        )


class HolderList(ListPage, OfHolder):
    """The applications I allowed."""


class HolderRevoke(RevokePage, OfHolder):
    """Revoke my tokens."""


class DeveloperList(ListPage, OfDeveloper):
    """The tokens of my client."""


class DeveloperRevoke(RevokePage, OfDeveloper):
    """Revoke tokens of my client."""


def just_used(lines: list[TokenFamily], address: str | None) -> Any:
    """The key of the line that was used last, if that was from the address of whoever is looking."""
    used = [line for line in lines if line.last_used]
    newest = max(used, key=lambda line: line.last_used, default=None)  # type: ignore[arg-type,return-value]  # all have one
    return newest.pk if newest is not None and address and newest.last_used_ip == address else None
