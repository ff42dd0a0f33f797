"""The login page, which counts attempts as the password flow does: together they are one limit."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import FormView

from clients.border.addresses import client_ip
from clients.errors import TooManyRequests
from oauthsite.lockout import refusal
from tokens.rules import attempts


class LimitedGuesses(FormView):  # type: ignore[type-arg]  # Django gives it no argument at run time
    """A form that asks for a password, behind the limits of `tokens.rules.attempts`."""

    @abstractmethod
    def name_guessed_at(self) -> str:
        """Whose password it asks for."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look at the password, unless there were too many already."""
        try:
            self.attempt, _account = attempts.begin(name=self.name_guessed_at(), ip_address=client_ip(request))
        except TooManyRequests as error:
            return refusal(request, error)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """It was no guess."""
        self.attempt.succeeded()
        return super().form_valid(form)


class Login(LimitedGuesses, LoginView):
    """Django's login."""

    def name_guessed_at(self) -> str:
        """As the form reads it: one name, however many spaces or letters of another width somebody puts into it."""
        field: Any = self.get_form_class().base_fields["username"]
        return str(field.to_python(self.request.POST.get("username", "")))


class AdminLogin(Login):
    """The admin's address for logging in: it leads to the one page, and takes a form that is sent here all the same."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The way there. A POST is never redirected: its body would be lost."""
        return HttpResponseRedirect(f"{reverse('login')}?{request.META['QUERY_STRING']}")
