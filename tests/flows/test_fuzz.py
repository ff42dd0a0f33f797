"""H1: whatever a single request holds, the endpoints for programs answer it, and never with a 5xx.

Requests go through the WSGI application as a server hands them over. `--hypothesis-profile=thorough`
sends ten thousand to each endpoint.
"""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oauthsite.wsgi import application
from tests.factories import SECRET, ClientFactory, FamilyFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
CLIENT_ID = "the-client-that-is-there"

NAMES = (
    "client_id client_secret grant_type scope token_group code redirect_uri code_verifier refresh_token username"
    " password password_grant_secret device_code resource token token_type_hint client_name redirect_uris"
    " redirect_uris[] scopes website grant_types token_endpoint_auth_method access_token format charset _method"
).split()
WORDS = [
    CLIENT_ID, SECRET, "client_credentials", "authorization_code", "refresh_token", "password", "openid", "implicit",
    "urn:ietf:params:oauth:grant-type:device_code", "read", "read,write", "admin:read", "none", "client_secret_basic",
    "https://c.example/cb", "https://c.example:99999/cb", "http://[x", "javascript:alert(1)", "app:/cb", "App",
    "urn:ietf:wg:oauth:2.0:oob", "", " ", "\x00", "a\x00b", "\ud800", "\u202e", "é", "😀" * 20, "%zz", "%00", "&", "=",
    "null", "[]", "{}", "-1", "1e999", "0" * 400, "x" * 9_000, "../..", "'\"\\", "\r\nX: y", "\ufeff", "read " * 500,
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(WORDS), st.text(max_size=40), st.text(st.characters(categories=["Cs", "Cc"]), max_size=4)
)
names = st.one_of(st.sampled_from(NAMES), st.text(max_size=8))
raw = st.one_of(
    st.sampled_from([b"%zz", b"%", b"%ed%a0%80", b"%00", b"\xff\xfe", b"=", b"&&", b"[", b"a[b][c]=1", b"+", b";"]),
    st.binary(max_size=20),
)


def quoted(text: str) -> bytes:
    return quote_plus(text.encode("utf-8", "surrogatepass")).encode()


