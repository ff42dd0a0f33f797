"""The client credentials grant at `/oauth/token` (RFC 6749 §4.4) and what its token is good for."""

import base64
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DEFAULT_DB_ALIAS, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clients import values
from clients.models import Client
from tests.factories import SECRET, ClientFactory, UserFactory
from tokens.models import AccessToken, RefreshToken, TokenFamily
from tokens.rules import issuance

pytestmark = pytest.mark.django_db
PATH = "/oauth/token"
VERIFY = "/api/v1/apps/verify_credentials"
FORM = "application/x-www-form-urlencoded"


def asked(client: Client, **more: Any) -> dict[str, Any]:
    """What Mastodon's documentation sends."""
    return {
        "client_id": client.client_id,
        "client_secret": SECRET,
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
        "grant_type": "client_credentials",
        **more,
    }


def error_of(response: Any, status: int = 400) -> str:
    assert (response.status_code, response["Content-Type"]) == (status, "application/json"), response.content
    assert response["Cache-Control"] == "no-store"
    assert response.json()["error_description"].isascii()
    return str(response.json()["error"])


@pytest.mark.rfc("6749", "4.4.3")
@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
@pytest.mark.parametrize("format_name", ["json", "multipart", "form"])
def test_an_app_token_comes_in_three_formats(api: APIClient, path: str, format_name: str) -> None:
    client = ClientFactory()
    began = int(time.time())
    if format_name == "form":
        response = api.post(path, urlencode(asked(client)), content_type=f"{FORM};charset=UTF-8")
    else:
        response = api.post(path, asked(client), format=format_name)
    answer = response.json()
    assert response.status_code == 200
    assert set(answer) == {"access_token", "token_type", "scope", "created_at"}
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "read")
    assert began <= answer["created_at"] <= time.time()
    assert response["Cache-Control"] == "no-store"
    row, family = AccessToken.objects.get(), TokenFamily.objects.get()
    assert row.token_checksum == values.digest(answer["access_token"])
    assert (row.user, row.expires, family.user, family.client) == (None, None, None, client)
    assert not RefreshToken.objects.exists()


def basic(user: str, password: str, scheme: str = "Basic") -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"{scheme} {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


@pytest.mark.rfc("6749", "2.3.1")
@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_basic_will_do(api: APIClient, scheme: str) -> None:
    client = ClientFactory()
    header = basic(client.client_id, SECRET, scheme)
    assert api.post(PATH, {"grant_type": "client_credentials"}, **header).status_code == 200
    same = {"grant_type": "client_credentials", "client_id": client.client_id}
    assert api.post(PATH, same, **header).status_code == 200


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        (None, "read"),
        ("", "read"),
        ("read,write", "read write"),
        ("read+write", "read write"),
        ("read  write read", "read write"),
        ("write:statuses", "write:statuses"),
        ("basic", "basic"),
    ],
)
def test_the_scope_is_what_was_asked_by_name(api: APIClient, scope: str | None, granted: str) -> None:  # H6
    more = {} if scope is None else {"scope": scope}
    assert api.post(PATH, asked(ClientFactory(), **more)).json()["scope"] == granted


def test_who_registered_nothing_of_the_default_gets_basic(api: APIClient) -> None:
    assert api.post(PATH, asked(ClientFactory(scopes="write push"))).json()["scope"] == "basic"


@pytest.mark.rfc("6749", "5.2")
@pytest.mark.parametrize(
    "scope", ["polls", "bogus", "read\twrite", 'a"b', "é", "read " * 401, "\x7f", "admin:read", "s " * 101]
)
def test_another_scope_is_refused(api: APIClient, scope: str) -> None:  # H5, H6
    response = api.post(PATH, asked(ClientFactory(), scope=scope))
    assert error_of(response) == "invalid_scope"
    assert len(response.content) < 200


def test_twenty_thousand_scopes_are_refused_at_once(api: APIClient) -> None:  # H5
    began = time.thread_time()
    response = api.post(PATH, asked(ClientFactory(), scope="read " * 20_000))
    assert error_of(response) == "invalid_request"
    assert time.thread_time() - began < 0.5  # the client's own work included
    assert len(response.content) < 200


def test_a_group_address_and_device_are_remembered(api: APIClient, settings: Any) -> None:  # P6, H7, H10
    settings.OAUTHSITE = {"TRUSTED_PROXIES": 1}
    headers = {
        "HTTP_X_FORWARDED_FOR": "6.6.6.6, ::ffff:198.51.100.7",
        "HTTP_USER_AGENT": "toot/1\r\n\x1b[31m" + "x" * 999,
    }
    assert api.post(PATH, asked(ClientFactory(), token_group="Phone"), **headers).status_code == 200
    family = TokenFamily.objects.get()
    assert (family.token_group, family.ip_address) == ("Phone", "198.51.100.7")
    assert family.user_agent.startswith("toot/1   [31mxx")
    assert len(family.user_agent) == 255


