"""Dynamic registration (RFC 7591) and its management (RFC 7592)."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from clients import scopes, values
from clients.models import Client
from clients.rules import selfservice
from clients.rules.dynamic import read, register_dynamically
from tests.factories import ClientFactory, UserFactory
from tests.sessions import ME

pytestmark = pytest.mark.django_db
PATH = "/oauth/register"
MINIMAL = {"client_name": "My App", "redirect_uris": ["https://app.example/cb"]}


def register(api: APIClient, **metadata: Any) -> Any:
    return api.post(PATH, {**MINIMAL, **metadata}, format="json")


@pytest.mark.rfc("7591", "3.2.1")
def test_a_program_registers_itself(api: APIClient) -> None:
    answer = register(api, client_uri="https://app.example", scope="read write", unknown={"x": 1})
    found = answer.json()
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    secret, token = found.pop("client_secret"), found.pop("registration_access_token")
    client = Client.objects.get()
    assert found == {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created.timestamp()),
        "client_secret_expires_at": 0,
        "client_name": "My App",
        "client_uri": "https://app.example",
        "redirect_uris": ["https://app.example/cb"],
        "scope": "read write",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "registration_client_uri": f"http://testserver{PATH}/{client.client_id}",
    }
    assert client.which_secret(secret) == "client_secret"
    assert (client.registration_source, client.audience, client.user) == ("dcr", "everyone", None)
    assert token not in str(Client.objects.values().get())  # T18


@pytest.mark.rfc("7591", "2")
def test_a_public_client_gets_no_secret(api: APIClient) -> None:
    found = register(api, token_endpoint_auth_method="none", grant_types=["authorization_code", "refresh_token"]).json()
    assert not {"client_secret", "client_secret_expires_at"} & found.keys()
    client = Client.objects.get()
    assert client.is_public
    assert client.needs_pkce
    assert client.gets_refresh_token([])


@pytest.mark.rfc("7591", "2")
@pytest.mark.parametrize("named", [{}, {"scope": "read"}])
def test_who_registers_the_default_may_ask_for_what_the_resource_names(api: APIClient, named: dict[str, str]) -> None:
    """Programs of the Model Context Protocol register first, and read then what to ask for (RFC 9728 §2)."""
    wanted = api.get("/.well-known/oauth-protected-resource").json()["scopes_supported"]
    made = register(api, **named).json()
    assert made["scope"] == "read"
    client = Client.objects.get(client_id=made["client_id"])
    assert scopes.requested(" ".join(wanted), client.scope_names) == ("read", "profile")


@pytest.mark.rfc("7591", "2")
def test_without_a_redirect_no_redirect_uri_is_needed(api: APIClient) -> None:
    device = "urn:ietf:params:oauth:grant-type:device_code"
    found = register(api, redirect_uris=None, grant_types=[device], response_types=[]).json()
    assert found["grant_types"] == [device]
    assert not {"redirect_uris", "response_types"} & found.keys()


@pytest.mark.rfc("7591", "2")
@pytest.mark.parametrize(
    ("uris", "name"),
    [(["https://app.example/cb"], "app.example"), (["com.example.app:/cb"], "Unnamed application")],
)
def test_a_program_without_a_name_is_called_after_its_place(api: APIClient, uris: list[str], name: str) -> None:
    assert register(api, client_name=None, redirect_uris=uris).json()["client_name"] == name


@pytest.mark.rfc("7591", "3.2.2")
@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example/cb https://evil.example/"]}, "invalid_redirect_uri"),  # R8
        ({"redirect_uris": ["https://[app.example"], "client_name": None}, "invalid_redirect_uri"),
        ({"redirect_uris": "https://app.example/cb"}, "invalid_client_metadata"),
        ({"redirect_uris": [1]}, "invalid_client_metadata"),
        ({"redirect_uris": ["https://app.example/"] * 30}, "invalid_client_metadata"),
        ({"client_name": 5}, "invalid_client_metadata"),
        ({"client_name": "a\0b"}, "invalid_client_metadata"),
        ({"client_name": "x" * 61}, "invalid_client_metadata"),
        ({"client_uri": "javascript:alert(1)"}, "invalid_client_metadata"),
        ({"scope": "admin:read"}, "invalid_client_metadata"),  # A3
        ({"scope": "bogus"}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),  # A3
        ({"grant_types": ["implicit"]}, "invalid_client_metadata"),  # A3
        ({"response_types": ["token"]}, "invalid_client_metadata"),  # A3
        ({"response_types": []}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"], "response_types": ["code"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        (
            {"token_endpoint_auth_method": "none", "grant_types": ["client_credentials"], "response_types": []},
            "invalid_client_metadata",
        ),
    ],
)
def test_what_cannot_be_registered(api: APIClient, metadata: Any, error: str) -> None:
    answer = register(api, **metadata)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert Client.objects.count() == 0


@pytest.mark.rfc("7591", "3")
def test_nothing_can_be_set_that_is_not_the_programs_to_set(api: APIClient) -> None:  # A2
    extra = {"client_id": "mine", "client_secret": "mine", "skip_authorization": True, "id": 7, "audience": "owner"}
    register(api, **extra, introspects_all=True, implicit_allowed=True, password_grant_secret="x", status="suspended")
    client = Client.objects.get()
    assert client.client_id != "mine"
    assert client.which_secret("mine") is None
    assert not client.skip_authorization
    assert not client.introspects_all
    assert not client.implicit_allowed
    assert not client.is_password_flow_approved
    assert not client.is_suspended


def test_the_policy_is_that_of_apps(api: APIClient, settings: Any) -> None:  # A1
    settings.OAUTHSITE = {**settings.OAUTHSITE, "OPEN_REGISTRATION": "closed"}
    assert register(api).status_code == 403
    settings.OAUTHSITE = {**settings.OAUTHSITE, "OPEN_REGISTRATION": "authenticated"}
    answer = register(api)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer ")  # RFC 6750 §3
    assert Client.objects.count() == 0


@pytest.mark.rfc("7592", "2.2")
def test_a_client_that_replaces_its_metadata_takes_back_no_decision_of_that_moment(api: APIClient) -> None:
    owner = UserFactory()
    registered, token = register_dynamically(read(MINIMAL), owner=owner)
    Client.objects.update(implicit_allowed=True, token_lifetime=3_600)
    found = selfservice.find_registered(client_id=registered.client.client_id, token=token)
    Client.objects.update(implicit_allowed=False, token_lifetime=60)  # by an administrator, meanwhile
    selfservice.replace(found, {**MINIMAL, "client_id": found.client_id, "client_name": "Another name"})
    client = Client.objects.get()
    assert (client.name, client.implicit_allowed, client.token_lifetime) == ("Another name", False, 60)


@pytest.mark.rfc("7592", "2.1")
@pytest.mark.parametrize("client_id", ["unknown", "a%00b", "x" * 3_000])
def test_a_client_that_cannot_be_is_unknown(api: APIClient, client_id: str) -> None:  # H1
    assert api.get(f"{PATH}/{client_id}", HTTP_AUTHORIZATION="Bearer x").status_code == 401


@pytest.mark.rfc("7592", "2.1")
def test_a_client_that_is_deleted_meanwhile_is_gone(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made, real = register(api).json(), selfservice.find_registered

    def find_registered(**named: str) -> Client:
        found = real(**named)
        Client.objects.all().delete()  # by the same request, sent twice
        return found

    monkeypatch.setattr(selfservice, "find_registered", find_registered)
    header = {"HTTP_AUTHORIZATION": f"Bearer {made['registration_access_token']}"}
    assert api.delete(made["registration_client_uri"], **header).status_code == 401


@pytest.mark.rfc("7591", "5")
def test_registrations_are_limited_together_with_apps(api: APIClient, settings: Any) -> None:  # A1
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"registration": "1/1h"}}
    assert register(api).status_code == 201
    answer = register(api)
    assert answer.status_code == 429
    assert answer["Retry-After"]


def test_with_a_users_token_the_client_is_theirs_and_the_only_one(
    api: APIClient, user_token: Any, bearer: Any
) -> None:  # A5
    user = UserFactory()
    api.credentials(**bearer(user_token(user)))
    assert register(api).status_code == 201
    client = Client.objects.get(user=user)
    assert (client.audience, client.own_use_of) == ("owner", user)
    answer = register(api)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


@pytest.mark.rfc("7591", "3")
def test_a_dead_token_does_not_hinder(api: APIClient, bearer: Any) -> None:
    api.credentials(**bearer("dead"))
    assert register(api).status_code == 201


@pytest.mark.rfc("7591", "3.1")
def test_only_post_and_only_json(api: APIClient) -> None:  # H3, H4
    assert api.get(PATH).status_code == 405
    assert api.post(PATH, MINIMAL, format="multipart").status_code == 400
    assert api.post(PATH, "[]", content_type="application/json").status_code == 400


@pytest.mark.rfc("7592", "2.1")
def test_a_client_reads_its_registration(api: APIClient, bearer: Any) -> None:
    made = register(api).json()
    found = api.get(made["registration_client_uri"], **bearer(made["registration_access_token"])).json()
    gone = {"client_secret", "client_secret_expires_at"}
    assert found == {name: value for name, value in made.items() if name not in gone}


@pytest.mark.rfc("7592", "2.1")
@pytest.mark.parametrize("token", ["", "wrong", None])
def test_nobody_else_reads_it(api: APIClient, bearer: Any, token: str | None) -> None:
    made, other = register(api).json(), register(api).json()
    header = {} if token is None else bearer(token or other["registration_access_token"])
    answer = api.get(made["registration_client_uri"], **header)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert answer["WWW-Authenticate"].startswith('Bearer error="invalid_token", resource_metadata="http')


@pytest.mark.rfc("7592", "2.1")
def test_an_unknown_client_and_one_without_a_token_answer_alike(api: APIClient, bearer: Any) -> None:
    plain = ClientFactory()
    unknown, without = (api.get(f"{PATH}/{name}", **bearer("x")) for name in ("unknown", plain.client_id))
    assert (unknown.status_code, unknown.content) == (without.status_code, without.content)
    assert values.matches("x", plain.registration_token) is False


@pytest.mark.rfc("7592", "2.2")
def test_a_client_changes_its_metadata(api: APIClient, bearer: Any) -> None:  # A8
    made = register(api, scope="read write", client_uri="https://app.example").json()
    api.credentials(**bearer(made["registration_access_token"]))
    new = {**MINIMAL, "client_id": made["client_id"], "client_name": "New", "client_secret": made["client_secret"]}
    found = api.put(made["registration_client_uri"], new, format="json").json()
    assert (found["client_name"], found["scope"]) == ("New", "read")
    assert "client_uri" not in found
    client = Client.objects.get()
    assert client.changed_at is not None
    assert client.which_secret(made["client_secret"])
    assert api.get(made["registration_client_uri"]).json() == found


@pytest.mark.rfc("7592", "2.2")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "other"}, "invalid_client_metadata"),
        ({"client_id": None}, "invalid_client_metadata"),
        ({"client_id_issued_at": 1}, "invalid_client_metadata"),
        ({"client_secret": "chosen"}, "invalid_client_metadata"),
        ({"client_secret": 5}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "none"}, "invalid_client_metadata"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
    ],
)
def test_what_a_client_cannot_change(api: APIClient, bearer: Any, change: Any, error: str) -> None:
    made = register(api).json()
    api.credentials(**bearer(made["registration_access_token"]))
    answer = api.put(
        made["registration_client_uri"], {**MINIMAL, "client_id": made["client_id"], **change}, format="json"
    )
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert Client.objects.get().changed_at is None


@pytest.mark.rfc("7592", "2.2")
def test_a_device_still_needs_no_redirect_uri(api: APIClient, bearer: Any) -> None:
    grants = {"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "response_types": []}
    made = register(api, redirect_uris=None, **grants).json()
    api.credentials(**bearer(made["registration_access_token"]))
    new = {"client_id": made["client_id"], "client_name": "Television", **grants}
    assert api.put(made["registration_client_uri"], new, format="json").json()["client_name"] == "Television"


@pytest.mark.rfc("7592", "2.3")
def test_a_client_takes_itself_away_with_all_its_tokens(api: APIClient, bearer: Any, app_token: Any) -> None:
    made = register(api, grant_types=["authorization_code", "client_credentials"]).json()
    token = app_token(Client.objects.get())
    header = bearer(made["registration_access_token"])
    assert api.delete(made["registration_client_uri"], **header).status_code == 204
    assert Client.objects.count() == 0
    assert api.get(ME, **bearer(token)).status_code == 401
    assert api.get(made["registration_client_uri"], **header).status_code == 401


@pytest.mark.rfc("7592", "2")
@pytest.mark.parametrize("method", ["put", "delete"])
def test_nobody_else_manages_it(api: APIClient, bearer: Any, method: str) -> None:
    made = register(api).json()
    answer = getattr(api, method)(made["registration_client_uri"], {}, format="json", **bearer("wrong"))
    assert answer.status_code == 401
    assert Client.objects.count() == 1
