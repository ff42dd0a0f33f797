"""P6: whom the forwarded header is believed, and how far."""

from typing import Any

import pytest
from django.test import RequestFactory

from clients.border.addresses import bucket, canonical, client_ip

PEER = "192.0.2.9"


def seen(rf: RequestFactory, settings: Any, proxies: int, header: str | None, peer: str = PEER) -> str | None:
    settings.OAUTHSITE = {"TRUSTED_PROXIES": proxies}
    extra = {} if header is None else {"HTTP_X_FORWARDED_FOR": header}
    return client_ip(rf.get("/", REMOTE_ADDR=peer, **extra))


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, None, PEER),
        (0, "198.51.100.1", PEER),
        (0, "198.51.100.1, 198.51.100.2", PEER),
        (1, None, PEER),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.66, 198.51.100.1", "198.51.100.1"),
        (1, " 198.51.100.1 ", "198.51.100.1"),
        (2, "198.51.100.1", PEER),  # too short: somebody came past the outer proxy
        (2, "198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "203.0.113.66, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (1, "2001:DB8:0:0::1", "2001:db8::1"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_nth_entry_from_the_end_counts(
    rf: RequestFactory, settings: Any, proxies: int, header: str | None, expected: str
) -> None:
    assert seen(rf, settings, proxies, header) == expected


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        ",",
        "unknown",
        "for=198.51.100.1",
        "198.51.100.1:4711",
        "[2001:db8::1]",
        "fe80::1%eth0",
        "198.51.100.256",
        "198.51.100.1\x00",
        "1" * 10_240,
        "198.51.100.1," * 1_000 + "198.51.100.1",
    ],
)
@pytest.mark.parametrize("proxies", [1, 2])
def test_a_header_that_is_no_address_is_not_believed(
    rf: RequestFactory, settings: Any, proxies: int, garbage: str
) -> None:
    assert seen(rf, settings, proxies, garbage) == PEER


def test_a_unix_socket_has_no_address(rf: RequestFactory, settings: Any) -> None:
    assert seen(rf, settings, 0, None, peer="") is None


def test_one_address_has_one_spelling() -> None:
    assert canonical("::FFFF:1.2.3.4") == canonical("1.2.3.4") == "1.2.3.4"
    assert canonical("2001:0db8::0001") == "2001:db8::1"


def test_a_limit_is_shared_by_what_one_customer_holds() -> None:
    assert bucket("2001:db8:1:2:3::4") == bucket("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert bucket("2001:db8:1:3::") != bucket("2001:db8:1:2::")
    assert bucket("::ffff:1.2.3.4") == bucket("1.2.3.4") == "1.2.3.4"
    assert bucket(None) == bucket("rubbish") == "unknown"