pairs = st.lists(st.tuples(names, texts), max_size=8)
# A request that is nearly right gets further than one that is nonsense throughout.
proven = st.one_of(
    st.just([]), st.just([("client_id", CLIENT_ID)]), st.just([("client_id", CLIENT_ID), ("client_secret", SECRET)])
)
grants = st.one_of(st.just([]), st.sampled_from(WORDS[2:9]).map(lambda word: [("grant_type", word)]))
fields = st.tuples(proven, grants, pairs).map(lambda parts: [*parts[0], *parts[1], *parts[2]])
forms = st.tuples(fields, st.lists(raw, max_size=2)).map(
    lambda parts: b"&".join([*(quoted(name) + b"=" + quoted(text) for name, text in parts[0]), *parts[1]])
)
values = st.recursive(
    st.one_of(texts, st.none(), st.booleans(), st.integers(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=3)),
    max_leaves=6,
)
objects = st.tuples(fields, st.dictionaries(names, values, max_size=5)).map(
    lambda parts: {**dict(parts[0]), **parts[1]}
)
documents = st.one_of(
    objects.map(lambda found: json.dumps(found).encode()),
    objects.map(lambda found: json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    values.map(lambda found: json.dumps(found).encode()),
    st.sampled_from([b"", b"{", b"[" * 5_000, b'{"a":' * 5_000, b'{"a":1,"a":2}', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00"]),
)
multiparts = st.tuples(fields, raw).map(
    lambda parts: (
        b"".join(
            b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            % (name.encode("utf-8", "replace"), text.encode("utf-8", "surrogatepass"))
            for name, text in parts[0]
        )
        + b'--x\r\nContent-Disposition: form-data; name="f"; filename="'
        + parts[1]
        + b'"\r\n\r\n1\r\n--x--\r\n'
    )
)
large = st.tuples(names, st.sampled_from([65_000, 100_000])).map(
    lambda found: quoted(found[0]) + b"=" + b"a" * found[1]
)
charsets = st.sampled_from(
    ["", "; charset=UTF-8", "; charset=hex", ";charset=utf-16", "; charset=nothing", ";;=;", "; charset"]
)
FORM, JSON, MULTIPART = "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"
odd_types = st.one_of(
    st.sampled_from(["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=\xff", "nonsense", "*/*"]),
    st.text(st.characters(max_codepoint=255), max_size=30),
)
bodies = st.one_of(
    st.tuples(forms, st.just(FORM)),
    st.tuples(documents, st.just(JSON)),
    st.tuples(multiparts, st.just(MULTIPART)),
    st.tuples(large, st.sampled_from([FORM, JSON])),
    st.tuples(st.one_of(forms, documents, multiparts, st.binary(max_size=60)), odd_types),
)
latin = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=40)
basics = st.tuples(
    st.one_of(st.sampled_from([CLIENT_ID, "%00", "%ff", ""]), texts), st.one_of(st.just(SECRET), texts)
).map(lambda found: base64.b64encode(f"{found[0]}:{found[1]}".encode("utf-8", "surrogatepass")).decode())
authorizations = st.one_of(
    st.none(),
    basics.map("Basic {}".format),
    st.sampled_from(
        ["Bearer", "Bearer x", "Basic", "Basic é", "Basic YQA6Yg==", "bearer TOKEN", "Bearer TOKEN", "Digest x"]
    ),
    latin,
)
others = st.dictionaries(
    st.sampled_from(
        "HTTP_ACCEPT HTTP_USER_AGENT HTTP_X_FORWARDED_FOR HTTP_ORIGIN HTTP_COOKIE HTTP_ACCEPT_LANGUAGE HTTP_HOST"
        " HTTP_CONTENT_ENCODING HTTP_TRANSFER_ENCODING HTTP_X_HTTP_METHOD_OVERRIDE HTTP_IF_MODIFIED_SINCE HTTP_RANGE"
        " HTTP_X_PRETTY_JSON HTTP_REFERER HTTP_X_FORWARDED_PROTO HTTP_IF_NONE_MATCH CONTENT_LENGTH REMOTE_ADDR".split()
    ),
    st.one_of(latin, st.sampled_from(["-1", "abc", "9" * 30, "6.6.6.6", "for=1", "x" * 8_000, "null", "*"])),
    max_size=3,
)
methods = st.one_of(
    st.just("POST"), st.sampled_from(["POST", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO"])
)


def answer_of(environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    statuses: list[Any] = []
    response = application(environ, lambda status, headers: statuses.extend([status, headers]))
    content = b"".join(response)
    response.close()
    return int(statuses[0][:3]), dict(statuses[1]), content


@pytest.fixture
def token(settings: Any) -> Iterator[str]:
    """A live token, of a client whose id and secret the requests know. Nothing is limited, and nothing logged."""
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATE_LIMITS": False, "TRUSTED_PROXIES": 1}
    client = ClientFactory(client_id=CLIENT_ID, user=UserFactory(), password_grant_secret=SECRET)
    value = FamilyFactory(client=client, user=UserFactory())[1]
    logging.disable(logging.CRITICAL)
    yield value
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/apps",
        "/oauth/token",
        "/api/v1/apps/verify_credentials",
        "/oauth/access_token",
        "/oauth/revoke",
        "/oauth/introspect",
        "/oauth/register",
        "/oauth/userinfo",
        "/oauth/device_authorization",
    ],
)
@settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    method=methods,
    query=st.one_of(st.just(b""), forms),
    body=bodies,
    charset=charsets,
    auth=authorizations,
    more=others,
)
def test_no_request_is_answered_with_a_failure(
    token: str,
    path: str,
    method: str,
    query: bytes,
    body: tuple[bytes, str],
    charset: str,
    auth: str | None,
    more: dict[str, str],
) -> None:
    data, content_type = body
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type + charset,
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": BytesIO(data),
        "wsgi.url_scheme": "http",
        **more,
    }
    if auth is not None:
        environ["HTTP_AUTHORIZATION"] = auth.replace("TOKEN", token)
    began = time.thread_time()
    status, headers, content = answer_of(environ)
    assert status < 500
    assert time.thread_time() - began < 5  # of this processor; Python may clean up in between
    if content and "HTTP_HOST" not in more:  # a strange host is refused by Django, as a page
        assert headers["Content-Type"] == "application/json"
        assert status < 400 or not {SECRET, token} & {*content.decode().split('"')}  # no error repeats what was sent
    assert not any("\r" in value or "\n" in value for value in headers.values())  # H10
