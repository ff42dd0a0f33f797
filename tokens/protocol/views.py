"""The token endpoints (RFC 6749 §3.2): `/oauth/token`, and pnut's `/oauth/access_token`."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.issuer import issuer
from clients.border.rest import BorderView, body
from clients.errors import InvalidRequest, UnauthorizedClient
from clients.parameters import UNSAFE, once
from tokens.api.entities import signed_in
from tokens.origin import origin
from tokens.protocol import engine
from tokens.protocol.credentials import proven_client
from tokens.rules import password, resources
from tokens.rules.issuance import Issued

PARAMETERS = (
    "grant_type client_id client_secret scope token_group code redirect_uri code_verifier refresh_token"
    " username password password_grant_secret device_code"
).split()


class Token(BorderView):
    """The token endpoint: Mastodon's and the RFCs'."""

    def post(self, request: Request) -> Response:
        """Exchange a grant for tokens."""
        came_from = origin(request._request)
        sent = parameters(request, PARAMETERS)
        client = self.prove(request, sent)
        resource = resources.requested(body(request).get("resource", []))  # may be repeated (RFC 8707 §2)
        return Response(self.answer(engine.respond(sent, client=client, origin=came_from, resource=resource)))

    def prove(self, request: Request, sent: dict[str, str]) -> Any:
        """The client, proven. One without a secret cannot be: it tries no passwords."""
        client = proven_client(request, sent, note_use=sent.get("grant_type") != "refresh_token")
        if client.is_public and sent.get("grant_type") == password.PASSWORD:
            raise UnauthorizedClient
        return client

    def answer(self, issued: Issued) -> dict[str, Any]:
        """New tokens in this endpoint's dialect."""
        return token_answer(issued)


class AccessToken(Token):
    """pnut's token endpoint: the same grants, and another secret for passwords."""

    def prove(self, request: Request, sent: dict[str, str]) -> Any:
        """The client; for the password flow by its `password_grant_secret`."""
        if sent.get("grant_type") != password.PASSWORD:
            return super().prove(request, sent)
        return proven_client(request, sent, secret_name="password_grant_secret", verify=password.verify_client)

    def answer(self, issued: Issued) -> dict[str, Any]:
        """pnut's answer: the token object beside the token."""
        plain = token_answer(issued)
        more: dict[str, Any] = {name: plain[name] for name in ("expires_in", "refresh_token") if name in plain}
        return {"access_token": issued.access_token, **signed_in(issued, home=issuer(self.request)), **more}


def parameters(request: Request, names: list[str]) -> dict[str, str]:
    """The known parameters of the body. None may stand in the URL, where logs would keep it.

    Raises InvalidRequest.
    """
    if not request.query_params.keys().isdisjoint([*names, "resource"]):
        raise InvalidRequest("Send the parameters in the body, not in the URL.")
    sent = body(request)
    for name in ("username", "password"):
        sent[name] = [_comparable(value) for value in sent.get(name, [])]
    return once(sent, names)


def _comparable(value: Any) -> Any:
    """What no database stores makes a name or a password wrong, like anything else that is not theirs."""
    return "".join("\ufffd" if c in UNSAFE else c for c in value) if isinstance(value, str) else value


def token_answer(issued: Issued) -> dict[str, Any]:
    """RFC 6749 §5.1 with Mastodon's `created_at`. What is absent is absent, never null."""
    answer = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "scope": issued.row.scope,
        "created_at": int(issued.row.created.timestamp()),
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh_token,
    }
    return {name: value for name, value in answer.items() if value is not None}
