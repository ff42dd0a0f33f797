"""Redirect URIs: what may be registered, and what a request may name."""

import time

import pytest

from clients import redirects
from clients.redirects import OUT_OF_BAND, check, matches, may_add

GOOD = [
    "https://c.example/cb",
    "https://c.example",
    "https://c.example?x=1",
    "https://c.example/cb?",
    "https://c.example/cb?a=1&b[]=2",
    "https://c.example:1/cb",
    "https://c.example:65535/cb",
    "https://xn--bcher-kva.example/cb",
    "https://under_score.example/cb",
    "https://C.EXAMPLE/cb",
    "https://c.example/%2e%2e/cb;p=1/@user",
    "https://localhost/cb",
    "http://192.0.2.1/cb",
    "http://127.0.0.1/cb",
    "http://[::1]/cb",
    "https://[2001:db8::1]:8443/cb",
    "com.example.app:/cb",
    "com.example.app://host/cb",
    "com.example.app:",
    "myapp://",
    "ms-app://s-1-15-2",
    OUT_OF_BAND,
]
# R3: in each of these some parser reads another host, or cannot read it at all.
TRICKS = [
    "https://c.example@evil",
    "https://user:pw@c.example/cb",
    "https://:@c.example/cb",
    "https://c.example\\@evil",
    "https://c.example\\.evil/cb",
    "https:\\\\c.example/cb",
    "https://c.example%2eevil/cb",
    "https://c.example%00/cb",
    "https://c.exa\tmple/cb",
    "https://c.exa\rmple/cb",
    "https://c.exa\nmple/cb",
    "https://c.example/c\x00b",
    "https://c.example/c b",
    " https://c.example/cb",
    "https://c.example/cb ",
    "https://c.example/cb\n",
    "\x00https://c.example/cb",
    "https://c\uff0eexample/cb",
    "https://c\u3002example/cb",
    "https://b\u00fccher.example/cb",
    "https://c.example\u202e/cb",
    "https://[::ffff:1.2.3.4]/cb",
    "https://[::ffff:102:304]/cb",
    "https://[::1.2.3.4]/cb",
    "https://[fe80::1%25eth0]/cb",
    "https://[v1.x]/cb",
    "https://[bad/cb",
    "https://bad]/cb",
    "https://[]/cb",
    "https://[::1]x/cb",
    "https://x[::1]/cb",
    "https://127.1/cb",
    "https://0x7f.1/cb",
    "https://0x7f000001/cb",
    "https://2130706433/cb",
    "https://1.2.3.4.5/cb",
    "https://1.2.3.256/cb",
    "https://01.2.3.4/cb",
    "https://a.b.1/cb",
    "https://c.example./cb",
    "https://.c.example/cb",
    "https://c..example/cb",
    "https://-c.example/cb",
    "https://c-.example/cb",
    f"https://{'a' * 64}.example/cb",
    f"https://{'a.' * 127}example/cb",
    "https://c.example:99999/cb",
    "https://c.example:65536/cb",
    "https://c.example:0/cb",
    "https://c.example:0443/cb",
    "https://c.example:x/cb",
    "https://c.example:/cb",
    "https://c.example:-1/cb",
    "https://c.example:80:80/cb",
    "https://",
    "https:///cb",
    "https:/c.example/cb",
    "https:c.example/cb",
    "https:",
    "//c.example/cb",
    "/cb",
    "c.example",
    "",
    ":",
    "1https://c.example/cb",
    "https://c.example/cb%",
    "https://c.example/cb%zz",
    'https://c.example/"cb',
    "https://c.example/'cb",
    "https://c.example/<cb>",
    "https://c.example/{cb}",
    "https://c.example/^cb",
    "https://c.example/`cb",
    "https://c.example/|cb",
    "com.example.app://user@host/cb",
    "com.example.app://[bad/cb",
    "com.example.app://h%zz/cb",
    "com.example.app://host:99999/cb",
    "https://c.example/" + "a" * 2_000,
    "https://c.example/\ud800",
]
# R6
SCHEMES = (
    "javascript data vbscript file blob about view-source filesystem ftp ws wss mailto JavaScript DATA content intent"
).split()


@pytest.mark.parametrize("uri", GOOD)
def test_a_client_may_register(uri: str) -> None:
    check(uri)
    assert matches([uri], uri)
    assert matches([uri], uri, exact=True)


@pytest.mark.parametrize("uri", TRICKS)
def test_tricks_are_refused_at_registration_and_match_nothing(uri: str) -> None:  # R3
    with pytest.raises(ValueError, match=r"must|cannot|too long"):
        check(uri)
    assert not matches([uri], uri)
    assert not matches(["https://c.example/cb"], uri)


def test_there_are_enough_tricks() -> None:
    assert len(set(TRICKS)) >= 60


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_scheme_that_runs_or_reads_is_refused(scheme: str) -> None:  # R6
    for uri in (f"{scheme}:alert(1)", f"{scheme}://c.example/cb", f"{scheme}:"):
        with pytest.raises(ValueError, match="forbidden"):
            check(uri)
        assert not matches([uri], uri)


@pytest.mark.rfc("6749", "3.1.2")  # R7
@pytest.mark.parametrize("uri", ["https://c.example/cb#", "https://c.example/cb#x", "app:#", f"{OUT_OF_BAND}#"])
def test_a_fragment_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="fragment"):
        check(uri)
    assert not matches([uri], uri)


