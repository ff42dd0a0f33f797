"""Pages that show a secret, once: in the answer to the form that made it, and nowhere else."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from clients.border import reauthentication
from clients.border.addresses import client_ip
from clients.border.issuer import issuer
from clients.border.pages import OwnClientPage
from clients.errors import Invalid
from clients.forms import PasswordForm, ResetForm
from clients.rules import client_secrets


class SecretPage(OwnClientPage):
    """A form after which a secret is shown. It asks for the password if the login is long ago."""

    form_template: str
    shown_template = "oauth_clients/secret.html"
    form_class: Any = None

    def get(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """The form."""
        return self._ask()

    def post(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """The secret."""
        form = self.form_class(request.POST) if self.form_class else None
        password = self._password_form(request.POST)
        # The password first: a form without it must not tell what else is wrong with it.
        if (password and not password.is_valid()) or (form and not form.is_valid()):
            return self._ask(form=form, password=password, status=422)
        if password:
            reauthentication.remember(request)
        try:
            secret = self.make(form.cleaned_data if form else {}, actor=request.user, ip_address=client_ip(request))
        except Invalid as error:
            raise Http404 from error
        return self.show(self.shown_template, secret=secret, issuer=issuer(request))

    @abstractmethod
    def make(self, given: dict[str, Any], **act: Any) -> str:
        """The rule that makes the secret."""

    def _ask(self, *, form: Any = None, password: Any = None, status: int = 200) -> HttpResponse:
        return self.show(
            self.form_template,
            form=form or (self.form_class() if self.form_class else None),
            password=password or self._password_form(),
            status=status,
        )

    def _password_form(self, data: Any = None) -> PasswordForm | None:
        if reauthentication.is_fresh(self.request):
            return None
        return PasswordForm(data, request=self.request)


class ResetSecret(SecretPage):
    """A new client secret."""

    form_template = "oauth_clients/reset.html"
    form_class = ResetForm

    def make(self, given: dict[str, Any], **act: Any) -> str:
        """Reset it, with grace for the old one."""
        return client_secrets.reset_secret(self.client, grace_hours=given["grace_hours"], **act)


class PasswordGrantSecret(SecretPage):
    """A new secret for the password flow."""

    form_template = "oauth_clients/password_grant.html"
    shown_template = "oauth_clients/password_grant_secret.html"

    def get(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """The form, for a client that was approved."""
        if not self.client.is_password_flow_approved:
            raise Http404
        return super().get(request, client_id)

    def make(self, given: dict[str, Any], **act: Any) -> str:
        """Make it anew."""
        return client_secrets.renew_password_grant_secret(self.client, **act)


class EndPreviousSecret(OwnClientPage):
    """The secret before the last reset, ended early."""

    def post(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """It ends now."""
        client_secrets.end_previous_secret(self.client, actor=request.user, ip_address=client_ip(request))
        return redirect("oauth_clients:client", client_id)
