"""The pages about one's account: landing, log out, password. Django's views in our frame."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import views as auth
from django.contrib.auth.forms import PasswordResetForm
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from clients import mail
from clients.border.pages import page
from oauthsite.login import LimitedGuesses
from tokens.account_forms import PasswordChangeForm, SetPasswordForm

FORM, DONE = "registration/account_form.html", "registration/account_done.html"
protected = method_decorator(page, name="dispatch")


@protected
class Landing(TemplateView):
    """What this site is."""

    template_name = "landing.html"


@protected
class Logout(auth.LogoutView):
    """Log out by a button; an address alone changes nothing, it shows the button."""

    http_method_names = ["get", "post", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The button."""
        # Django's own title is that of the page afterwards.
        words = {"title": _("Log out"), "button": _("Log out"), "intro": _("You can log in again at any time.")}
        context = {**self.get_context_data(), **words}
        return self.response_class(request=request, template=[FORM], context=context)


@protected
class PasswordChange(LimitedGuesses, auth.PasswordChangeView):
    """The ordinary change. Guesses at the old password are counted as at the login (ASVS 6.3.1)."""

    form_class = PasswordChangeForm
    template_name = FORM
    title = _("Change your password")
    extra_context = {"button": _("Change it")}

    def name_guessed_at(self) -> str:
        """That of whoever is signed in."""
        return str(self.request.user.get_username())

    def form_invalid(self, form: Any) -> HttpResponse:
        """It was no guess either where only the new password is at fault."""
        if "old_password" not in form.errors:
            self.attempt.succeeded()
        return super().form_invalid(form)


@protected
class PasswordChanged(auth.PasswordChangeDoneView):
    """It is done."""

    template_name = DONE
    title = _("Your password was changed")
    extra_context = {"intro": _("Other devices were logged out.")}


class ResetForm(PasswordResetForm):
    """Django's, but the letter leaves as ours do: how long the answer takes tells nothing (ASVS 6.3.8)."""

    def send_mail(self, subject_template_name: str, email_template_name: str, context: Any, *_: Any, **__: Any) -> None:
        """The letter with the link."""
        subject = render_to_string(subject_template_name, context).strip()
        mail.send(context["email"], subject, render_to_string(email_template_name, context))


@protected
class PasswordReset(auth.PasswordResetView):
    """Ask for a letter."""

    form_class = ResetForm
    template_name = FORM
    email_template_name = "registration/reset_letter.txt"
    subject_template_name = "registration/reset_letter_subject.txt"
    title = _("Reset your password")
    extra_context = {
        "intro": _("We send a link to the e-mail address of your account. With it you choose a new password."),
        "button": _("Send the link"),
    }


@protected
class PasswordResetSent(auth.PasswordResetDoneView):
    """It is under way, or there is no such account: this page does not tell which."""

    template_name = DONE
    title = _("Look into your mail")
    extra_context = {"intro": _("If an account has that address, a letter with a link is on its way.")}


@protected
class PasswordResetConfirm(auth.PasswordResetConfirmView):
    """The link in the letter."""

    form_class = SetPasswordForm
    template_name = FORM
    title = _("Choose a new password")
    extra_context = {
        "intro": _("Every token is revoked: all apps have to ask you again."),
        "button": _("Set the password"),
    }
    success_url = reverse_lazy("password_reset_complete")


@protected
class PasswordResetDone(auth.PasswordResetCompleteView):
    """It is done."""

    template_name = DONE
    title = _("Your password was set")
    extra_context = {"intro": _("Every token was revoked. You can log in now.")}
