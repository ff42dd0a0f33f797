"""The OpenAPI document: complete, committed, readable, and true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client as Visitor
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from clients import values
from oauthsite import wsgi
from oauthsite.openapi.document import Documented, routed
from oauthsite.openapi.operations import OPERATIONS
from oauthsite.openapi.schemas import SCHEMAS
from tests.factories import REDIRECT_URI, SECRET, AccessTokenFactory, ClientFactory, FamilyFactory, UserFactory

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.yaml"
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
EXAMPLES = 12  # of each operation and caller


@pytest.fixture(scope="module")
def document() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def test_the_committed_document_is_the_one_the_code_makes(document: Any) -> None:
    made = OpenApiYamlRenderer().render(document, renderer_context={})
    assert COMMITTED.read_bytes() == made, "run `make openapi` and commit what changed"


def test_every_entry_is_routed(document: Any) -> None:
    routes = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert routes == set(OPERATIONS)


def test_an_endpoint_without_an_entry_is_an_error() -> None:
    with pytest.raises(KeyError):
        Documented().get_operation("/v1/posts", "^v1/posts$", "/", "GET", None)


def test_paths_stand_without_their_last_slash() -> None:
    assert routed([("/v1/token/", "", "GET", print), ("/.well-known/x{path}", "", "GET", print)]) == [
        ("/v1/token", "", "GET", print),
        ("/.well-known/x", "", "GET", print),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/openapi.yaml", "/api/schema", "/api/schema/"])
def test_it_is_served_to_everyone(path: str) -> None:
    answer = Visitor().get(path)
    assert answer.status_code == 200
    assert b"/v1/apps/me/users/tokens" in answer.content


def test_the_viewer_loads_nothing_from_elsewhere() -> None:
    page = Visitor().get("/docs")
    assert page.status_code == 200
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert b"https://" not in page.content
    assert b"<style" not in page.content


@pytest.fixture
def application(db: None) -> Iterator[Any]:
    """The site as its server calls it, but for the end of a request, which would end the test's transaction."""
    signals = request_started, request_finished
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield wsgi.application
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def real(db: None) -> dict[str, str]:
    """Values that exist, by the names of parameters."""
    client = ClientFactory(
        user=UserFactory(username="ada"),
        scopes="read write follow profile basic email",
        registration_source="dcr",
        registration_token=values.store("oas_ra_real"),
    )
    family, token = FamilyFactory(client=client, user=UserFactory(), scope="read write follow profile email")
    return {
        "user": "@ada",
        "key": str(client.user_id),
        "acct": "ada",
        "q": "ada",
        "id": str(client.user_id),
        "client_id": client.client_id,
        "client_secret": SECRET,
        "grant_type": "client_credentials",
        "scope": "read",
        "scopes": "read",
        "token": token,
        "count": "2",
        "limit": "2",
        "before_id": str(family.pk),
        "client_name": "A program",
        "redirect_uris": REDIRECT_URI,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "registration_token": "oas_ra_real",
        "app_token": AccessTokenFactory(client=client, scope="read write follow profile email")[1],
    }


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), sorted(OPERATIONS))
def test_no_request_breaks_it_or_gets_an_answer_that_is_not_written_down(
    application: Any, real: dict[str, str], document: Any, settings: Any, path: str, method: str
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATE_LIMITS": False}
    api = schemathesis.openapi.from_dict(document)
    api.app = application
    own = [real["registration_token"]] if "{client_id}" in path else []
    for token in (None, real["token"], real["app_token"], *own):
        _try_out(api[path][method], {"Authorization": f"Bearer {token}"} if token else {}, real)


def _try_out(operation: Any, headers: dict[str, str], real: dict[str, str]) -> None:
    """Made-up requests, and the same with some values that exist."""

    @given(case=operation.as_strategy(), known=st.sets(st.sampled_from(sorted(real))) | st.just(set(real)))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def holds(case: Any, known: set[str]) -> None:
        for place in (case.path_parameters, case.query, case.body):
            for name in known & set(_names(operation, place, case)):
                place[name] = [real[name]] if name == "redirect_uris" and "/register" in operation.path else real[name]
        response = case.call(headers=headers, base_url="http://testserver")
        case.validate_response(response, checks=CHECKS)

    holds()


def _names(operation: Any, place: Any, case: Any) -> list[str]:
    """What may stand in this part of a request."""
    if not isinstance(place, dict):
        return []
    entry = OPERATIONS[operation.path, operation.method.upper()]
    if place is case.path_parameters:
        return list(place)
    if place is case.query:
        return list(entry.query)
    body = entry.body or {}
    return list((SCHEMAS["Registration"] if "$ref" in body else body).get("properties", {}))
