"""X4: a cache that failed is not asked again for a moment."""

import time
from unittest.mock import Mock

import pytest

from clients.border.caching import REST, CacheAway, Memory, ask


def test_what_failed_is_left_alone_for_a_moment() -> None:
    cache = Mock()
    cache.get.side_effect = [TimeoutError, "well"]
    with pytest.raises(CacheAway) as first:
        ask(cache, "get", "key")
    assert isinstance(first.value.__cause__, TimeoutError)
    with pytest.raises(CacheAway) as second:
        ask(cache, "get", "key")
    assert second.value.__cause__ is None
    assert cache.get.call_count == 1
    Memory.until -= REST
    assert ask(cache, "get", "key") == "well"


def test_a_counter_that_is_gone_is_no_failure() -> None:
    cache = Mock()
    cache.incr.side_effect = ValueError
    with pytest.raises(ValueError):  # noqa: PT011  (the cache's own)
        ask(cache, "incr", "key")
    assert Memory.until < time.monotonic()
