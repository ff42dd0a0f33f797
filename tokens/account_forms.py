"""Django's password forms, which say what becomes of the tokens (ASVS 7.4.3, RFC 9700 §4.14.2).

A host names them in its views: `PasswordResetConfirmView.as_view(form_class=SetPasswordForm)`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import forms as auth
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tokens.models import TokenFamily
from tokens.rules.revocation import Reason, revoke


class SetPasswordForm(auth.SetPasswordForm):  # type: ignore[type-arg]  # Django gives it no argument at run time
    """A reset: whoever knew the old password may have made tokens with it, so all of them end."""

    def save(self, commit: bool = True) -> Any:
        """The new password, and no token left."""
        with transaction.atomic():
            user = super().save(commit=commit)
            if commit:
                revoke_all(user, actor=user, rule="password_reset")
        return user


class PasswordChangeForm(auth.PasswordChangeForm):
    """An ordinary change, which offers the same."""

    revoke_tokens = forms.BooleanField(
        label=_("Also revoke every token"),
        initial=True,
        required=False,
        help_text=_("All apps have to ask you again. Leave this on if somebody may have known your password."),
    )

    def save(self, commit: bool = True) -> Any:
        """The new password, and no token left if that was ticked."""
        with transaction.atomic():
            user = super().save(commit=commit)
            if commit and self.cleaned_data["revoke_tokens"]:
                revoke_all(user, actor=user, rule="password_change")
        return user


class AdminPasswordChangeForm(auth.AdminPasswordChangeForm):  # type: ignore[type-arg]  # Django gives it no argument at run time
    """An administrator's reset of somebody's password."""

    def save(self, commit: bool = True) -> Any:
        """The new password, and no token left."""
        with transaction.atomic():
            user = super().save(commit=commit)
            if commit:
                revoke_all(user, actor=None, rule="password_reset_by_admin")
        return user


def revoke_all(user: Any, *, actor: Any, rule: str) -> int:
    """Revoke every token of this user, and say how many worked."""
    reason = Reason(actor=actor, subject=user, details={"rule": rule})
    return revoke(TokenFamily.objects.of_user(user), reason, hold=user)
