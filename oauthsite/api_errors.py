"""Errors of the site's API in the dialect of their path: the one handler at the border.

`REST_FRAMEWORK["EXCEPTION_HANDLER"]` names `handle`; `handler400` to `handler500` of the URL root are
the same for what never reached a view.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults
from rest_framework.response import Response

from clients.border import answers, rest
from clients.border.pages import protect

DIALECTS = (
    ("/api/", answers.mastodon),
    ("/v1/oauth/", answers.rfc),
    ("/v1/", answers.pnut),
    ("/oauth/", answers.rfc),
    ("/.well-known/", answers.rfc),
)
# Under these paths people look at pages.
PAGES = ("/oauth/authorize", "/oauth/authenticate", "/oauth/device")


def dialect_of(path: str) -> answers.Dialect | None:
    """How a path writes its errors; None: as a page."""
    if path.rstrip("/") in PAGES:
        return None
    return next((dialect for prefix, dialect in DIALECTS if f"{path}/".startswith(prefix)), None)


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """REST framework's exception handler."""
    dialect = dialect_of(context["request"].path) or answers.rfc
    return rest.handler(dialect)(error, context)


def _or_page(error: Exception | None, page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        dialect = dialect_of(request.path)
        if dialect is None:
            return protect(page(request) if error is None else page(request, exception or error))
        # Django tells `handler500` nothing, but calls it where the exception is being handled.
        given = answers.answer(error or sys.exception() or RuntimeError())
        status, content = dialect(given)
        return JsonResponse(content, status=status, headers=given.headers)

    return view


def _failed(request: HttpRequest) -> HttpResponse:
    """The page for an error of ours. A database that is away is none: it is worth another try, and the page says so."""
    given = answers.answer(sys.exception() or RuntimeError())
    if given.status != 503:
        return defaults.server_error(request)
    return HttpResponse(render_to_string("503.html"), status=503, headers=given.headers)


bad_request = _or_page(SuspiciousOperation(), defaults.bad_request)
permission_denied = _or_page(PermissionDenied(), defaults.permission_denied)
not_found = _or_page(Http404(), defaults.page_not_found)
server_error = _or_page(None, _failed)
