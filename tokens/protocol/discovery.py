"""The documents under `/.well-known/` (RFC 8414 §3, RFC 9728 §3)."""

from __future__ import annotations

from urllib.parse import quote

from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.issuer import issuer
from clients.border.rest import BorderView
from tokens.protocol import metadata


class AuthorizationServer(BorderView):
    """Where everything is and what is supported. With a path behind it the answer is the same."""

    no_store = False

    def get(self, request: Request, path: str = "") -> Response:
        """RFC 8414 §3.2."""
        return Response(metadata.authorization_server(issuer(request)))


class ProtectedResource(BorderView):
    """Which authorization server protects this site, or what lies under a path of it."""

    no_store = False

    def get(self, request: Request, path: str = "") -> Response:
        """RFC 9728 §3.2. The path belongs to the resource's own name (§3.1)."""
        return Response(metadata.protected_resource(issuer(request), quote(path.rstrip("/"), safe="/:@!$&'()*+,;=~")))
