"""What an act in the admin is: a rule, who may call it, what it would do, and what is asked before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.rules.administration import Decision

READ_BY_THE_DEVELOPER = gettext_lazy("The developer reads this in a mail and on the page of the client.")
TYPE_ABOVE = 1_000  # what is larger has to be typed


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an act would do: how many things stop or change, and that in words."""

    count: int
    sentences: tuple[str, ...] = ()
    stamp: str = ""  # what the page saw; a second sending of the same form sees something else


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an act did. Secrets that it made are shown once, beside the name of what they belong to."""

    message: str
    secrets: tuple[tuple[Any, str], ...] = ()


class ReasonForm(forms.Form):
    """Why, and for a large number that it is meant."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    shown = forms.IntegerField(widget=forms.HiddenInput)
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    typed = forms.IntegerField(label=gettext_lazy("Type the number"), required=False)

    def __init__(self, data: Any, *, effect: Effect, reason_help: Any, reason_needed: bool) -> None:
        super().__init__(data, initial={"shown": effect.count, "stamp": effect.stamp})
        self.effect = effect
        self.fields["reason"].help_text = reason_help
        self.fields["reason"].required = reason_needed
        if effect.count <= TYPE_ABOVE:
            del self.fields["typed"]
        else:
            self.fields["typed"].help_text = _("More than a thousand: type %(count)d to confirm.") % {
                "count": effect.count
            }

    def clean(self) -> dict[str, Any]:
        """What was confirmed is what the page said."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("stamp", "") != self.effect.stamp:
            raise forms.ValidationError(_("This was done already, or something changed meanwhile. Begin anew."))
        if "typed" in self.fields and found.get("typed") != found.get("shown"):
            raise forms.ValidationError(_("The number that you typed is not the one on this page."))
        return found


@dataclass(frozen=True, kw_only=True)
class AdminAct:
    """An act as the admin offers it: a door to one rule."""

    name: str
    title: Any  # translated when it is shown
    permission: str  # codename, in the app of the model if it names no other
    effect: Callable[[Any], Effect]
    applies: Callable[[Any], Any]  # those that it would change
    run: Callable[[Any, Decision, dict[str, Any]], Outcome]
    reason_help: Any = READ_BY_THE_DEVELOPER
    reason_needed: bool = False
    form: type[ReasonForm] = ReasonForm
