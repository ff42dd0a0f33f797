"""The site's routes, and a view that a token protects."""

from typing import Any, ClassVar

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauthsite.urls import urlpatterns as site
from tokens.authentication import BearerAuthentication
from tokens.permissions import HasScope


class Protected(APIView):
    """As small as a protected view can be."""

    authentication_classes = [BearerAuthentication]
    permission_classes: ClassVar[list[Any]] = [HasScope("read")]

    def get(self, request: Request) -> Response:
        """Nothing but the answer."""
        return Response({"id": request.user.pk})


urlpatterns = [path("protected", Protected.as_view()), *site]
