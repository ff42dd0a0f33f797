"""The document over HTTP, and a page to read it on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from clients.border import pages


class Document(SpectacularAPIView):
    """`/openapi.yaml`: for everyone, whatever the host's defaults are."""

    schema = None
    permission_classes = [AllowAny]


def viewer(request: HttpRequest) -> HttpResponse:
    """Swagger UI from local files. Its script talks to this site and to no other."""
    page = pages.show(request, "openapi.html")
    policy = page.headers["Content-Security-Policy"]
    page.headers["Content-Security-Policy"] = f"{policy}; connect-src 'self'"
    return page
