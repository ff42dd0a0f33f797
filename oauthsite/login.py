"""The login page, which counts attempts as the password flow does: together they are one limit."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from clients.border.addresses import client_ip
from clients.errors import TooManyRequests
from oauthsite.lockout import refusal
from tokens.rules import attempts


class Login(LoginView):
    """Django's login, behind the limits of `tokens.rules.attempts`."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look at name and password, unless there were too many already."""
        try:
            # As the form reads it: one name, however many spaces or letters of another width somebody puts into it.
            name: Any = self.get_form_class().base_fields["username"].to_python(request.POST.get("username", ""))
            self.attempt, _account = attempts.begin(name=name, ip_address=client_ip(request))
        except TooManyRequests as error:
            return refusal(request, error)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """It was no guess."""
        self.attempt.succeeded()
        return super().form_valid(form)


class AdminLogin(Login):
    """The admin's address for logging in: it leads to the one page, and takes a form that is sent here all the same."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The way there. A POST is never redirected: its body would be lost."""
        return HttpResponseRedirect(f"{reverse('login')}?{request.META['QUERY_STRING']}")
