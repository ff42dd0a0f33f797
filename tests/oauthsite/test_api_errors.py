"""H13, X1: every error under a path for programs is JSON in the dialect of that path; pages keep theirs."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from oauthsite import api_errors, urls
from oauthsite.api_errors import dialect_of

FAILURES: dict[str, Exception] = {
    "crash": RuntimeError("password=hunter2"),
    "forbidden": PermissionDenied(),
    "strange": SuspiciousOperation(),
    "away": OperationalError("server closed the connection"),
    "closed": InterfaceError("connection already closed"),
}


class Rest(APIView):
    permission_classes = []

    def get(self, request: Request, what: str) -> Response:
        raise FAILURES[what]


def plain(request: HttpRequest, what: str) -> HttpResponse:
    raise FAILURES[what]


PREFIXES = ("api/x/", "v1/x/", "v1/oauth/x/", "oauth/x/", "page/")


class Urls:
    urlpatterns = [
        *(path(f"{prefix}rest/<what>", Rest.as_view()) for prefix in PREFIXES),
        *(path(f"{prefix}plain/<what>", plain) for prefix in PREFIXES),
        *urls.urlpatterns,
    ]
    handler400, handler403 = staticmethod(api_errors.bad_request), staticmethod(api_errors.permission_denied)
    handler404, handler500 = staticmethod(api_errors.not_found), staticmethod(api_errors.server_error)


@pytest.fixture(autouse=True)
def _urls(settings: Any) -> None:
    settings.ROOT_URLCONF = Urls


@pytest.mark.parametrize("kind", ["rest", "plain"])
@pytest.mark.parametrize(
    ("what", "status"), [("crash", 500), ("forbidden", 403), ("strange", 400), ("away", 503), ("closed", 503)]
)
@pytest.mark.parametrize(
    ("prefix", "keys"),
    [
        ("/api/x/", {"error"}),
        ("/v1/x/", {"meta"}),
        ("/v1/oauth/x/", {"error", "error_description"}),
        ("/oauth/x/", {"error", "error_description"}),
    ],
)
def test_programs_get_json_of_their_dialect(
    *, api: APIClient, kind: str, what: str, status: int, prefix: str, keys: set[str]
) -> None:
    response = api.get(f"{prefix}{kind}/{what}")
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")
    assert set(response.json()) == keys
    assert "hunter2" not in response.text
    assert (response.get("Retry-After") == "1") is (status == 503)


@pytest.mark.parametrize(("what", "status"), [("crash", 500), ("away", 503), ("forbidden", 403), ("strange", 400)])
def test_people_get_pages(api: APIClient, what: str, status: int) -> None:
    response = api.get(f"/page/plain/{what}")
    assert 'href="/"' in response.text  # a way on
    assert response["Content-Type"].startswith("text/html")
    assert response.status_code == status
    assert (response.get("Retry-After") == "1") is (status == 503)
    assert "hunter2" not in response.text


def test_elsewhere_a_program_gets_the_rfcs(api: APIClient) -> None:
    assert set(api.get("/page/rest/crash").json()) == {"error", "error_description"}


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("/api/nothing", {"error": "Record not found"}),
        ("/api", {"error": "Record not found"}),
        ("/v1/nothing", {"meta": {"code": 404, "error_message": "Not found."}}),
        ("/oauth/nothing", {"error": "invalid_request", "error_description": "Not found."}),
        ("/.well-known/nothing", {"error": "invalid_request", "error_description": "Not found."}),
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_path_is_not_found_in_its_dialect(
    api: APIClient, url: str, answer: dict[str, Any], method: str
) -> None:
    response = getattr(api, method)(url)
    assert (response.status_code, response.json()) == (404, answer)


@pytest.mark.django_db
def test_an_unknown_page_is_a_page(api: APIClient) -> None:
    response = api.get("/nothing")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("url", ["/oauth/authorize", "/oauth/authorize/", "/oauth/device", "/", "/dev/", "/apiary"])
def test_pages_have_no_dialect(url: str) -> None:
    assert dialect_of(url) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("post", "/oauth/token"),
        ("post", "/oauth/revoke"),
        ("post", "/api/v1/apps"),
        ("get", "/api/v1/apps/verify_credentials"),
    ],
)
def test_a_database_that_is_away_costs_nobody_their_token(
    api: APIClient, method: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # X1: 503, never 400 or 401
    def away(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("django.db.models.sql.compiler.SQLCompiler.execute_sql", away)
    monkeypatch.setattr("django.db.models.sql.compiler.SQLInsertCompiler.execute_sql", away)
    fields = {
        "client_id": "a",
        "client_secret": "b",
        "grant_type": "client_credentials",
        "token": "t",
        "client_name": "a",
        "redirect_uris": "app:/cb",
    }
    response = (
        getattr(api, method)(url, fields, HTTP_AUTHORIZATION="Bearer x")
        if method == "post"
        else api.get(url, HTTP_AUTHORIZATION="Bearer x")
    )
    assert (response.status_code, response["Content-Type"], response["Retry-After"]) == (503, "application/json", "1")
