"""The token endpoint, and a view that a token protects."""

from typing import Any, ClassVar

from django.urls import include, path
from oauth2_provider.contrib.rest_framework import OAuth2Authentication, TokenHasScope
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Protected(APIView):
    """As small as a protected view can be."""

    authentication_classes = [OAuth2Authentication]
    permission_classes: ClassVar[list[Any]] = [TokenHasScope]
    required_scopes: ClassVar[list[str]] = ["read"]

    def get(self, request: Request) -> Response:
        """Nothing but the answer."""
        return Response({"id": request.user.pk})


urlpatterns = [
    path("protected", Protected.as_view()),
    path("oauth/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
