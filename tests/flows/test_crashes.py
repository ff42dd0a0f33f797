"""H1: each request of which one alone was a 500 somewhere else is a 4xx here."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories import SECRET, ClientFactory

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
APPS, TOKEN = "/api/v1/apps", "/oauth/token"


def known() -> str:
    client = ClientFactory()
    return f"client_id={client.client_id}&client_secret={SECRET}"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (APPS, "client_name=a&redirect_uris=https://c.example:99999/cb"),
        (APPS, "client_name=a&redirect_uris=http://[x"),
        (APPS, "client_name=a%00&redirect_uris=app:/cb"),
        (APPS, "client_name=a&redirect_uris=app:/cb&website=http://[x"),
        (APPS, "client_name=a&redirect_uris=app:/cb&scopes=%zz"),
        (TOKEN, "grant_type=client_credentials&client_id=%00&client_secret=x"),
        (TOKEN, "grant_type=client_credentials&client_id=x&client_secret=%00"),
        (TOKEN, "{known}&grant_type=authorization_code&code=%00"),
        (TOKEN, "{known}&grant_type=authorization_code&code=%ff"),
        (TOKEN, "{known}&grant_type=authorization_code"),
        (TOKEN, "{known}&grant_type=authorization_code&code=x&code_verifier=" + "a" * 300),
        (TOKEN, "{known}&grant_type=password&username=%00&password=x"),
        (TOKEN, "{known}&grant_type=password"),
        (TOKEN, "{known}&grant_type=refresh_token"),
        (TOKEN, "{known}&grant_type=refresh_token&refresh_token=%00"),
        (TOKEN, "{known}&grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=%00"),
        (TOKEN, "{known}&grant_type=urn:ietf:params:oauth:grant-type:device_code"),
        (TOKEN, "{known}&grant_type=openid"),
        (TOKEN, "{known}&grant_type=client_credentials&resource=http://[x"),
        (TOKEN, "{known}&grant_type=client_credentials&scope=%zz"),
        (TOKEN, "{known}&grant_type=client_credentials&token_group=%00"),
        (TOKEN, "%zz"),
        ("/oauth/revoke", "{known}&token=%00"),
        ("/oauth/introspect", "{known}&token=%00"),
        ("/oauth/device_authorization", "client_id=%00"),
    ],
)
def test_one_body_is_no_crash(api: APIClient, path: str, body: str) -> None:
    response = api.post(path, body.replace("{known}", known()), content_type=FORM)
    assert 400 <= response.status_code < 500
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", [APPS, TOKEN, "/api/v1/apps/verify_credentials", "/api/v1/nothing"])
@pytest.mark.parametrize("query", ["%zz", "%00=%00", "a=%ed%a0%80", "%", "&".join("a" for _ in range(1_001))])
def test_one_query_is_no_crash(api: APIClient, path: str, query: str) -> None:
    for method in (api.get, api.post):
        assert 400 <= method(f"{path}?{query}").status_code < 500


@pytest.mark.parametrize("path", [TOKEN, "/oauth/revoke", "/oauth/introspect"])
@pytest.mark.parametrize("header", ["Basic é", "Basic YQA6Yg==", "Basic /w==", "Basic \x00", "Bearer é"])
def test_one_header_is_no_crash(api: APIClient, path: str, header: str) -> None:
    fields: dict[str, Any] = {"grant_type": "client_credentials", "token": "x"}
    assert 400 <= api.post(path, fields, HTTP_AUTHORIZATION=header).status_code < 500
