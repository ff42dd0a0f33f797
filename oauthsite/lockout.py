"""What somebody sees who tried too many passwords: 429, in the dialect of the path or as a page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from clients.border import answers, pages
from clients.errors import TooManyRequests
from oauthsite.api_errors import dialect_of


def locked_out(request: HttpRequest, _response: HttpResponse | None, _credentials: Any) -> HttpResponse:
    """For django-axes: its memory is the database, and longer than that of our own counters."""
    return refusal(request, TooManyRequests(settings.AXES_COOLOFF_TIME * 3_600))


def refusal(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
    """The answer to one attempt too many."""
    dialect = dialect_of(request.path)
    if dialect:
        status, content = dialect(answers.answer(error))
        return JsonResponse(content, status=status, headers={**error.headers, "Cache-Control": "no-store"})
    minutes = -(-int(error.headers["Retry-After"]) // 60)
    page = pages.show(request, "registration/locked.html", {"minutes": minutes}, status=error.status)
    page.headers["Retry-After"] = error.headers["Retry-After"]
    return page
