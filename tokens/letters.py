"""What users are told by mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from clients import mail, scopes
from clients.border.issuer import address, issuer
from clients.conf import options
from tokens.models import TokenFamily

LONGEST = 200  # characters of somebody else's text


def tell_of_authorization(*, family: TokenFamily, site: str) -> None:
    """Write to the user that a client got access to their account (`site`: the issuer), if the site wants that.

    In the language of the page on which they allowed it.
    """
    if not options().NOTIFY_AUTHORIZATIONS:
        return
    user: Any = family.user
    client = one_line(family.client.name)
    context = {
        "site": options().SITE_NAME,
        "where": where_to_take_it_back(site, family),
        "user": one_line(user.get_username()),
        "client": client,
        "family": family,
        "device": one_line(family.token_group),
        "user_agent": one_line(family.user_agent),
        "scopes": [(name, scopes.describe(name)) for name in family.scope_names],
    }
    body = render_to_string("oauth_tokens/mail/authorization.txt", context)
    subject = _("%(client)s may use your account") % {"client": client}
    mail.send(mail.address_of(user), subject, body)


def where_to_take_it_back(site: str, family: TokenFamily) -> str:
    """The list of what the user allowed, down to this client: not everybody who allows one is a developer."""
    return f"{address(site, 'oauth_tokens:mine')}?{urlencode({'client': family.client.client_id})}"


def one_line(text: str) -> str:
    """Somebody's text as part of a line of ours: no line breaks, no control characters, not endless."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"


def tell_of_password(*, family: TokenFamily, user: Any, request: HttpRequest | None) -> None:
    """Write to the user that a client logged them in by password: which one, from where, for what."""
    site = issuer(request) if request else options().ISSUER or ""
    context = {
        "site": options().SITE_NAME,
        "where": where_to_take_it_back(site, family),
        "user": user,
        "client": family.client,
        "family": family,
        "scopes": [(name, scopes.describe(name)) for name in family.scope_names],
    }
    # Not in the language of the program that called: it is not its user's.
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("%(client)s logged you in with your password") % {"client": family.client.name}
        body = render_to_string("oauth_tokens/mail/password_flow_used.txt", context)
    mail.send(mail.address_of(user), subject, body)
