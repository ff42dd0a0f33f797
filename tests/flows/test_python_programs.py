"""Authlib and requests-oauthlib, unpatched and over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, DeviceClient, InvalidGrantError
from requests_oauthlib import OAuth2Session

from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)
REDIRECT = "http://127.0.0.1:9999/cb"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The address of a site that calls itself by it."""
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": live_server.url}
    return str(live_server.url)


@pytest.fixture
def server(site: str) -> dict[str, Any]:
    """The metadata, by which everything else is found."""
    found: dict[str, Any] = requests.get(f"{site}/.well-known/oauth-authorization-server", timeout=10).json()
    return found


@pytest.fixture
def registered(server: dict[str, Any]) -> dict[str, Any]:
    """A client that registered itself."""
    metadata = {
        "client_name": "A Python program",
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials", DEVICE],
        "scope": "read profile",
    }
    answer = requests.post(server["registration_endpoint"], json=metadata, timeout=10)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.rfc("6749", "4.1")
@pytest.mark.rfc("7636", "4")
@pytest.mark.rfc("7009", "2")
@pytest.mark.rfc("7662", "2")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib(site: str, server: dict[str, Any], registered: dict[str, Any], method: str) -> None:
    program = AuthlibSession(
        registered["client_id"],
        registered["client_secret"],
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        scope="read profile",
        redirect_uri=REDIRECT,
        code_challenge_method="S256",
        token_endpoint=server["token_endpoint"],
    )
    url, state = program.create_authorization_url(server["authorization_endpoint"], code_verifier="v" * 43)
    back = Person(site).decide(url)
    token = program.fetch_token(
        server["token_endpoint"], authorization_response=back, state=state, code_verifier="v" * 43
    )
    assert program.get(server["userinfo_endpoint"]).json()["iss"] == site
    program.refresh_token(server["token_endpoint"], refresh_token=token["refresh_token"])
    assert program.get(server["userinfo_endpoint"]).status_code == 200
    assert program.introspect_token(server["introspection_endpoint"], token=program.token["access_token"]).json()[
        "active"
    ]
    assert program.revoke_token(server["revocation_endpoint"], token=program.token["access_token"]).status_code == 200
    with pytest.raises(OAuthError, match="invalid_grant"):
        program.refresh_token(server["token_endpoint"], refresh_token=program.token["refresh_token"])


@pytest.mark.rfc("6749", "4.4")
def test_authlib_as_itself(server: dict[str, Any], registered: dict[str, Any]) -> None:
    program = AuthlibSession(registered["client_id"], registered["client_secret"], scope="read")
    token = program.fetch_token(server["token_endpoint"], grant_type="client_credentials")
    assert token["scope"] == "read"


@pytest.mark.rfc("6749", "6")
def test_requests_oauthlib(
    site: str, server: dict[str, Any], registered: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the live server speaks plain HTTP
    program = OAuth2Session(registered["client_id"], redirect_uri=REDIRECT, scope=["read", "profile"], pkce="S256")
    url, _state = program.authorization_url(server["authorization_endpoint"])
    back = Person(site).decide(url)
    secret = registered["client_secret"]
    token = program.fetch_token(server["token_endpoint"], authorization_response=back, client_secret=secret)
    assert program.get(server["userinfo_endpoint"]).status_code == 200
    auth = (registered["client_id"], secret)
    program.refresh_token(server["token_endpoint"], auth=auth)
    assert program.get(server["userinfo_endpoint"]).status_code == 200
    with pytest.raises(InvalidGrantError):
        program.refresh_token(server["token_endpoint"], refresh_token=token["refresh_token"], auth=auth)


@pytest.mark.rfc("6749", "4.4")
def test_requests_oauthlib_as_itself(
    server: dict[str, Any], registered: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    program = OAuth2Session(client=BackendApplicationClient(registered["client_id"], scope=["read"]))
    token = program.fetch_token(server["token_endpoint"], client_secret=registered["client_secret"])
    assert token["scope"] == ["read"]


@pytest.mark.rfc("8628", "3.4")
def test_requests_oauthlib_on_a_device(
    site: str, server: dict[str, Any], registered: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    auth = (registered["client_id"], registered["client_secret"])
    begun = requests.post(server["device_authorization_endpoint"], {"scope": "read"}, auth=auth, timeout=10).json()
    Person(site).connect(begun["verification_uri_complete"])
    program = OAuth2Session(client=DeviceClient(registered["client_id"], scope="read"))
    token = program.fetch_token(
        server["token_endpoint"], device_code=begun["device_code"], client_secret=registered["client_secret"]
    )
    assert program.get(server["userinfo_endpoint"]).status_code == 200
    assert token["scope"] == ["read"]
