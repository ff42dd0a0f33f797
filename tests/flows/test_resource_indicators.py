"""Resource indicators (RFC 8707): what a token is bound to, and where it is worth something."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import REDIRECT_URI, ClientFactory
from tests.sessions import Session
from tests.visiting import Visitor
from tokens.models import AccessToken, RefreshToken
from tokens.rules import resources

pytestmark = pytest.mark.django_db
API = "https://api.example/v1"


@pytest.mark.rfc("8707", "2")
@pytest.mark.parametrize(
    "uri",
    [
        "https://api.example/#fragment",
        "/relative",
        "urn:example:api",
        "https://",
        "https://api.example/ space",
        "http://[x",
        "x" * 3000,
        5,
        {"a": 1},
    ],
)
def test_what_is_no_resource(uri: Any) -> None:  # H1
    with pytest.raises(resources.InvalidTarget):
        resources.requested([uri])


@pytest.mark.rfc("8707", "2")
def test_the_parameter_may_be_repeated_and_empty_is_absent() -> None:
    assert resources.requested([API, "https://b.example", API, "", None]) == (API, "https://b.example")
    assert resources.requested([[API, "https://b.example"]]) == (API, "https://b.example")
    assert resources.requested([]) == ()


def test_there_are_ten_at_most() -> None:
    with pytest.raises(resources.InvalidTarget):
        resources.requested([f"https://{number}.example" for number in range(11)])


@pytest.mark.rfc("8707", "2.2")
def test_a_code_for_two_resources_gives_a_token_for_one_of_them(sessions: Callable[..., Session]) -> None:
    session = sessions(resource=[API, "https://b.example/"])
    assert AccessToken.objects.get().resource == [API, "https://b.example/"]
    session.refresh(resource=API)
    assert AccessToken.objects.live().get().resource == [API]
    assert RefreshToken.objects.unspent().get().resource == [API, "https://b.example/"]


@pytest.mark.rfc("8707", "2.2")
def test_an_app_token_is_bound_too(sessions: Callable[..., Session]) -> None:
    session = sessions(client=ClientFactory())
    app = session.post(grant_type="client_credentials", resource=[API, "https://b.example/"]).json()
    assert session.introspect(app["access_token"]).json()["aud"] == [API, "https://b.example/"]
    refused = session.post(grant_type="client_credentials", resource="https://api.example/#x")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")


@pytest.mark.rfc("8707", "2")
@pytest.mark.parametrize(
    ("resource", "works"),
    [
        ([], True),
        (["http://testserver"], True),
        (["http://testserver/mcp", API], True),
        ([API], False),
        (["https://testserver/"], False),
    ],
)
def test_a_token_for_another_server_is_worth_nothing_here(
    sessions: Callable[..., Session], resource: list[str], works: bool
) -> None:  # T13
    session = sessions(resource=resource)
    assert session.works(session.pair["access_token"]) is works


def test_the_resource_may_not_stand_in_the_address(session: Session) -> None:
    assert session.ask(f"/oauth/token?resource={API}", grant_type="client_credentials").status_code == 400


@pytest.mark.rfc("8707", "2.1")
def test_what_the_authorization_request_names_is_what_the_token_is_bound_to(sessions: Callable[..., Session]) -> None:
    session = sessions()
    code = Visitor().code(session.client, resource=[API, "https://b.example/"])
    token = session.post(grant_type="authorization_code", code=code, redirect_uri=REDIRECT_URI).json()["access_token"]
    assert session.introspect(token).json()["aud"] == [API, "https://b.example/"]
