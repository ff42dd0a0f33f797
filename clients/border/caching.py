"""Django's cache as something that one can do without: what failed is not asked again for a moment.

With the short timeouts of a client (`CACHE_URL` gives Redis some), a cache that hangs then costs a few requests a
wait, and not each of them.
"""

from __future__ import annotations

import time
from typing import Any

REST = 3.0  # seconds


class CacheAway(Exception):
    """Nothing is known. Its cause is the failure; without one, nobody was asked."""


class Memory:
    """When this process may ask again."""

    until = 0.0


def ask(cache: Any, verb: str, *given: Any) -> Any:
    """What the cache says. Raises CacheAway when it fails and for a moment after, and the cache's own ValueError."""
    if time.monotonic() < Memory.until:
        raise CacheAway
    try:
        return getattr(cache, verb)(*given)
    except ValueError:  # nothing to count on: the window is over
        raise
    except Exception as error:  # each cache backend fails in its own way
        Memory.until = time.monotonic() + REST
        raise CacheAway from error
