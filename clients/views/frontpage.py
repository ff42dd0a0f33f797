"""The developer frontpage: one's own clients, and what happened."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oauth2_provider.models import get_application_model

from clients import redirects
from clients.border.addresses import client_ip
from clients.border.issuer import issuer
from clients.border.pages import OwnClientPage, UserPage
from clients.errors import OneClientOnly
from clients.forms import ClientForm, EditForm
from clients.models import Event
from clients.rules import editing, registration, usage

MOST_SHOWN = 200
EVENTS = 50


class Frontpage(UserPage):
    """My clients."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The clients, or, without any, what a client is and the form of the first."""
        mine = list(get_application_model().objects.owned_by(request.user).in_order()[:MOST_SHOWN])
        used = usage.of_each(mine)
        return self.show(
            "oauth_clients/frontpage.html",
            clients=[(client, used.get(client.pk)) for client in mine],
            form=None if mine else ClientForm(),
            may_create=registration.may_create(request.user),
            has_more_rights=registration.may_have_more(request.user),
        )


class NewClient(UserPage):
    """The form of a new client."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form."""
        may_create = registration.may_create(request.user)
        return self.show("oauth_clients/new.html", form=ClientForm() if may_create else None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """The new client with its secret: the one page that shows it, kept nowhere."""
        form = ClientForm(request.POST)
        if form.is_valid():
            try:
                registered = registration.register(
                    **form.face(), owner=request.user, source="manual", ip_address=client_ip(request)
                )
            except OneClientOnly:
                form.add_error(None, one_only())
            else:
                return self.show(
                    "oauth_clients/created.html",
                    client=registered.client,
                    secret=registered.secret,
                    issuer=issuer(request),
                )
        return self.show("oauth_clients/new.html", form=form, status=422)


class ShowClient(OwnClientPage):
    """One client."""

    def get(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """What it is and what one can do with it."""
        return self.show("oauth_clients/client.html", try_it=try_it(self.client), saved="saved" in request.GET)


class EditClient(OwnClientPage):
    """The form of a client that exists."""

    def get(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """The form as it stands."""
        return self.show("oauth_clients/edit.html", form=EditForm(client=self.client, user=request.user))

    def post(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """Change it, and go back to its page."""
        form = EditForm(request.POST, client=self.client, user=request.user)
        if not form.is_valid():
            return self.show("oauth_clients/edit.html", form=form, status=422)
        act: dict[str, Any] = {"actor": request.user, "ip_address": client_ip(request)}
        editing.edit(
            self.client,
            **form.face(),
            implicit_allowed=form.cleaned_data["implicit_allowed"],
            token_lifetime=form.cleaned_data["token_lifetime"],
            **act,
        )
        if audience := form.cleaned_data.get("audience"):
            editing.ask_for_everyone(self.client, wanted=audience == "everyone", **act)
        return redirect(redirect("oauth_clients:client", client_id).url + "?saved")


class DeleteClient(OwnClientPage):
    """The page before a client goes."""

    def get(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """What will stop working."""
        return self.show("oauth_clients/delete.html")

    def post(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """It goes."""
        editing.delete(self.client, actor=request.user, ip_address=client_ip(request))
        return redirect("oauth_clients:dev")


class History(UserPage):
    """What happened to what is mine."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Fifty events from the newest on, or from `before`."""
        before = request.GET.get("before", "")
        found = Event.objects.about(request.user).newest_first().with_people()
        if before.isdecimal() and len(before) < 19:
            found = found.before(int(before))
        events = list(found[: EVENTS + 1])
        return self.show("oauth_clients/history.html", events=events[:EVENTS], has_more=len(events) > EVENTS)


def try_it(client: Any) -> str:
    """The query of an authorization request of this client; empty where a browser alone cannot make one."""
    uris = client.redirect_uri_list
    if client.needs_pkce or client.is_suspended or not uris:
        return ""
    uri = redirects.OUT_OF_BAND if redirects.OUT_OF_BAND in uris else uris[0]
    return urlencode(
        {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": uri,
            "scope": client.scopes,
            "state": "try-it",
        }
    )


def one_only() -> ValidationError:
    """Why a second client is refused, for people."""
    return ValidationError(_("You already have the one client that only you can authorize. Edit or delete that one."))
