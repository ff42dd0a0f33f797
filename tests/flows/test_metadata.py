"""Discovery: RFC 8414, RFC 9728, and `/oauth/userinfo`."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from clients import scopes, values
from clients.border.issuer import address_or_none
from tests.factories import ClientFactory, UserFactory
from tests.sessions import Session

pytestmark = pytest.mark.django_db
SERVER = "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"


@pytest.mark.rfc("8414", "2")
@pytest.mark.rfc("9207", "2.3")
def test_the_metadata_say_where_everything_is(api: APIClient) -> None:
    found = api.get(SERVER).json()
    assert found["issuer"] == "http://testserver"
    assert found["token_endpoint"] == "http://testserver/oauth/token"
    assert found["revocation_endpoint"] == "http://testserver/oauth/revoke"
    assert found["introspection_endpoint"] == "http://testserver/oauth/introspect"
    assert found["userinfo_endpoint"] == "http://testserver/oauth/userinfo"
    assert found["app_registration_endpoint"] == "http://testserver/api/v1/apps"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert "none" in found["token_endpoint_auth_methods_supported"]


@pytest.mark.parametrize("written", ["https://auth.example", "https://auth.example/"])
def test_a_slash_at_the_issuers_end_is_taken_off_everywhere(api: APIClient, settings: Any, written: str) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": written}
    assert api.get(SERVER).json()["issuer"] == "https://auth.example"
    assert api.get(RESOURCE).json()["authorization_servers"] == ["https://auth.example"]


@pytest.mark.rfc("8414", "3.1")
@pytest.mark.parametrize("path", [SERVER, f"{SERVER}/", f"{SERVER}/mcp", f"{SERVER}/a/b/"])
def test_a_path_behind_it_changes_nothing(api: APIClient, path: str) -> None:
    assert api.get(path).json() == api.get(SERVER).json()


@pytest.mark.rfc("8414", "3.2")
@pytest.mark.parametrize("path", [SERVER, RESOURCE])
def test_nothing_is_empty_or_null(api: APIClient, path: str) -> None:
    found = api.get(path)
    assert found["Content-Type"] == "application/json"
    assert all(value not in (None, "", [], {}) for value in found.json().values())


@pytest.mark.rfc("8414", "2")
def test_what_no_client_may_use_is_not_listed(api: APIClient) -> None:
    before = api.get(SERVER).json()
    owner = UserFactory()
    ClientFactory(user=owner, implicit_allowed=True, password_grant_secret=values.store("x"))
    after = api.get(SERVER).json()
    assert not {"password", "implicit"} & {*before["grant_types_supported"]}
    assert {"password", "implicit"} <= {*after["grant_types_supported"]}
    assert (before["response_types_supported"], after["response_types_supported"]) == (["code"], ["code", "token"])


@pytest.mark.rfc("8414", "2")
def test_closed_registration_is_not_listed(api: APIClient, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "OPEN_REGISTRATION": "closed"}
    assert not {"registration_endpoint", "app_registration_endpoint"} & api.get(SERVER).json().keys()


@pytest.mark.rfc("8414", "2")
def test_the_scopes_are_those_that_anyone_may_register(api: APIClient) -> None:
    found = api.get(SERVER).json()["scopes_supported"]
    assert scopes.registrable(" ".join(found), owned=False) == tuple(found)
    assert not any(name.startswith("admin") for name in found)


@pytest.mark.rfc("8414", "3.3")
@pytest.mark.parametrize("path", [SERVER, RESOURCE])
def test_the_host_of_the_request_changes_nothing(api: APIClient, path: str) -> None:  # H8
    forged = api.get(path, HTTP_HOST="localhost", HTTP_X_FORWARDED_HOST="evil.example")
    assert forged.json() == api.get(path).json()


def test_an_issuer_with_a_path_has_its_endpoints_under_its_origin() -> None:
    assert address_or_none("https://auth.example/tenant", "oauth_tokens:token") == "https://auth.example/oauth/token"


def test_an_endpoint_that_is_not_routed_has_no_address() -> None:
    assert address_or_none("https://auth.example", "oauth_tokens:nothing") is None


@pytest.mark.rfc("8414", "3.1")
@pytest.mark.parametrize("path", [SERVER, RESOURCE])
def test_only_get(api: APIClient, path: str) -> None:  # H4
    assert api.post(path).status_code == 405


@pytest.mark.rfc("9728", "2")
def test_the_resource_names_its_authorization_server(api: APIClient) -> None:
    assert api.get(RESOURCE).json() == {
        "resource": "http://testserver",
        "authorization_servers": ["http://testserver"],
        "scopes_supported": ["read", "profile"],
        "bearer_methods_supported": ["header"],
        "resource_name": "oauthsite",
    }


@pytest.mark.rfc("9728", "3.1")
def test_a_path_behind_it_names_the_resource(api: APIClient) -> None:
    assert api.get(f"{RESOURCE}/mcp/").json()["resource"] == "http://testserver/mcp"
    assert api.get(f"{RESOURCE}/caf\u00e9 a").json()["resource"] == "http://testserver/caf%C3%A9%20a"


@pytest.mark.rfc("9728", "5.1")
def test_a_401_names_the_metadata(api: APIClient) -> None:
    challenge = api.get("/oauth/userinfo")["WWW-Authenticate"]
    assert challenge == f'Bearer error="invalid_token", resource_metadata="http://testserver{RESOURCE}"'


@pytest.mark.rfc("9728", "2")
def test_anyone_may_register_the_scopes_of_the_resource(api: APIClient) -> None:
    found = api.get(RESOURCE).json()["scopes_supported"]
    assert scopes.registrable(" ".join(found), owned=False)


def userinfo(user: Any, issuer: str) -> dict[str, str]:
    return {"profile": f"{issuer}/@{user.username}", "picture": ""}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("scope", ["profile", "read"])
def test_userinfo_names_the_user(
    sessions: Callable[..., Session], bearer: Any, settings: Any, method: str, scope: str
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "USERINFO": "tests.flows.test_metadata.userinfo"}
    session = sessions(scope=scope)
    found = getattr(session.api, method)("/oauth/userinfo", **bearer(session.pair["access_token"])).json()
    assert found == {
        "iss": "http://testserver",
        "sub": str(session.user.pk),
        "name": session.user.username,
        "preferred_username": session.user.username,
        "profile": f"http://testserver/@{session.user.username}",
    }


def test_userinfo_needs_no_hook(session: Session, bearer: Any, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "USERINFO": ""}
    found = session.api.get("/oauth/userinfo", **bearer(session.pair["access_token"])).json()
    assert found.keys() == {"iss", "sub", "name", "preferred_username"}


@pytest.mark.rfc("6750", "3.1")
def test_userinfo_of_another_scope_is_refused(sessions: Callable[..., Session], bearer: Any) -> None:
    session = sessions(scope="push")
    answer = session.api.get("/oauth/userinfo", **bearer(session.pair["access_token"]))
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


def test_an_app_token_has_no_userinfo(api: APIClient, app_token: Any, bearer: Any) -> None:  # T13
    assert api.get("/oauth/userinfo", **bearer(app_token())).status_code == 403
