"""The form of a client: what administrators may change without an act of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import get_application_model

from clients import models, redirects
from clients.errors import Invalid, OneClientOnly
from clients.rules import registration

GRANTS = (
    (models.CODE, _("Code: users authorize it in their browser")),
    (models.CLIENT_CREDENTIALS, _("App tokens: on its own behalf")),
    (models.DEVICE, _("Device: users type a code elsewhere")),
    (models.REFRESH, _("Refresh tokens: short-lived tokens that are renewed")),
)


class ClientForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no parameter at run time
    """Checked by the rules of registration."""

    grant_types = forms.MultipleChoiceField(
        label=_("Grants"), choices=GRANTS, widget=forms.CheckboxSelectMultiple, required=False
    )
    redirect_uris = forms.CharField(
        label=_("Redirect URIs"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,  # by a client that uses no flow with a redirect
        help_text=_("One on each line, at most 10."),
    )
    scopes = forms.CharField(
        label=_("Scopes"), widget=forms.Textarea(attrs={"rows": 3}), required=False, help_text=_("Separated by spaces.")
    )
    website = forms.CharField(label=_("Website"), required=False)

    class Meta:
        model = get_application_model()
        fields = (
            "name",
            "user",
            "website",
            "client_type",
            "redirect_uris",
            "exact_redirects",
            "scopes",
            "grant_types",
            "require_pkce",
            "introspects_all",
            "token_lifetime",
            "refresh_token_lifetime",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["grant_types"] = self.instance.grant_types.split()
        else:
            self.initial["grant_types"] = self._meta.model._meta.get_field("grant_types").get_default().split()

    def clean_grant_types(self) -> str:
        """As the column holds them; a grant type that this form does not know stays."""
        known = dict(GRANTS)
        others = [name for name in self.instance.grant_types.split() if name not in known]
        return " ".join([*self.cleaned_data["grant_types"], *others])

    def clean(self) -> dict[str, Any]:
        """The face as it is stored, or a reason at each field."""
        found: dict[str, Any] = super().clean() or {}
        owner = found.get("user")
        try:
            face = registration.check_face(
                name=found.get("name", ""),
                redirect_uris=redirects.split(found.get("redirect_uris", "")),
                scope=found.get("scopes", ""),
                website=found.get("website", ""),
                owned=owner is not None,
                redirects_needed=models.CODE in found.get("grant_types", "").split(),
            )
        except Invalid as error:
            for name, reason in error.reasons.items():
                if name not in self.errors:
                    self.add_error(name, reason)
        else:
            found |= vars(face)
        if owner is None and self.instance.pk and self.instance.is_owner_only:
            self.add_error("user", _("Only its owner may authorize this client: without one nobody could."))
        if owner and not self.instance.pk and not registration.may_create(owner):
            self.add_error("user", OneClientOnly().description)
        return found