@pytest.mark.parametrize("header", ["garbage", "x" * 10_240, "for=198.51.100.1"])
def test_a_forged_header_is_not_remembered(api: APIClient, settings: Any, header: str) -> None:  # P6
    settings.OAUTHSITE = {"TRUSTED_PROXIES": 1}
    api.post(PATH, asked(ClientFactory()), HTTP_X_FORWARDED_FOR=header)
    assert TokenFamily.objects.get().ip_address == "127.0.0.1"


@pytest.mark.parametrize("group", ["a" * 65, "\u202e", "a\nb"])
def test_a_group_that_does_not_fit_is_refused(api: APIClient, group: str) -> None:  # H7
    assert error_of(api.post(PATH, asked(ClientFactory(), token_group=group))) == "invalid_request"
    assert not TokenFamily.objects.exists()


def test_a_lifetime_is_the_clients_or_the_sites(api: APIClient, settings: Any) -> None:
    assert api.post(PATH, asked(ClientFactory(token_lifetime=60))).json()["expires_in"] == 60
    settings.OAUTHSITE = {"TOKEN_LIFETIME": 90}
    assert api.post(PATH, asked(ClientFactory())).json()["expires_in"] == 90


@pytest.mark.rfc("6749", "4.4")
def test_a_client_without_a_secret_gets_none(api: APIClient) -> None:  # T14
    client = ClientFactory(public=True)
    fields = {"client_id": client.client_id, "grant_type": "client_credentials"}
    assert error_of(api.post(PATH, fields)) == "unauthorized_client"
    assert error_of(api.post(PATH, fields | {"client_secret": "x"}), 401) == "invalid_client"


def test_a_row_whose_secret_is_blank_is_proven_by_nothing(api: APIClient) -> None:  # T14
    client = ClientFactory(client_secret="")
    for fields in (asked(client), asked(client, client_secret="")):
        assert error_of(api.post(PATH, fields), 401) == "invalid_client"


def test_a_suspended_client_gets_none(api: APIClient) -> None:
    assert error_of(api.post(PATH, asked(ClientFactory(suspended=True)))) == "unauthorized_client"


def test_a_client_that_did_not_register_the_grant_gets_none(api: APIClient) -> None:
    client = ClientFactory(grant_types="authorization_code")
    assert error_of(api.post(PATH, asked(client))) == "unauthorized_client"


@pytest.mark.parametrize(
    ("change", "error", "status"),
    [
        ({"grant_type": None}, "invalid_request", 400),
        ({"grant_type": ""}, "invalid_request", 400),
        ({"grant_type": "openid"}, "unsupported_grant_type", 400),
        ({"grant_type": "implicit"}, "unsupported_grant_type", 400),
        ({"grant_type": ["client_credentials"]}, "invalid_request", 400),
        ({"client_secret": "wrong"}, "invalid_client", 401),
        ({"client_secret": None}, "invalid_client", 401),
        ({"client_id": "unknown"}, "invalid_client", 401),
        ({"client_id": "x" * 300}, "invalid_client", 401),
        ({"client_id": None}, "invalid_client", 401),
        ({"client_id": {"a": 1}}, "invalid_request", 400),
    ],
)
def test_errors_are_those_of_the_rfc(api: APIClient, change: dict[str, Any], error: str, status: int) -> None:  # H3
    response = api.post(PATH, asked(ClientFactory(), **change), format="json")
    assert error_of(response, status) == error
    assert "WWW-Authenticate" not in response


@pytest.mark.rfc("6749", "3.2")
@pytest.mark.parametrize(
    "name", ["client_id", "client_secret", "grant_type", "scope", "redirect_uri", "code", "token_group", "username"]
)
def test_a_parameter_sent_twice_is_refused(api: APIClient, name: str) -> None:  # H2
    fields = urlencode(asked(ClientFactory()) | {"scope": "read", "code": "x", "token_group": "x", "username": "x"})
    twice = f"{fields}&{name}=read"
    assert error_of(api.post(PATH, twice, content_type=FORM)) == "invalid_request"
    across = api.post(f"{PATH}?{name}=read", fields, content_type=FORM)
    assert error_of(across) == "invalid_request"


def test_unknown_ones_are_ignored(api: APIClient) -> None:  # H2
    fields = f"{urlencode(asked(ClientFactory()))}&foo=1&foo=2&to=x&to=y"
    assert api.post(f"{PATH}?utm=1", fields, content_type=FORM).status_code == 200


def test_credentials_in_the_url_are_refused(api: APIClient) -> None:  # T10
    response = api.post(f"{PATH}?{urlencode(asked(ClientFactory()))}")
    assert error_of(response) == "invalid_request"


@pytest.mark.parametrize("header", ["Bearer dead", "Bearer"])
def test_a_bearer_token_is_ignored(api: APIClient, header: str, app_token: Any) -> None:
    assert api.post(PATH, asked(ClientFactory()), HTTP_AUTHORIZATION=header).status_code == 200
    assert api.post(PATH, asked(ClientFactory()), HTTP_AUTHORIZATION=f"Bearer {app_token()}").status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_other_methods_are_told_which(api: APIClient, method: str) -> None:  # H4
    response = getattr(api, method)(PATH)
    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")


