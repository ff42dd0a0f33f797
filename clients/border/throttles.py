"""Rate limits that hold under concurrency: throttles for REST framework with an atomic counter.

The windows are fixed, the counters live in Django's cache (share it between workers: Redis). A
cache that is away limits nothing, and says so in the log: tokens matter more than courtesy.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from rest_framework.throttling import BaseThrottle

from clients.border.addresses import bucket, client_ip
from clients.border.caching import CacheAway, ask
from clients.conf import RATE, options

logger = logging.getLogger(__name__)

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class AtomicThrottle(BaseThrottle):
    """A fixed window per key, counted with the cache's atomic increment."""

    scope: ClassVar[str]

    def __init__(self) -> None:
        self.limit, self.seconds = parse_rate(options().rate(self.scope))
        self.used = 0
        self.ends_in = 0.0

    def get_key(self, request: Any, view: Any) -> str:
        """Who shares this limit: the callers of one address."""
        return self.key_of(bucket(client_ip(request)))

    def key_of(self, *parts: str) -> str:
        """A cache key that any backend takes, for parts that callers choose."""
        return f"oauth_rate:{self.scope}:{salted_hmac('oauth_rate', '|'.join(parts), algorithm='sha256').hexdigest()}"

    def allow_request(self, request: Any, view: Any) -> bool:
        """Count this request, and say whether it is still within the limit."""
        is_within = self.take(self.get_key(request, view))
        if options().RATE_LIMITS and not hasattr(request._request, "rate_limit"):
            request._request.rate_limit = self  # whoever writes the answer's headers finds it there
        return is_within

    @property
    def left(self) -> int:
        """How many more requests the window admits."""
        return max(0, self.limit - self.used)

    def take(self, key: str) -> bool:
        """Use up one of the window's requests. False when none was left."""
        return self._is_within(key, _increment)

    def admits(self, key: str) -> bool:
        """Whether one is left; it is not used up."""
        return self._is_within(key, _incremented)

    def _is_within(self, key: str, count: Callable[[str, int], int]) -> bool:
        if not options().RATE_LIMITS:
            return True
        window, into = divmod(time.time(), self.seconds)
        self.ends_in = self.seconds - into
        try:
            self.used = count(f"{key}:{int(window)}", self.seconds)
        except (CacheAway, ValueError) as error:
            if error.__cause__:  # else it failed a moment ago, and the log has it
                logger.warning("rate_limit_unavailable", extra={"scope": self.scope}, exc_info=True)
        return self.used <= self.limit

    def give_back(self, key: str) -> None:
        """Undo one `take`: the attempt turned out to be a good one."""
        if options().RATE_LIMITS:
            with suppress(CacheAway, ValueError):  # the window is over, or the cache away: nothing to undo
                ask(cache, "decr", f"{key}:{int(time.time() // self.seconds)}")

    def wait(self) -> float:
        """Seconds until the window ends."""
        return max(1.0, self.ends_in)


def parse_rate(rate: str) -> tuple[int, int]:
    """`30/10m` is 30 in 600 seconds. Raises ValueError."""
    found = RATE.fullmatch(rate)
    if not found:
        raise ValueError(f"{rate!r} is no rate like '30/10m'")
    count, number, unit = found.groups()
    return int(count), int(number or 1) * UNITS[unit]


class ApiThrottle(AtomicThrottle):
    """Calls of an API that tokens protect: per token, or per address where none came along."""

    scope = "api"

    def get_key(self, request: Any, view: Any) -> str:
        """Tokens of one authorization share a limit, wherever they are used from."""
        family = getattr(request.auth, "family_id", None)
        return self.key_of("token", str(family)) if family else super().get_key(request, view)


class RegistrationThrottle(AtomicThrottle):
    """New clients per address (RFC 7591 §5)."""

    scope = "registration"


class AllRegistrationsThrottle(AtomicThrottle):
    """New clients in all, so that many addresses cannot do together what one may not."""

    scope = "registration_all"

    def get_key(self, request: Any, view: Any) -> str:
        """Everybody shares this one."""
        return self.key_of("all")


class ClientFailureThrottle(AtomicThrottle):
    """Failed client authentications per address and client (RFC 6749 §2.3.1: MUST be limited).

    Only what failed is counted, when it has: a program may send as many right secrets at once as it likes. A burst of
    wrong ones may go past the limit, which matters to passwords and not to secrets of 256 bits.
    """

    scope = "client_failures"


class DeviceThrottle(AtomicThrottle):
    """Device authorizations that begin, per address: each is a row, and a user code that can be guessed."""

    scope = "device"


class UserCodeThrottle(AtomicThrottle):
    """Wrong user codes per user (RFC 8628 §5.1)."""

    scope = "user_code"


class UserCodeAddressThrottle(AtomicThrottle):
    """Wrong user codes per address, whatever the user."""

    scope = "user_code_address"


def _increment(key: str, seconds: int) -> int:
    """Add one to a counter that ends with its window. `add` and `incr` are atomic in every backend."""
    if ask(cache, "add", key, 1, seconds + 60):
        return 1
    return int(ask(cache, "incr", key))


def _incremented(key: str, _seconds: int) -> int:
    """What `_increment` would make of the counter."""
    return int(ask(cache, "get", key, 0)) + 1
