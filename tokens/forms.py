"""The forms of the pages about tokens: which ones, and a token for oneself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients import picker, scopes, text
from clients.border.addresses import canonical
from clients.errors import InvalidScope
from tokens.listing import STATES
from tokens.rules.selection import Selection
from tokens.rules.selfissue import LIFETIMES, USUAL_LIFETIME

LONGEST_UNUSED = 3_650  # days
MOST_CLIENTS = 200  # in the filter's list; every other one can be named by an address


class SelectionForm(forms.Form):
    """Which tokens. `clients` are those that the user may name; without them the client is given."""

    family = forms.UUIDField(required=False, widget=forms.HiddenInput)
    client = forms.CharField(label=_("Application"), required=False, widget=forms.Select)
    group = forms.CharField(label=_("Token group"), required=False, strip=False)
    address = forms.CharField(
        label=_("IP address"), required=False, widget=forms.TextInput(attrs={"spellcheck": "false"})
    )
    unused_days = forms.IntegerField(label=_("Unused for days"), required=False, min_value=1, max_value=LONGEST_UNUSED)

    def __init__(self, data: Any = None, *, clients: Any = None) -> None:
        super().__init__(data)
        self.clients = clients
        if clients is None:
            del self.fields["client"]
        else:
            named = [(client.client_id, client.name) for client in clients[:MOST_CLIENTS]]
            self.fields["client"].widget.choices = [("", _("All")), *named]

    def clean_client(self) -> Any:
        """The client, among those that the user may name."""
        if not (named := self.cleaned_data["client"]):
            return None
        if (found := self.clients.named(named).first()) is None:
            raise ValidationError(gettext("It holds no token of yours."))
        return found

    def clean_group(self) -> str:
        """The group's exact name."""
        return _checked_group(self.cleaned_data["group"])

    def clean_address(self) -> str:
        """The address in the form in which it is stored."""
        given = self.cleaned_data["address"]
        address = canonical(given) if given else ""
        if address is None:
            raise ValidationError(gettext("That is not an IP address."))
        return address

    def selection(self) -> Selection:
        """What was chosen, once the form is valid."""
        names = ("family", "client", "group", "address", "unused_days")
        return Selection(**{name: self.cleaned_data.get(name) or None for name in names})


class ListForm(SelectionForm):
    """The filters of a list, and which of its pages."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=list(zip(STATES, [_("Working"), _("Ended"), _("All")], strict=True)),
    )
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)


class Preselected(forms.Select):
    """A choice that was made beforehand: left out, as by a program that fills in the form, it stands."""

    def __init__(self, choice: str) -> None:
        super().__init__()
        self.choice = choice

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was sent, or the choice."""
        return data.get(name, self.choice)


class SelfIssueForm(forms.Form):
    """A token for oneself."""

    scopes = picker.ScopesField(label=_("What it may do"), required=False)
    token_group = forms.CharField(
        label=_("Token group"),
        required=False,
        strip=False,
        help_text=_("A name by which you find it again, such as “backup script”. At most 64 bytes."),
    )
    lifetime = forms.ChoiceField(
        label=_("It works for"), initial=str(USUAL_LIFETIME), widget=Preselected(str(USUAL_LIFETIME))
    )

    def __init__(self, data: Any = None, *, client: Any) -> None:
        super().__init__(data, initial={"scopes": client.scopes})
        self.client = client
        days = [(str(count), gettext("%(count)d days") % {"count": count}) for count in LIFETIMES]
        self.fields["lifetime"].choices = [*days, ("never", gettext("until I revoke it"))]  # type: ignore[attr-defined]

    def scope_choices(self) -> list[picker.Choice]:
        """The boxes: what the client registered, and parts of it."""
        chosen = (self["scopes"].value() or "").replace(",", " ").split()
        return picker.choices(chosen, within=self.client.scope_names)

    def clean_scopes(self) -> tuple[str, ...]:
        """The scopes, at least one."""
        try:
            names = scopes.parse(self.cleaned_data["scopes"])
            if not names:
                raise ValidationError(gettext("Tick at least one."))
            return scopes.requested(" ".join(names), self.client.scope_names)
        except InvalidScope as error:
            raise ValidationError(gettext("The client did not register all of these.")) from error

    def clean_token_group(self) -> str:
        """The group as it is stored."""
        return _checked_group(self.cleaned_data["token_group"])

    def days(self) -> int | None:
        """The lifetime that was chosen; None: until it is revoked."""
        chosen: str = self.cleaned_data["lifetime"]
        return int(chosen) if chosen.isdecimal() else None


def _checked_group(given: str) -> str:
    """A token group as it is stored. Raises ValidationError."""
    try:
        return text.token_group(given)
    except ValueError as error:
        raise ValidationError(gettext("The name %(reason)s.") % {"reason": str(error).rstrip(".")}) from error