# P5, P6, P7
def test_too_many_wrong_secrets_from_one_address_wait(api: APIClient) -> None:
    client = ClientFactory()
    for number in range(30):
        response = api.post(PATH, asked(client, client_secret="wrong"), HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
        assert response.status_code == 401
    response = api.post(PATH, asked(client), HTTP_X_FORWARDED_FOR="203.0.113.5")
    assert error_of(response, 429) == "temporarily_unavailable"
    assert int(response["Retry-After"]) > 0
    assert api.post(PATH, asked(client), REMOTE_ADDR="192.0.2.9").status_code == 200
    assert api.post(PATH, asked(ClientFactory())).status_code == 200


def test_right_secrets_never_wait(api: APIClient, settings: Any) -> None:
    settings.OAUTHSITE = {"RATES": {"client_failures": "2/h"}}
    client = ClientFactory()
    assert all(api.post(PATH, asked(client)).status_code == 200 for _ in range(5))


def test_a_failure_is_json_and_tells_nothing(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:  # H13
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("tokens.protocol.engine.respond", fail)
    response = api.post(PATH, asked(ClientFactory()))
    assert error_of(response, 500) == "server_error"
    assert SECRET.encode() not in response.content


@pytest.mark.django_db(transaction=True)
def test_an_app_token_costs_six_statements(api: APIClient) -> None:
    """Client; use of its secret (at most every five minutes); BEGIN, family, token, COMMIT."""
    client = ClientFactory()
    with CaptureQueriesContext(connection) as first:
        assert api.post(PATH, asked(client)).status_code == 200
    with CaptureQueriesContext(connection) as second:
        assert api.post(PATH, asked(client)).status_code == 200
    assert len(first) <= 7
    assert len(second) <= 6


@pytest.mark.django_db(transaction=True)
def test_verifying_costs_one_statement(api: APIClient, app_token: Any, user_token: Any, bearer: Any) -> None:
    """The first use in five minutes writes one more: when and from where."""
    for token in (app_token(), user_token(UserFactory())):
        with CaptureQueriesContext(connection) as first:
            assert api.get(VERIFY, **bearer(token)).status_code == 200
        assert len(first) == 2
        with CaptureQueriesContext(connection) as second:
            assert api.get(VERIFY, **bearer(token)).status_code == 200
        assert len(second) == 1


@pytest.mark.parametrize("path", [VERIFY, f"{VERIFY}/"])
def test_a_token_says_which_app_it_belongs_to(api: APIClient, path: str, bearer: Any) -> None:
    client = ClientFactory(website="")
    token = api.post(PATH, asked(client)).json()["access_token"]
    assert api.get(path, **bearer(token)).json() == {
        "id": str(client.pk),
        "name": client.name,
        "website": None,
        "scopes": client.scopes.split(),
        "redirect_uri": "https://app.example/cb",
        "redirect_uris": ["https://app.example/cb"],
    }


@pytest.mark.rfc("6750", "3")
@pytest.mark.parametrize(
    "header",
    [None, "Bearer", "Bearer ", "Bearer dead", "Bearer \xff", "Bearer " + "x" * 8_000, "Token x", "Basic eDp5"],
)
def test_without_a_live_token_nothing_is_said(api: APIClient, header: str | None) -> None:
    response = api.get(VERIFY, **({} if header is None else {"HTTP_AUTHORIZATION": header}))
    assert response.status_code == 401
    assert response.json() == {"error": "The access token is invalid"}
    assert response["WWW-Authenticate"] == (
        'Bearer error="invalid_token", resource_metadata="http://testserver/.well-known/oauth-protected-resource"'
    )


@pytest.mark.rfc("6750", "2.3")
@pytest.mark.rfc("9700", "4.3.2")
def test_a_token_in_the_url_is_refused_also_beside_a_good_one(
    api: APIClient, app_token: Any, bearer: Any
) -> None:  # T10
    token = app_token()
    assert api.get(f"{VERIFY}?access_token={token}").status_code == 401
    assert api.get(f"{VERIFY}?access_token={token}", **bearer(token)).status_code == 401
    assert api.get(VERIFY, **bearer(token)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_client_that_is_deleted_meanwhile_gets_a_reason_and_no_token(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ClientFactory()
    generate = issuance.Values.generate

    def after_its_deletion(**kind: Any) -> issuance.Values:
        Client.objects.filter(pk=client.pk)._raw_delete(DEFAULT_DB_ALIAS)
        return generate(**kind)

    monkeypatch.setattr(issuance.Values, "generate", after_its_deletion)
    answer = api.post(PATH, asked(client))
    assert error_of(answer, 503) == "temporarily_unavailable"
    assert answer["Retry-After"] == "1"
    assert not TokenFamily.objects.exists()
