"""Rate limits: fixed windows, atomic counters, and what happens without a cache."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory

from clients.border import throttles
from clients.border.throttles import AllRegistrationsThrottle, ClientFailureThrottle, RegistrationThrottle, parse_rate


@pytest.fixture(autouse=True)
def _five_in_ten_seconds(settings: Any) -> None:
    names = ("registration", "registration_all", "client_failures")
    settings.OAUTHSITE = {"RATES": dict.fromkeys(names, "5/10s")}


@pytest.mark.parametrize(
    ("rate", "means"), [("30/10m", (30, 600)), ("1/s", (1, 1)), ("2/h", (2, 3_600)), ("3/2d", (3, 172_800))]
)
def test_a_rate_is_a_count_in_seconds(rate: str, means: tuple[int, int]) -> None:
    assert parse_rate(rate) == means


@pytest.mark.parametrize("rate", ["", "5", "5/w", "x/s", "5/-1s"])
def test_what_is_no_rate_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="no rate"):
        parse_rate(rate)


@time_machine.travel(1_000_000, tick=False)
def test_the_window_ends_and_says_when() -> None:
    throttle = ClientFailureThrottle()
    assert [throttle.take("key") for _ in range(6)] == [True] * 5 + [False]
    assert throttle.wait() == 10
    with time_machine.travel(1_000_009.5, tick=False):
        assert not ClientFailureThrottle().take("key")
    with time_machine.travel(1_000_010, tick=False):
        assert ClientFailureThrottle().take("key")


@time_machine.travel(1_000_000, tick=False)
def test_a_good_attempt_costs_nothing() -> None:
    throttle = ClientFailureThrottle()
    for _ in range(20):
        assert throttle.take("key")
        throttle.give_back("key")


@time_machine.travel(1_000_000, tick=False)
def test_asking_uses_nothing_up() -> None:
    throttle = ClientFailureThrottle()
    assert all(throttle.admits("key") for _ in range(20))
    assert [(throttle.admits("key"), throttle.take("key")) for _ in range(6)] == [(True, True)] * 5 + [(False, False)]


def test_giving_back_after_the_window_changes_nothing() -> None:
    throttle = ClientFailureThrottle()
    with time_machine.travel(1_000_000, tick=False):
        throttle.take("key")
    with time_machine.travel(1_000_020, tick=False):
        throttle.give_back("key")
        assert [throttle.take("key") for _ in range(6)] == [True] * 5 + [False]


# P7
@time_machine.travel(1_000_000, tick=False)
def test_parallel_requests_share_one_counter() -> None:
    with ThreadPoolExecutor(20) as pool:
        passed = list(pool.map(lambda _: ClientFailureThrottle().take("key"), range(200)))
    assert passed.count(True) == 5


def test_addresses_have_each_their_own_limit_and_all_share_another(rf: RequestFactory) -> None:
    one, other = (rf.post("/", REMOTE_ADDR=address) for address in ("192.0.2.1", "192.0.2.2"))
    assert RegistrationThrottle().get_key(one, None) != RegistrationThrottle().get_key(other, None)
    assert AllRegistrationsThrottle().get_key(one, None) == AllRegistrationsThrottle().get_key(other, None)


def test_a_key_holds_nothing_that_a_caller_chose() -> None:
    key = ClientFailureThrottle().key_of("192.0.2.1", "x\n" * 300)
    assert len(key) < 150
    assert key.isprintable()


def test_a_gateway_may_limit_instead(settings: Any, rf: RequestFactory) -> None:
    settings.OAUTHSITE = {"RATE_LIMITS": False, "RATES": {"registration": "1/d"}}
    throttle = RegistrationThrottle()
    assert all(throttle.allow_request(rf.post("/"), None) for _ in range(3))
    throttle.give_back("key")
    assert cache.get("key") is None


# X4
def test_without_a_cache_nothing_is_limited_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(throttles.cache, "add", away)
    monkeypatch.setattr(throttles.logger, "propagate", True)
    monkeypatch.setattr(throttles.logger.parent, "propagate", True)
    assert all(ClientFailureThrottle().take("key") for _ in range(9))
    assert caplog.records[0].message == "rate_limit_unavailable"


# X4
def test_a_cache_that_is_away_is_one_line_of_the_log_and_not_one_per_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(throttles, "cache", None)
    monkeypatch.setattr(throttles.logger, "propagate", True)
    monkeypatch.setattr(throttles.logger.parent, "propagate", True)
    throttle = ClientFailureThrottle()
    for _ in range(9):
        assert throttle.take("key")
        throttle.give_back("key")
    assert len({id(record) for record in caplog.records}) == 1
