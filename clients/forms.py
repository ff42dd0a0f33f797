"""The forms of the developer frontpage. What they take is judged by the rules, not here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients import picker, redirects
from clients.errors import Invalid
from clients.models import Client
from clients.rules import client_secrets, editing, registration


class ClientForm(forms.Form):
    """What a client tells about itself: the form of a new one."""

    name = forms.CharField(label=_("Name"), help_text=_("What people read when your client asks them for access."))
    website = forms.CharField(
        label=_("Website"),
        required=False,
        help_text=_("Where people learn more about it. You can leave it empty."),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    redirect_uris = forms.CharField(
        label=_("Redirect URIs"),
        initial=redirects.OUT_OF_BAND,
        help_text=_(
            "Where people are sent back to once they have allowed it: one per line, at most 10, compared letter by "
            "letter. For a script leave it as it is: people then copy a code."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
    )
    scopes = picker.ScopesField(required=False, initial="read")

    def __init__(self, *args: Any, client: Client | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client

    def scope_choices(self) -> list[picker.Choice]:
        """The picker's boxes."""
        return picker.choices((self["scopes"].value() or "").replace(",", " ").split())

    def clean_redirect_uris(self) -> list[str]:
        """The URIs, or a reason for each that breaks a rule."""
        uris = redirects.split(self.cleaned_data["redirect_uris"])
        reasons = []
        for uri in uris:
            try:
                redirects.check(uri)
            except ValueError as error:
                reasons.append(gettext("“%(uri)s” %(reason)s") % {"uri": uri[:100], "reason": error})
        if reasons:
            raise ValidationError(reasons)
        return uris

    def clean(self) -> dict[str, Any]:
        """Ask the rule about the rest."""
        cleaned = self.cleaned_data
        try:
            needed = self.fields["redirect_uris"].required
            registration.check_face(**self.face(), owned=True, redirects_needed=needed)
        except Invalid as error:
            for field, reason in error.reasons.items():
                if field not in self.errors:
                    self.add_error(field, _sentence(self, field, reason))
        return cleaned

    def face(self) -> dict[str, Any]:
        """The fields as the rules call them."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned.get("name", ""),
            "website": cleaned.get("website", ""),
            "redirect_uris": cleaned.get("redirect_uris", []),
            "scope": cleaned.get("scopes", ""),
        }


class EditForm(ClientForm):
    """The form of a client that exists: the same, and what only then makes sense."""

    audience = forms.ChoiceField(
        label=_("Who may use it"),
        required=False,
        choices=[("owner", _("Only I")), ("everyone", _("Everyone: ask the administrators to open it"))],
        widget=forms.RadioSelect,
    )
    implicit_allowed = forms.BooleanField(
        label=_("Allow the implicit flow"),
        required=False,
        help_text=_("Hands tokens to the browser without a code. Only for old clients that need it."),
    )
    token_lifetime = forms.IntegerField(
        label=_("Lifetime of its tokens in seconds"),
        required=False,
        min_value=editing.SHORTEST_LIFETIME,
        max_value=editing.LONGEST_LIFETIME,
        help_text=_("Empty: until they are revoked. 3600 is an hour, 86400 a day, 2592000 thirty days."),
    )

    def __init__(self, *args: Any, client: Client, user: Any, **kwargs: Any) -> None:
        is_everyone_next = bool(client.audience_requested_at)
        initial = {
            "name": client.name,
            "website": client.website,
            "redirect_uris": "\n".join(client.redirect_uri_list),
            "scopes": client.scopes,
            "audience": "everyone" if is_everyone_next else "owner",
            "implicit_allowed": client.implicit_allowed,
            "token_lifetime": client.token_lifetime,
        }
        super().__init__(*args, client=client, initial=initial, **kwargs)
        self.fields["redirect_uris"].required = client.needs_redirect_uri
        if not client.is_owner_only or not registration.may_have_more(user):
            del self.fields["audience"]


class ResetForm(forms.Form):
    """How long the old secret goes on, and the password where the login is long ago."""

    grace_hours = forms.IntegerField(
        label=_("Hours for which the old secret still works"),
        initial=client_secrets.USUAL_GRACE,
        min_value=0,
        max_value=client_secrets.LONGEST_GRACE,
        help_text=_("0 ends it at once, 168 is a week. Time enough to put the new one in place."),
    )


class PasswordForm(forms.Form):
    """The user's password once more. It is judged as at a login, lock-out included."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        help_text=_("You logged in a while ago. This makes sure that it is still you."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        user: Any = request.user
        if not user.has_usable_password():  # who comes by another site's login, for example
            self.fields["password"].help_text = _(
                "You have no password here. Log out and in again; for ten minutes nothing more is asked."
            )

    def clean_password(self) -> None:
        """Raises ValidationError unless it is right."""
        user: Any = self.request.user
        proven = authenticate(self.request, username=user.get_username(), password=self.cleaned_data["password"])
        if proven is None or proven.pk != user.pk:
            raise ValidationError(_("That is not your password."))


def _sentence(form: forms.Form, field: str, reason: str) -> str:
    """A reason with the name of its field before it."""
    label = form.fields[field].label if field in form.fields else ""
    return gettext("%(field)s %(reason)s") % {"field": label, "reason": reason}
