"""Where a request came from, as the rules want to know it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from clients.border.addresses import client_ip

LONGEST_USER_AGENT = 255
BEGAN_AT = "oauth_tokens.began_at"  # no header can be called so: theirs are HTTP_...


@dataclass(frozen=True)
class Origin:
    """Address and device of a caller, and when the handling of their request began."""

    ip_address: str | None = None
    user_agent: str = ""
    began_at: datetime = field(default_factory=timezone.now)
    request: HttpRequest | None = field(default=None, repr=False, compare=False)  # for login backends of the host


def origin(request: HttpRequest) -> Origin:
    """The origin of a request; where Django did not tell when it began, it begins now."""
    agent = "".join(c if c.isprintable() else " " for c in request.META.get("HTTP_USER_AGENT", ""))
    return Origin(
        ip_address=client_ip(request),
        user_agent=agent[:LONGEST_USER_AGENT].strip(),
        began_at=getattr(request, "scope", request.META).get(BEGAN_AT) or timezone.now(),
        request=request,
    )


def note_beginning(
    *, environ: MutableMapping[str, Any] | None = None, scope: MutableMapping[str, Any] | None = None, **_: Any
) -> None:
    """Receiver of Django's `request_started`: before any middleware, the handling of a request begins.

    Whatever that does before the view is asked, looking up a session for instance, must not make a duplicate that was
    in flight look like a replay.
    """
    came_with = environ if environ is not None else scope
    if came_with is not None:
        came_with[BEGAN_AT] = timezone.now()
