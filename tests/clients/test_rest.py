"""H2, H3, H5: the body of a request, in three formats, read strictly."""

import json
from typing import Any

import pytest
from django.http.request import UnreadablePostError
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.throttling import BaseThrottle
from rest_framework.versioning import AcceptHeaderVersioning
from rest_framework.views import APIView

from clients.border import rest
from clients.border.rest import BorderView, body
from clients.errors import InvalidRequest
from clients.parameters import once, text

FORM = "application/x-www-form-urlencoded"


class Echo(BorderView):
    def post(self, request: Request) -> Response:
        return Response(body(request))


def sent(data: Any, content_type: str = FORM, **extra: Any) -> tuple[int, Any]:
    request = RequestFactory().generic("POST", "/echo", data, content_type, **extra)
    response = Echo.as_view()(request).render()
    return response.status_code, json.loads(response.content)


def is_refused(data: Any, content_type: str = FORM, **extra: Any) -> bool:
    status, answer = sent(data, content_type, **extra)
    return (status, answer["error"]) == (400, "invalid_request")


@pytest.mark.rfc("6749", "B")
@pytest.mark.parametrize(
    "content_type",
    [FORM, FORM.upper(), f"{FORM};charset=UTF-8", f"{FORM}; charset=latin-1", f"{FORM}; charset=hex", f"{FORM};;=;"],
)
def test_a_form_is_utf8_whatever_it_says(content_type: str) -> None:
    assert sent("a=%C3%A9&a=2&b=", content_type) == (200, {"a": ["é", "2"], "b": [""]})


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_one_value_per_key(content_type: str) -> None:
    assert sent('{"a": ["x"], "b": null}', content_type) == (200, {"a": [["x"]], "b": [None]})


def test_multipart_is_a_form() -> None:
    data = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\né\r\n--x--\r\n'
    assert sent(data.encode(), "multipart/form-data; boundary=x") == (200, {"a": ["é"]})


def test_no_body_is_no_parameter() -> None:
    assert sent("", FORM) == (200, {})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"text"',
        b"1",
        b"{",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"\xef\xbb\xbf{}",
        '{"a": "é"}'.encode("utf-16"),
        '{"a": "é"}'.encode("latin-1"),
        b"[" * 10_000,
        b'{"a":' * 10_000,
        b'{"a": 1' + b"0" * 5_000 + b"}",
    ],
)
def test_json_that_is_no_object_is_refused(data: bytes) -> None:  # H3
    if data == b"":
        assert sent(data, "application/json") == (200, {})
    else:
        assert is_refused(data, "application/json")


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"a=1", "text/plain"),
        (b"a=1", "nonsense"),
        (b"a=1", "application/jsonx"),
        (b"a=1", "multipart/form-data"),
        (b"a=1", "multipart/form-data; boundary=\xff"),
        (b"a=1&" * 1_001, FORM),
        (b"a" * 65_537, FORM),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, content_type: str) -> None:  # H3, H5
    assert is_refused(data, content_type)


@pytest.mark.parametrize("length", ["abc", "9" * 20, "9" * 5_000])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    assert is_refused(b"a=1", CONTENT_LENGTH=length)


def test_a_caller_that_went_away_is_no_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise UnreadablePostError

    monkeypatch.setattr(rest.FormParser, "parse", gone)
    assert is_refused("a=1")


@pytest.mark.rfc("6749", "3.2")
def test_a_parameter_stands_once_and_empty_is_absent() -> None:  # H2
    names = ["a", "b", "c", "d"]
    assert once({"a": ["x"], "b": [""], "c": [None], "e": ["1", "2"]}, names) == {"a": "x"}
    for twice in (["x", "x"], ["", ""], ["", "x"]):
        with pytest.raises(InvalidRequest, match="a was sent more than once"):
            once({"a": twice}, names)


@pytest.mark.parametrize(("value", "read"), [("x", "x"), (5, "5"), ("a" * 8_192, "a" * 8_192)])
def test_text_is_text(value: Any, read: str) -> None:
    assert text("a", value) == read


@pytest.mark.parametrize("value", [None, True, 1.5, [], {}, ["x"], "\x00", "a\ud800", "\udfff", "a" * 8_193])
def test_nothing_else_is(value: Any) -> None:  # H1
    with pytest.raises(InvalidRequest, match="a is malformed"):
        text("a", value)


def test_a_file_is_not_text() -> None:
    data = b'--x\r\nContent-Disposition: form-data; name="grant_type"; filename="f"\r\n\r\n1\r\n--x--\r\n'
    response = APIClient().generic("POST", "/oauth/token", data, "multipart/form-data; boundary=x")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense", ""])
def test_answers_are_json_whatever_is_accepted(accept: str, api: APIClient) -> None:
    response = api.post("/oauth/token", {}, HTTP_ACCEPT=accept)
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert response["Pragma"] == "no-cache"
    assert response.json()["error"] == "invalid_client"


def test_some_answers_may_be_stored() -> None:
    class Public(Echo):
        no_store = False

    response = Public.as_view()(RequestFactory().post("/echo"))
    assert "Cache-Control" not in response


@pytest.mark.parametrize("path", ["/.well-known/oauth-protected-resource", "/oauth/userinfo", "/oauth/token"])
def test_what_a_host_decides_about_its_own_api_is_not_about_ours(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    for setting in ("throttle_classes", "versioning_class"):
        monkeypatch.setattr(APIView, setting, [Nobody] if setting == "throttle_classes" else AcceptHeaderVersioning)
    monkeypatch.setattr(AcceptHeaderVersioning, "allowed_versions", ["2"])
    assert api.get(path, HTTP_ACCEPT="application/json; version=1").status_code in (200, 401, 405)


class Nobody(BaseThrottle):
    def allow_request(self, request: Any, view: Any) -> bool:
        return False
