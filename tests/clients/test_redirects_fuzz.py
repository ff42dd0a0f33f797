"""Redirect URIs against a browser's own parser: what is accepted leads where its text says (R3)."""

from __future__ import annotations

import re
from typing import Any

import ada_url
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clients import redirects

REGISTERED = (
    "https://c.example/cb",
    "https://c.example:8443/a/b?x=1",
    "http://127.0.0.1:4711/cb",
    "http://[::1]/cb",
    "http://192.0.2.7/cb",
    "com.example.app:/cb",
    "com.example.app://host/cb",
)
# What parsers disagree about, in pieces: fuzzing puts them together.
PIECES = [
    *"https: http: // / \\ @ : ? # & ; = % . .. ... %2e %2f %5c %40 %23 %00 %0a [ ] [::1] [::ffff:7f00:1]".split(),
    *"127.0.0.1 127.1 0x7f.1 2130706433 localhost c.example evil.example xn--a xn--bcher-kva :443 :80 :0".split(),
    *":99999 cb CB user:pw@ code= state= a b ~ _ - com.example.app: javascript: data: urn:".split(),
    *"\t\n\r \x00\u3002\uff0f\u2024\u00ad\u200d\ufe00é\ud800",
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


@st.composite
def near_misses(draw: Any) -> tuple[str, str]:
    """A registered URI, and something made of it: pieces put in, cut out, exchanged."""
    own = draw(st.sampled_from(REGISTERED))
    at = draw(st.integers(0, len(own)))
    until = draw(st.integers(at, min(len(own), at + 6)))
    return own, own[:at] + draw(TEXT) + own[until:]


def parsed(uri: str) -> ada_url.URL | None:
    """The URI as a browser reads it, or None if it cannot."""
    try:
        return ada_url.URL(uri.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    except ValueError:
        return None


@settings(max_examples=3_000, deadline=None)
@given(near_misses())
@example(("http://127.0.0.1:4711/cb", "http://127.0.0.1:1/cb?x=@evil.example"))
@example(("https://c.example/cb", "https://c.example/cb?\\@evil.example/"))
def test_what_matches_leads_a_browser_to_the_registered_place(pair: tuple[str, str]) -> None:
    own, sent = pair
    if not redirects.matches([own], sent):
        return
    there, here = parsed(sent), parsed(own)
    assert there is not None
    assert here is not None
    assert (there.protocol, there.username, there.password, there.hostname) == (here.protocol, "", "", here.hostname)
    assert there.pathname == here.pathname
    assert there.hash == ""
    if not redirects.is_loopback(own):
        assert there.port == here.port


@settings(max_examples=3_000, deadline=None)
@given(st.one_of(TEXT, near_misses().map(lambda pair: pair[1]), TEXT.map("https://".__add__)))
def test_what_may_be_registered_reads_the_same_to_a_browser(uri: str) -> None:
    try:
        redirects.check(uri)
    except ValueError:
        return
    if not redirects.is_web(uri):
        return
    found = parsed(uri)
    ours = redirects.parts(uri)
    if found is None:  # an xn-- label that stands for nothing: no browser goes anywhere
        assert "xn--" in uri
        return
    assert found.protocol == ours["scheme"].lower() + ":"
    assert _address(found.hostname) == _address(ours["host"].lower())
    assert found.port in (ours["port"], "")
    assert (found.username, found.password, found.hash) == ("", "", "")


@settings(max_examples=3_000, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["code", "CODE", "%63ode", "x", "[]", "[0]", "=", "&", ";", "+", "%20", ".", "_", "1", "ſtate", "%00"]
        )
    )
)
def test_no_added_query_brings_a_second_code(parts: list[str]) -> None:
    """As strict and lenient servers read it, the only `code` of an answer is ours."""
    query = "".join(parts)
    if redirects.matches(["https://c.example/cb"], f"https://c.example/cb?{query}"):
        found = ada_url.URLSearchParams(f"{query}&code=ours")
        assert found.get_all("code") == ["ours"]
        assert not re.search(r"(?:^|[&;])(?:\s|%20|\+)*code(?:$|[=\[&;])", query, re.IGNORECASE)


def _address(host: str) -> str:
    """An IPv6 address in one spelling; anything else as it is."""
    from ipaddress import ip_address

    return f"[{ip_address(host[1:-1])}]" if host.startswith("[") else host


@pytest.mark.parametrize(
    "query",
    [
        "access token=1",
        "access.token=1",
        "access[token=1",
        "%C5%BFtate=1",
        "%EF%BD%83ode=1",
        "\x01code=1",
        "code%00x=1",
    ],
)
def test_names_that_some_server_takes_for_a_reserved_one_are_refused(query: str) -> None:  # R2
    assert not redirects.may_add(query)


@pytest.mark.parametrize(
    ("uri", "is_here"),
    [
        ("http://localhost/cb", True),
        ("https://app.LOCALHOST:1/cb", True),
        ("http://127.9.9.9/cb", True),
        ("http://[::1]:9/cb", True),
        ("http://0.0.0.0/cb", True),
        ("https://localhost.example/cb", False),
        ("https://192.0.2.1/cb", False),
        ("https://[2001:db8::1]/cb", False),
    ],
)
def test_a_program_on_the_device_may_answer_at(uri: str, is_here: bool) -> None:
    assert redirects.is_on_this_device(uri) is is_here


def test_a_uri_falls_into_its_parts() -> None:
    assert redirects.parts("https://c.example:8443/a?x=1") == {
        "scheme": "https",
        "host": "c.example",
        "port": "8443",
        "path": "/a",
        "query": "?x=1",
    }
    assert redirects.parts("app:/cb")["path"] == "/cb"
    assert redirects.parts("http://[::1]:9")["host"] == "[::1]"
    assert set(redirects.parts("\ud800\n#").values()) >= {""}
