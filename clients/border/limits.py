"""The limits of pnut's documentation for everything under /v1: per token, or per address without one."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest

from clients.border.addresses import bucket, client_ip
from clients.border.caching import CacheAway, ask
from clients.border.throttles import AtomicThrottle
from clients.conf import options

SAFE = ("GET", "HEAD", "OPTIONS")


class Limit(AtomicThrottle):
    """A window whose limit, once passed, costs V1_PENALTY seconds of waiting."""

    def take(self, key: str) -> bool:
        """Use up one of the window's requests. False when none was left, or while the penalty lasts."""
        held = f"{key}:held"
        penalty = options().V1_PENALTY if options().RATE_LIMITS else 0
        with suppress(CacheAway):  # it limits nothing then
            if penalty and (until := ask(cache, "get", held, 0)) > time.time():
                self.used, self.ends_in = self.limit, until - time.time()
                return False
        if super().take(key):
            return True
        if penalty:
            with suppress(CacheAway):
                ask(cache, "set", held, time.time() + penalty, penalty)
                ask(cache, "delete", f"{key}:{int(time.time() // self.seconds)}")  # who has waited starts anew
            self.ends_in = penalty
        return False

    def headers(self) -> dict[str, str]:
        """What pnut tells about it; `Reset` is in seconds."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Reset": str(math.ceil(self.ends_in)),
        }


class Reads(Limit):
    """GET with a token."""

    scope = "v1_read"


class AnonymousReads(Limit):
    """GET without one, or with one that does not work."""

    scope = "v1_read_anonymous"


class Writes(Limit):
    """Everything else."""

    scope = "v1_write"


def take(request: HttpRequest, bearer: Any) -> tuple[bool, Limit]:
    """Count a request with this token, or without one that works. False: it was one too many."""
    limit: Limit = Writes()
    if request.method in SAFE:
        limit = Reads() if bearer else AnonymousReads()
    key = limit.key_of(f"token {bearer.family_id}" if bearer else f"address {bucket(client_ip(request))}")
    return limit.take(key), limit
