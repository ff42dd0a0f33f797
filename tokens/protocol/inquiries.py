"""`POST /oauth/revoke` (RFC 7009) and `POST /oauth/introspect` (RFC 7662)."""

from __future__ import annotations

from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.addresses import client_ip
from clients.border.issuer import issuer
from clients.border.rest import BorderView
from clients.errors import InvalidClient, InvalidRequest, UnauthorizedClient
from tokens.protocol.credentials import are_sent, proven_client
from tokens.protocol.views import parameters
from tokens.rules.inspection import introspect
from tokens.rules.surrender import surrender

PARAMETERS = "client_id client_secret token token_type_hint".split()


class NothingToRevoke(UnauthorizedClient):
    """Mastodon's answer where client or token is missing."""

    status = 403
    description = "You are not authorized to revoke this token."


class Revoke(BorderView):
    """A client ends its own token. The hint is not needed: both kinds are looked up at once (RFC 7009 §2.1)."""

    def post(self, request: Request) -> Response:
        """200 whether or not there was such a token (RFC 7009 §2.2)."""
        sent = parameters(request, PARAMETERS)
        if not are_sent(request, sent):
            raise NothingToRevoke
        client = proven_client(request, sent)
        if "token" not in sent:
            raise NothingToRevoke
        try:
            surrender(sent["token"], client=client, ip_address=client_ip(request))
        except UnauthorizedClient as error:
            raise NothingToRevoke from error
        return Response({})


class Introspect(BorderView):
    """A client with a secret asks what a token is worth."""

    parser_classes = [FormParser]  # RFC 7662 §2.1

    def post(self, request: Request) -> Response:
        """Whether the token is active, and what it stands for."""
        sent = parameters(request, PARAMETERS)
        # A resource server asks at every request of its own: two statements are enough.
        client = proven_client(request, sent, note_use=False)
        if client.is_public or client.is_suspended:
            raise InvalidClient("Introspection needs a client with a secret.")
        if "token" not in sent:
            raise InvalidRequest("The parameter token is missing.")
        return Response(introspect(sent["token"], client=client, issuer=issuer(request)))
