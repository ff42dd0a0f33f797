"""What the site tells about itself, and how it answers to what it does not know."""

from importlib.metadata import PackageNotFoundError

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from oauthsite.demo import instance
from tests.oauthsite.demo.shared import Header, Token

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/v1/instance", "/api/v2/instance/", "/.well-known/nodeinfo", "/nodeinfo/2.0"])
def test_documents_are_for_everyone_and_no_token_matters(
    api: APIClient, bearer: Header, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(1):
        assert api.get(path, **bearer("dead")).status_code == 200


def test_the_host_is_bare_and_the_version_is_mastodons(api: APIClient) -> None:
    first, second = (api.get(f"/api/v{number}/instance").json() for number in (1, 2))
    assert first["uri"] == second["domain"] == "testserver"
    assert first["version"] == second["version"]
    assert tuple(map(int, first["version"].split(" ")[0].split("."))) >= (4, 4, 0)
    assert second["api_versions"] == {"mastodon": 6}


def test_programs_that_do_not_know_the_software_learn_whose_api_it_speaks(api: APIClient) -> None:
    link = api.get("/.well-known/nodeinfo").json()["links"][0]
    assert link["rel"].endswith("/schema/2.0")
    document = api.get(link["href"].removeprefix("http://testserver")).json()
    assert document["software"]["name"] == "oauthsite"
    assert document["metadata"]["upstream"]["name"] == "mastodon"


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v9/accounts/1", "/api/%00", "/api/x%0Ay"]
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
@pytest.mark.parametrize("debug", [True, False])
def test_unknown_paths_are_not_found_in_json(api: APIClient, path: str, method: str, debug: bool) -> None:
    with override_settings(DEBUG=debug):
        response = getattr(api, method)(path, HTTP_ACCEPT="text/html")
    assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert response.json() == {"error": "Record not found"}


@pytest.mark.parametrize(("method", "path"), [("post", "/api/v1/accounts/{}"), ("get", "/api/v1/accounts/{}/follow")])
def test_other_methods_are_refused(
    api: APIClient, bearer: Header, user_token: Token, ada: User, method: str, path: str
) -> None:
    response = getattr(api, method)(path.format(ada.pk), **bearer(user_token(ada, "read write")))
    assert response.status_code == 405
    assert list(response.json()) == ["error"]
    assert response["Allow"]


@pytest.mark.parametrize("language", ["de", "ja"])
def test_errors_are_english_whatever_the_callers_library_asks_for(api: APIClient, ada: User, language: str) -> None:
    response = api.post(f"/api/v1/accounts/{ada.pk}", HTTP_ACCEPT_LANGUAGE=language)
    assert (response.status_code, response.json()) == (405, {"error": 'Method "POST" not allowed.'})


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", ""])
def test_answers_are_json_whatever_is_accepted(api: APIClient, ada: User, accept: str) -> None:
    response = api.get(f"/api/v1/accounts/{ada.pk}?format=xml", HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_any_origin_may_read_and_sees_the_headers(api: APIClient, ada: User) -> None:
    response = api.get(f"/api/v1/accounts/{ada.pk}/following", HTTP_ORIGIN="https://elk.example")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Link" in response["Access-Control-Expose-Headers"]


def test_any_origin_may_send_headers_of_its_own(api: APIClient) -> None:
    asked = {"HTTP_ORIGIN": "https://elk.example", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
    allowed = api.options("/api/v1/apps", **asked)["Access-Control-Allow-Headers"].split(", ")
    assert {"*", "authorization"} <= set(allowed)  # the star stands for all but that one


def test_a_checkout_that_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(instance, "version", lambda name: "1.2.3")
    assert instance.own_version() == "1.2.3"
    monkeypatch.setattr(instance, "version", unknown)
    assert instance.own_version() == "0"
