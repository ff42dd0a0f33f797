"""`POST /api/v1/apps`: Mastodon's registration of clients."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.module_loading import import_string
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from clients import redirects
from clients.api.entities import credential_application
from clients.border import answers
from clients.border.addresses import client_ip
from clients.border.rest import BorderView, body
from clients.border.throttles import AllRegistrationsThrottle, RegistrationThrottle
from clients.conf import options
from clients.errors import Invalid, InvalidRequest, OAuthError
from clients.parameters import once, text
from clients.rules.registration import admit, register

FIELDS = ("client_name", "scopes", "website")
ATTRIBUTES = {
    "name": "Application name",
    "website": "Application website",
    "redirect_uris": "Redirect URI",
    "scopes": "Scopes",
}


class Apps(BorderView):
    """Registers a client. With a user's token the client is theirs; any other token is ignored."""

    dialect: ClassVar[answers.Dialect] = staticmethod(answers.mastodon)
    throttle_classes = [RegistrationThrottle, AllRegistrationsThrottle]

    def post(self, request: Request) -> Response:
        """Create the client and show its secret, this once."""
        owner = bearer_user(request)
        admit(owner)
        try:
            sent = parameters(request)
            fields = once(sent, FIELDS)
            registered = register(
                name=fields.get("client_name", ""),
                redirect_uris=redirect_uris(sent),
                scope=fields.get("scopes", ""),
                website=fields.get("website", ""),
                owner=owner,
                source="apps",
                ip_address=client_ip(request),
            )
        except Invalid as error:
            raise Unprocessable(validation_failed(error)) from error
        except InvalidRequest as error:
            raise Unprocessable(f"Validation failed: {error.description}") from error
        return Response(credential_application(registered))


class Unprocessable(OAuthError):
    """Mastodon's 422."""

    status = 422


def bearer_user(request: Request) -> Any:
    """The user whose token the request carries, or None: here a dead token is no error."""
    try:
        found = import_string(options().BEARER_AUTHENTICATION)().authenticate(request)
    except (APIException, OAuthError):
        return None
    user = found[0] if found else None
    return user if user is not None and user.is_authenticated else None


def parameters(request: Request) -> dict[str, list[Any]]:
    """Those of the body and of the address alike, as Mastodon reads them: none of them is a secret."""
    sent = body(request)
    for name, values in request.query_params.lists():
        sent[name] = [*sent.get(name, []), *values]
    return sent


def redirect_uris(sent: dict[str, list[Any]]) -> list[str]:
    """The redirect URIs: one string where spaces or line breaks separate them, or an array.

    In an array each entry is one URI, so an entry with a space inside is no URI at all.
    """
    given = [*sent.get("redirect_uris", []), *sent.get("redirect_uris[]", [])]
    if len(given) == 1 and isinstance(given[0], str) and "redirect_uris" in sent:
        return redirects.split(text("redirect_uris", given[0]))
    entries = given[0] if len(given) == 1 and isinstance(given[0], list) else given
    return [text("redirect_uris", entry) for entry in entries]


def validation_failed(error: Invalid) -> str:
    """Mastodon's sentence: attribute and reason, one after another."""
    parts = [f"{ATTRIBUTES[name]} {reason}" if name in ATTRIBUTES else reason for name, reason in error.reasons.items()]
    return "Validation failed: " + ", ".join(parts)
