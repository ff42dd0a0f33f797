"""`POST /oauth/register` (RFC 7591), and `/oauth/register/<client_id>` (RFC 7592)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from clients.api.views import bearer_user
from clients.border.addresses import client_ip
from clients.border.issuer import address, issuer
from clients.border.rest import BorderView, StrictJSONParser, body
from clients.border.throttles import AllRegistrationsThrottle, RegistrationThrottle
from clients.rules import dynamic, selfservice
from clients.rules.registration import admit

TOKEN = "registration_access_token"


class Register(BorderView):
    """Registers a client, under the policy of `/api/v1/apps`. With a user's token the client is theirs."""

    parser_classes = [StrictJSONParser]  # RFC 7591 §3.1
    throttle_classes = [RegistrationThrottle, AllRegistrationsThrottle]

    def post(self, request: Request) -> Response:
        """RFC 7591 §3.2.1: the secret and the registration token are shown this once."""
        owner = bearer_user(request)
        admit(owner)
        wanted = dynamic.read(sent(request))
        registered, token = dynamic.register_dynamically(wanted, owner=owner, ip_address=client_ip(request))
        answer = described(request, registered.client)
        if registered.secret:
            answer |= {"client_secret": registered.secret, "client_secret_expires_at": 0}  # 0: never
        return Response({**answer, TOKEN: token}, status=201)


class Registration(BorderView):
    """A client manages itself with the token it got when it registered."""

    parser_classes = [StrictJSONParser]

    def get(self, request: Request, client_id: str) -> Response:
        """RFC 7592 §2.1."""
        client = managed(request, client_id)
        return Response({**described(request, client), TOKEN: registration_token(request)})

    def put(self, request: Request, client_id: str) -> Response:
        """RFC 7592 §2.2."""
        selfservice.replace(managed(request, client_id), sent(request), ip_address=client_ip(request))
        return self.get(request, client_id)

    def delete(self, request: Request, client_id: str) -> Response:
        """RFC 7592 §2.3."""
        selfservice.remove(managed(request, client_id), ip_address=client_ip(request))
        return Response(status=204)


def sent(request: Request) -> dict[str, Any]:
    """The JSON object of the body."""
    return {name: given[0] for name, given in body(request).items()}


def managed(request: Request, client_id: str) -> Any:
    """The client, if the request carries its registration token. Raises InvalidToken."""
    return selfservice.find_registered(client_id=client_id, token=registration_token(request))


def registration_token(request: Request) -> str:
    """The token that came along: the answers of RFC 7592 §3 say it again, and only who sent it still knows it."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def described(request: Request, client: Any) -> dict[str, Any]:
    """The client, and where it manages itself (RFC 7592 §3). The secret is stored hashed, so it is not repeated."""
    uri = address(issuer(request), "oauth_clients:registration", client.client_id)
    return {**dynamic.describe(client), "registration_client_uri": uri}
