"""What is left of a rate limit, on every answer that was counted."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the throttle that counted the request has left itself on it. `Reset` is a date, as Mastodon's."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        throttle = getattr(request, "rate_limit", None)
        if throttle is not None:
            end = datetime.fromtimestamp(round(time.time() + throttle.ends_in), UTC)
            response["X-RateLimit-Limit"] = throttle.limit
            response["X-RateLimit-Remaining"] = throttle.left
            response["X-RateLimit-Reset"] = end.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return response

    return answer
