"""A token for oneself, without any flow."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clients import scopes
from clients.border.issuer import issuer
from clients.border.pages import OwnClientPage
from clients.errors import OAuthError
from tokens.forms import SelfIssueForm
from tokens.models import TokenFamily
from tokens.origin import origin
from tokens.rules.selfissue import issue_to_owner


class SelfIssue(OwnClientPage):
    """Authorize my client for myself."""

    def get(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """The form."""
        return self.show("oauth_tokens/selfissue.html", form=SelfIssueForm(client=self.client))

    def post(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """The token: the one page that shows it, kept nowhere."""
        began = origin(request)
        form = SelfIssueForm(request.POST, client=self.client)
        if form.is_valid():
            try:
                issued = issue_to_owner(
                    client=self.client,
                    user=request.user,
                    scope=form.cleaned_data["scopes"],
                    origin=began,
                    token_group=form.cleaned_data["token_group"],
                    days=form.days(),
                )
            except OAuthError as error:
                form.add_error(None, str(error))
            else:
                return self.show(
                    "oauth_tokens/issued.html", issued=issued, issuer=issuer(request), path=first_use(issued.family)
                )
        return self.show("oauth_tokens/selfissue.html", form=form, status=422)


def first_use(family: TokenFamily) -> str:
    """The path of an endpoint that this token may call, for the snippets."""
    if scopes.covers(family.scope_names, ["profile"]) or scopes.covers(family.scope_names, ["read"]):
        return reverse("oauth_tokens:userinfo")
    return reverse("oauth_tokens:verify_app")
