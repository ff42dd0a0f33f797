"""H1: what Django itself would stumble over before any view."""

from io import BytesIO
from typing import Any

import pytest

from oauthsite.wsgi import application


def status_of(content_type: str) -> str:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/healthz",
        "QUERY_STRING": "a=b",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": content_type,
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
    }
    statuses: list[str] = []
    response = application(environ, lambda status, headers: statuses.append(status))
    response.close()
    return statuses[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "text/plain; charset=hex", "a/b;x=y; CHARSET = rot13;z", 'a/b;charset="idna"']
)
def test_a_charset_that_is_no_text_breaks_nothing(content_type: str) -> None:
    assert status_of(content_type) == "200 OK"
