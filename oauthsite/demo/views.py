"""The page of an account: where the addresses in its entities lead."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clients.border.issuer import issuer
from clients.border.pages import show
from oauthsite.demo import accounts
from oauthsite.demo.instance import host_of
from oauthsite.demo.models import Account


@require_safe
def account(request: HttpRequest, name: str) -> HttpResponse:
    """What everyone may know of it. Raises Http404."""
    try:
        found = accounts.find_by_name(Account.objects.shown(), name, host=host_of(issuer(request)))
    except accounts.NoSuchAccount as error:
        raise Http404 from error
    return show(request, "oauth_demo/account.html", {"account": found})
