"""`GET, POST /oauth/userinfo`: who the user of a token is."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.issuer import issuer
from clients.border.rest import BorderView
from tokens.authentication import BearerAuthentication
from tokens.permissions import HasScope, UserToken
from tokens.rules.userinfo import claims


class UserInfo(BorderView):
    """The claims about the user, for a token with the scope `profile` or `read`."""

    authentication_classes = [BearerAuthentication]
    permission_classes: Any = [UserToken, HasScope("profile", "read")]

    def get(self, request: Request) -> Response:
        """The claims."""
        return Response(claims(request.user, issuer=issuer(request)))

    def post(self, request: Request) -> Response:
        """The same."""
        return self.get(request)