def test_an_encoded_number_sign_is_plain_text() -> None:  # R7
    check("https://c.example/cb%23x")


# R1
@pytest.mark.parametrize(
    ("registered", "uri", "is_match"),
    [
        ("https://c.example/cb", "https://c.example/cb?x=1", True),
        ("https://c.example/cb", "https://c.example/cb?", True),
        ("https://c.example/cb", "https://c.example/cb?x=%zz", False),
        ("https://c.example/cb", "https://c.example/cb?x=é", False),
        ("https://c.example/cb", "https://c.example/cb?" + "x" * 512, True),
        ("https://c.example/cb", "https://c.example/cb?" + "x" * 513, False),
        ("https://c.example/cb?a=1", "https://c.example/cb?a=1&b=2", False),
        ("https://c.example/cb?a=1", "https://c.example/cb?b=2", False),
        ("https://c.example/cb?a=1", "https://c.example/cb", False),
        ("https://c.example/cb?a=1", "https://c.example/cb?a=1&a=1", False),
        ("https://c.example/cb?", "https://c.example/cb?", True),
        ("https://c.example/cb?", "https://c.example/cb", False),
        ("https://c.example/cb?", "https://c.example/cb?x", False),
        ("com.example.app:/cb", "com.example.app:/cb?x=1", True),
        (OUT_OF_BAND, f"{OUT_OF_BAND}?x=1", False),  # R13
        (OUT_OF_BAND, f"{OUT_OF_BAND}:auto", False),
        (OUT_OF_BAND, OUT_OF_BAND.upper(), False),
        ("https://c.example/cb", OUT_OF_BAND, False),
    ],
)
@pytest.mark.rfc("9700", "4.1.3")
def test_the_query_rule(registered: str, uri: str, is_match: bool) -> None:
    assert matches([registered], uri) is is_match


@pytest.mark.rfc("9700", "4.1.3")
def test_an_exact_client_gets_no_added_query() -> None:
    assert not matches(["https://c.example/cb"], "https://c.example/cb?x=1", exact=True)


def test_a_long_registered_query_still_matches_itself() -> None:
    uri = "https://c.example/cb?" + "x" * 1_000
    assert matches([uri], uri)


# R2
@pytest.mark.parametrize("name", sorted(redirects.RESERVED))
@pytest.mark.parametrize("spelling", ["{}=x", "a=1&{}=x", "a=1;{}=x", "{}[]=x", "{}[0]=x", "{}", "%20{}=x", "{}.x=1"])
def test_no_added_query_names_a_parameter_of_an_answer(name: str, spelling: str) -> None:
    for spelled in (name, name.upper(), name.replace("e", "%65"), name.replace("o", "%256F")):
        assert not may_add(spelling.format(spelled))


@pytest.mark.parametrize("query", ["", "codec=1", "x=code", "my_state=1", "a=1&b=2", "isss"])
def test_other_names_may_be_added(query: str) -> None:
    assert may_add(query)


# R4
@pytest.mark.parametrize(
    "uri",
    [
        "HTTPS://c.example/cb",
        "https://C.example/cb",
        "https://c.example/cb/",
        "https://c.example/cb.",
        "https://c.example:443/cb",
        "https://c.example/%63b",
        "https://c.example/x/../cb",
        "https://c.example//cb",
        "https://c.example/./cb",
        "https://c.example/cb;p=1",
        "http://c.example/cb",
        "https://c.example/CB",
    ],
)
@pytest.mark.rfc("8252", "8.4")
def test_nothing_is_normalised(uri: str) -> None:
    assert not matches(["https://c.example/cb"], uri)


@pytest.mark.rfc("8252", "7.3")  # R5
@pytest.mark.parametrize(
    ("registered", "uri", "is_match"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65535/cb", True),
        ("http://127.0.0.1:80/cb", "http://127.0.0.1:9/cb", True),
        ("http://127.0.0.1:80/cb", "http://127.0.0.1/cb?x=1", True),
        ("http://[::1]/cb", "http://[::1]:9/cb", True),
        ("http://127.0.0.1/cb?a=1", "http://127.0.0.1:9/cb?a=1", True),
        ("http://127.0.0.1/cb?a=1", "http://127.0.0.1:9/cb?a=2", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", False),
        ("http://127.0.0.1/cb", "http://a@127.0.0.1:5/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.2:5/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:5/cb", False),
        ("http://127.0.0.1/cb", "http://localhost:5/cb", False),
        ("http://127.0.0.1/cb", "http://[::1]:5/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", False),
        ("https://127.0.0.1/cb", "https://127.0.0.1:5/cb", False),
        ("http://localhost/cb", "http://localhost:5/cb", False),
    ],
)
def test_the_port_of_a_loopback_literal_may_vary(registered: str, uri: str, is_match: bool) -> None:
    assert matches([registered], uri) is is_match


def test_loopback_is_known() -> None:
    assert redirects.is_loopback("http://127.0.0.1:5/cb")
    assert not redirects.is_loopback("http://127.0.0.1.evil.example/cb")


# H5
@pytest.mark.parametrize("text", ["a" * 100_000, "https://" + "a." * 50_000, "https://c.example/?" + "[" * 100_000])
def test_long_text_costs_little(text: str) -> None:
    began = time.thread_time()
    matches(["https://c.example/"], text)
    may_add(text)
    with pytest.raises(ValueError, match="too long"):
        check(text)
    assert time.thread_time() - began < 0.05
