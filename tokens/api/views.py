"""`GET /api/v1/apps/verify_credentials`: Mastodon's question which app a token belongs to."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from clients.api.entities import application
from clients.border import answers
from clients.border.rest import BorderView
from clients.border.throttles import ApiThrottle
from tokens.authentication import BearerAuthentication, bearer_of
from tokens.permissions import AnyToken


class VerifyAppCredentials(BorderView):
    """The application that the token was issued to."""

    dialect: ClassVar[answers.Dialect] = staticmethod(answers.mastodon)
    authentication_classes = [BearerAuthentication]
    permission_classes = [AnyToken]
    throttle_classes = [ApiThrottle]

    def get(self, request: Request) -> Response:
        """Mastodon's Application entity."""
        return Response(application(bearer_of(request).client))
