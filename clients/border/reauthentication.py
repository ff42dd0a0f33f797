"""Whether a session proved its user a short while ago: asked before a secret is made anew (ASVS 7.5.3)."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

KEY = "oauth_proven_at"
FRESH = 600  # seconds


def is_fresh(request: HttpRequest) -> bool:
    """Whether the user of this session logged in, or gave the password again, within ten minutes."""
    proven_at = request.session.get(KEY)
    return isinstance(proven_at, int) and 0 <= time.time() - proven_at < FRESH


def remember(request: HttpRequest) -> None:
    """The user has just been proven."""
    request.session[KEY] = int(time.time())


@receiver(user_logged_in)
def remember_login(*, request: HttpRequest | None, **_: Any) -> None:
    """A login is a proof. One without a session (a test's, an API's) is nobody's page."""
    if request is not None and hasattr(request, "session"):
        remember(request)
