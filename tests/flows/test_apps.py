"""`POST /api/v1/apps` (docs.joinmastodon.org, methods/apps): rows R6, R8, F11, A1 to A5, H1 to H5, H9, H13."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from clients.models import Client
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PATH = "/api/v1/apps"
FIELDS = {
    "client_name": "Test Application",
    "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
    "scopes": "read write push",
    "website": "https://myapp.example",
}
JSON = "application/json"


def error_of(response: Any, status: int = 422) -> str:
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")
    assert set(response.json()) == {"error"}
    return str(response.json()["error"])


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
@pytest.mark.parametrize("format_name", ["json", "multipart", "form"])
def test_the_answer_is_mastodons(api: APIClient, path: str, format_name: str) -> None:
    if format_name == "form":
        form = "&".join(f"{key}={value}" for key, value in FIELDS.items()).replace(" ", "+")
        response = api.post(path, form, content_type="application/x-www-form-urlencoded; charset=UTF-8")
    else:
        response = api.post(path, FIELDS, format=format_name)
    client = Client.objects.get()
    answer = response.json()
    assert response.status_code == 200
    assert client.which_secret(answer.pop("client_secret")) == "client_secret"
    assert answer == {
        "id": str(client.pk),
        "name": "Test Application",
        "website": "https://myapp.example",
        "scopes": ["read", "write", "push"],
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
        "redirect_uris": ["urn:ietf:wg:oauth:2.0:oob"],
        "client_id": client.client_id,
        "client_secret_expires_at": 0,
    }
    assert response["Cache-Control"] == "no-store"


def test_what_was_left_out_has_its_default(api: APIClient) -> None:
    answer = api.post(PATH, {"client_name": "a", "redirect_uris": "app:/cb"}).json()
    assert (answer["website"], answer["scopes"]) == (None, ["read"])


TWO = ["https://a.example/cb", "app:/cb"]


@pytest.mark.parametrize(
    ("uris", "content_type"),
    [
        (TWO, JSON),
        ("https://a.example/cb\napp:/cb", JSON),
        (" https://a.example/cb  app:/cb\r\n", JSON),
        ("redirect_uris[]=https://a.example/cb&redirect_uris[]=app:/cb", "application/x-www-form-urlencoded"),
        ("redirect_uris=https://a.example/cb%0Aapp:/cb", "application/x-www-form-urlencoded"),
    ],
)
def test_redirect_uris_are_a_string_or_an_array(api: APIClient, uris: Any, content_type: str) -> None:
    if content_type == JSON:
        response = api.post(PATH, FIELDS | {"redirect_uris": uris}, format="json")
    else:
        response = api.post(PATH, f"client_name=a&{uris}", content_type=content_type)
    assert response.json()["redirect_uris"] == TWO
    assert response.json()["redirect_uri"] == "https://a.example/cb\napp:/cb"


@pytest.mark.parametrize("body", ["", "website=https://myapp.example"])
def test_the_fields_may_stand_in_the_address(api: APIClient, body: str) -> None:
    """Mastodon takes them from there too, and there are programs that know no other way."""
    address = f"{PATH}?client_name=a&redirect_uris[]={TWO[0]}&redirect_uris[]={TWO[1]}&scopes=read+write"
    answer = api.post(address, body, content_type="application/x-www-form-urlencoded").json()
    assert (answer["name"], answer["redirect_uris"], answer["scopes"]) == ("a", TWO, ["read", "write"])
    assert bool(answer["website"]) == bool(body)


def test_a_field_stands_in_one_of_them(api: APIClient) -> None:  # H2
    error_of(api.post(f"{PATH}?client_name=b", FIELDS, format="json"))
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"client_name": ""}, "Validation failed: Application name can't be blank"),
        ({"client_name": None}, "Validation failed: Application name can't be blank"),
        ({"client_name": "a" * 61}, "Validation failed: Application name is too long (maximum is 60 characters)"),
        ({"redirect_uris": ""}, "Validation failed: Redirect URI can't be blank"),
        ({"redirect_uris": []}, "Validation failed: Redirect URI can't be blank"),
        ({"redirect_uris": "/cb"}, "Validation failed: Redirect URI must be an absolute URI."),
        ({"redirect_uris": "javascript:alert(1)"}, "Validation failed: Redirect URI is forbidden by the server."),
        ({"redirect_uris": "app:/#"}, "Validation failed: Redirect URI cannot contain a fragment."),
        ({"website": "not a url"}, "Validation failed: Application website must be a valid URL"),
        (
            {"client_name": "", "redirect_uris": ""},
            "Validation failed: Application name can't be blank, Redirect URI can't be blank",
        ),
    ],
)
def test_the_errors_are_mastodons(api: APIClient, fields: dict[str, Any], sentence: str) -> None:
    assert error_of(api.post(PATH, FIELDS | fields, format="json")) == sentence


# R8, H1, H3, A1: wrong types and wrong sizes are answered, never a crash.
@pytest.mark.parametrize(
    "fields",
    [
        {"redirect_uris": ["https://a.example/cb https://evil.example/cb"]},
        {"redirect_uris": [f"https://a.example/{i}" for i in range(11)]},
        {"redirect_uris": ["https://a.example/" + "a" * 2_000]},
        {"redirect_uris": [["https://a.example/cb"]]},
        {"redirect_uris": [None]},
        {"redirect_uris": {"a": "b"}},
        {"redirect_uris": 7},
        {"redirect_uris": None},
        {"redirect_uris": True},
        {"redirect_uris": "https://c.example:99999/cb"},
        {"redirect_uris": "https://c.example/\x00"},
        {"client_name": ["a"]},
        {"client_name": {"a": "b"}},
        {"client_name": False},
        {"client_name": "a\x00b"},
        {"client_name": "\ud800"},
        {"client_name": "Pay\u202elap"},
        {"client_name": "\u043eauthsite"},
        {"client_name": "a\r\nb"},
        {"client_name": "x" * 10_000},
        {"website": ["https://a.example"]},
        {"website": "javascript:alert(1)"},
        {"scopes": ["read"]},
        {"scopes": "admin:read"},
        {"scopes": "read bogus"},
        {"scopes": "read\twrite"},
        {"scopes": "read " * 401},
    ],
)
def test_what_cannot_be_stored_is_refused(api: APIClient, fields: dict[str, Any]) -> None:
    error_of(api.post(PATH, json.dumps(FIELDS | fields), content_type=JSON))
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    "data", [b"[]", b"{", b'{"client_name":1,"client_name":2}', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00"]
)
def test_a_body_that_is_no_object_is_refused(api: APIClient, data: bytes) -> None:  # H3
    error_of(api.post(PATH, data, content_type=JSON))


@pytest.mark.parametrize("repeated", ["client_name", "scopes", "website"])
def test_a_parameter_stands_once(api: APIClient, repeated: str) -> None:  # H2
    sentence = error_of(api.post(PATH, FIELDS | {repeated: ["a", "b"]}))
    assert sentence == f"Validation failed: The parameter {repeated} was sent more than once."


def test_a_megabyte_is_refused(api: APIClient) -> None:  # A1
    error_of(api.post(PATH, FIELDS | {"client_name": "x" * 1_000_000}, format="json"))


def test_the_thirty_first_from_one_address_waits(api: APIClient) -> None:  # A1, P6
    for number in range(30):
        response = api.post(PATH, FIELDS, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
        assert response.status_code == 200
    response = api.post(PATH, FIELDS, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert error_of(response, 429) == "Too many requests"
    assert 0 < int(response["Retry-After"]) <= 600
    assert api.post(PATH, FIELDS, REMOTE_ADDR="192.0.2.77").status_code == 200


def test_one_network_is_one_address(api: APIClient, settings: Any) -> None:  # A1: IPv6 /64
    settings.OAUTHSITE = {"RATES": {"registration": "1/h"}}
    assert api.post(PATH, FIELDS, REMOTE_ADDR="2001:db8::1").status_code == 200
    assert api.post(PATH, FIELDS, REMOTE_ADDR="2001:db8::2").status_code == 429
    assert api.post(PATH, FIELDS, REMOTE_ADDR="2001:db8:0:1::1").status_code == 200


def test_all_addresses_share_another_limit(api: APIClient, settings: Any) -> None:  # A1
    settings.OAUTHSITE = {"RATES": {"registration_all": "2/h"}}
    codes = [api.post(PATH, FIELDS, REMOTE_ADDR=f"192.0.2.{i}").status_code for i in range(3)]
    assert codes == [200, 200, 429]


def test_one_address_cannot_use_up_what_all_share(api: APIClient, settings: Any) -> None:  # A1
    settings.OAUTHSITE = {"RATES": {"registration": "1/h", "registration_all": "2/h"}}
    codes = [api.post(PATH, FIELDS, REMOTE_ADDR="192.0.2.1").status_code for _ in range(4)]
    assert codes == [200, 429, 429, 429]
    assert api.post(PATH, FIELDS, REMOTE_ADDR="192.0.2.2").status_code == 200


POWERS = {
    "skip_authorization": True,
    "user": 1,
    "owner": 1,
    "grant_types": "password implicit refresh_token",
    "password_grant_secret": "x",
    "password_approved": True,
    "client_id": "chosen",
    "client_secret": "chosen",
    "trusted": True,
    "id": 4711,
    "pk": 4711,
    "audience": "owner",
    "status": "suspended",
    "implicit_allowed": True,
    "introspects_all": True,
    "client_type": "public",
    "token_lifetime": 10**9,
}


def test_nothing_else_can_be_set(api: APIClient) -> None:  # A2, P1
    answer = api.post(PATH, FIELDS | POWERS, format="json").json()
    client, plain = Client.objects.get(), Client()
    assert "chosen" not in (answer["client_id"], answer["client_secret"])
    assert client.pk != 4711
    assert client.user is None
    untouched = (
        "skip_authorization grant_types password_grant_secret status implicit_allowed introspects_all client_type"
    )
    for name in [*untouched.split(), "token_lifetime"]:
        assert getattr(client, name) == getattr(plain, name)


def test_such_a_client_has_little_power(api: APIClient) -> None:  # A3
    api.post(PATH, FIELDS)
    client = Client.objects.get()
    assert not any(client.may_use_grant(grant) for grant in ("password", "implicit"))
    assert client.may_use_grant("authorization_code")
    assert client.registration_source == "apps"


def test_a_users_token_makes_the_user_its_owner(api: APIClient, user_token: Any, bearer: Any) -> None:  # A5
    ada = UserFactory()
    header = bearer(user_token(ada))
    assert api.post(PATH, FIELDS, **header).status_code == 200
    assert ada.own_use_client.name == "Test Application"
    sentence = error_of(api.post(PATH, FIELDS, **header))
    assert sentence.startswith("Validation failed: You already have a client")
    assert Client.objects.owned_by(ada).count() == 1


def test_an_owner_may_ask_for_more_scopes(api: APIClient, user_token: Any, bearer: Any) -> None:  # A3
    fields = FIELDS | {"scopes": "read admin:read"}
    assert api.post(PATH, fields, **bearer(user_token(UserFactory()))).status_code == 200


@pytest.mark.parametrize("header", ["Bearer dead", "Bearer", "Basic x", "nonsense", "Bearer \xff", ""])
def test_any_other_token_is_ignored(api: APIClient, header: str) -> None:
    assert api.post(PATH, FIELDS, HTTP_AUTHORIZATION=header).status_code == 200
    assert Client.objects.get().user is None


def test_so_is_an_apps_own(api: APIClient, app_token: Any, bearer: Any) -> None:
    api.post(PATH, FIELDS, **bearer(app_token()))
    assert Client.objects.get(name="Test Application").user is None


@pytest.mark.parametrize(("policy", "status"), [("open", 200), ("authenticated", 401), ("closed", 403)])
def test_the_policy_of_the_site(api: APIClient, settings: Any, policy: str, status: int) -> None:
    settings.OAUTHSITE = {"OPEN_REGISTRATION": policy}
    assert api.post(PATH, FIELDS).status_code == status


def test_who_comes_to_a_closed_door_is_told_so(api: APIClient, settings: Any) -> None:
    settings.OAUTHSITE = {"OPEN_REGISTRATION": "closed"}
    assert api.post(PATH, FIELDS).json() == {"error": "Registration of clients is closed on this site."}


@pytest.mark.parametrize("scopes", ["nonsense", "admin:read", 'a"b', "x" * 3_000])
def test_scopes_that_are_not_to_be_had_are_refused_in_mastodons_words(api: APIClient, scopes: str) -> None:
    answer = api.post(PATH, {**FIELDS, "scopes": scopes})
    assert answer.status_code == 422
    assert answer.json() == {"error": "Validation failed: Scopes doesn't match configured on the server."}


def test_with_a_token_the_policy_lets_in(api: APIClient, settings: Any, user_token: Any, bearer: Any) -> None:
    settings.OAUTHSITE = {"OPEN_REGISTRATION": "authenticated"}
    assert api.post(PATH, FIELDS, **bearer(user_token(UserFactory()))).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_other_methods_are_told_which(api: APIClient, method: str) -> None:  # H4
    response = getattr(api, method)(PATH)
    assert response.status_code == 405
    assert response["Allow"] == "POST, OPTIONS"
    assert not Client.objects.exists()


@pytest.mark.parametrize("origin", ["https://a.example", "http://127.0.0.1:3000", "null"])
def test_pages_elsewhere_may_call(api: APIClient, origin: str) -> None:  # H9
    preflight = api.options(PATH, HTTP_ORIGIN=origin, HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST")
    assert {"authorization", "mcp-protocol-version"} <= {*preflight["Access-Control-Allow-Headers"].split(", ")}
    for response in (preflight, api.post(PATH, FIELDS, HTTP_ORIGIN=origin)):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response


def test_a_failure_says_nothing_about_itself(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # H13
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("clients.api.views.register", fail)
    response = api.post(PATH, FIELDS)
    assert error_of(response, 500) == "Something went wrong on our side."
    assert "RuntimeError" in caplog.text


def test_nobody_writes_a_second_line_or_header(api: APIClient, caplog: pytest.LogCaptureFixture) -> None:  # H10
    for name in ("a\r\nX-Evil: 1", "a\nb"):
        response = api.post(PATH, FIELDS | {"client_name": name, "website": "https://a.example/\r\nX: y"})
        assert "X-Evil" not in response
    api.post(PATH, FIELDS)
    assert [record.getMessage() for record in caplog.records if record.name == "clients.events"] == [
        "client_registered"
    ]
