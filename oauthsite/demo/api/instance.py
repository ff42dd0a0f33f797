"""Documents about the site itself; nobody needs a token for them, and one that is sent is not looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.issuer import issuer
from oauthsite.demo import instance
from oauthsite.demo.api.base import Api


class Document(Api):
    """One of them: `Document.as_view(write=instance.version_2)`."""

    authentication_classes = []
    permission_classes = []
    write: Callable[[str], dict[str, Any]] = staticmethod(instance.version_2)

    def get(self, request: Request) -> Response:
        """Written for the address by which this site calls itself."""
        return Response(self.write(issuer(request)))
