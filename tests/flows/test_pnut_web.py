"""pnut's web flows: /oauth/authenticate, the client-side flow, and what removing every token forgets."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from clients.models import Client
from tests.factories import REDIRECT_URI, SECRET, ClientFactory, UserFactory
from tests.visiting import Visitor, fields, fragment_of, query_of
from tokens.models import RefreshToken, TokenFamily

pytestmark = pytest.mark.django_db
AUTHENTICATE = "/oauth/authenticate"


@pytest.fixture
def client_side() -> Client:
    """A client that enabled response_type=token."""
    return ClientFactory(user=UserFactory(), implicit_allowed=True)


def sign_in(api: APIClient, visitor: Visitor, client: Client, scope: str) -> Any:
    """pnut's server-side flow to its end: the answer of /oauth/access_token."""
    answer = visitor.ask(client, AUTHENTICATE, scope=scope)
    if answer.status_code == 200:
        answer = visitor.decide(answer)
    sent = {
        "client_id": client.client_id,
        "client_secret": SECRET,
        "code": query_of(answer)["code"],
        "redirect_uri": REDIRECT_URI,
        "grant_type": "authorization_code",
    }
    return api.post("/v1/oauth/access_token", sent).json()


# C11
@pytest.mark.parametrize("path", ["/oauth/authorize", AUTHENTICATE])
def test_the_client_side_flow_brings_a_token_in_the_fragment(
    api: APIClient, bearer: Any, client_side: Client, path: str
) -> None:
    visitor = Visitor()
    page = visitor.ask(client_side, path, response_type="token", scope="basic,follow", state="s", token_group="web")
    answer = visitor.decide(page)
    told = fragment_of(answer)
    assert answer["Location"].startswith(f"{REDIRECT_URI}#")
    assert told["state"] == "s"
    shown = api.get("/v1/token", **bearer(told["access_token"])).json()["data"]
    assert shown["user"]["username"] == visitor.user.username
    assert shown["scopes"] == ["basic", "follow"]
    assert TokenFamily.objects.get().token_group == "web"
    assert not RefreshToken.objects.exists()


# C11
def test_its_denial_stands_in_the_fragment_too(client_side: Client) -> None:
    visitor = Visitor()
    answer = visitor.decide(visitor.ask(client_side, AUTHENTICATE, response_type="token", state="s"), "deny")
    told = fragment_of(answer)
    assert (told["error"], told["error_message"]) == ("access_denied", "resource owner denied your app access")
    assert "error_message=resource+owner+denied+your+app+access" in answer["Location"]
    assert told["state"] == "s"
    assert not TokenFamily.objects.exists()


# C11
def test_without_being_enabled_there_is_no_token_in_any_fragment() -> None:
    visitor, client = Visitor(), ClientFactory(user=UserFactory())
    answer = visitor.ask(client, AUTHENTICATE, response_type="token", scope="basic")
    assert "access_token" not in answer["Location"]
    assert fragment_of(answer)["error"] == "unauthorized_client"


def test_a_denial_of_the_server_side_flow_stands_in_the_query() -> None:
    visitor = Visitor()
    answer = visitor.decide(visitor.ask(ClientFactory(), AUTHENTICATE), "deny")
    assert query_of(answer)["error_message"] == "resource owner denied your app access"


# F3
def test_who_removes_every_token_is_asked_for_everything_again(api: APIClient, bearer: Any) -> None:
    visitor, client = Visitor(), ClientFactory()
    first = sign_in(api, visitor, client, "follow,messages")
    assert visitor.ask(client, AUTHENTICATE, scope="follow").status_code == 302  # nothing new is asked for
    second = sign_in(api, visitor, client, "follow")
    # Deleting one token takes no scope away that another still has.
    assert api.delete("/v1/token", **bearer(first["access_token"])).status_code == 200
    assert visitor.ask(client, AUTHENTICATE, scope="follow").status_code == 302
    page = visitor.ask(client, AUTHENTICATE, scope="messages")
    assert fields(page)["scope"] == ["messages"]
    # With the last one everything is forgotten.
    assert api.delete("/v1/token", **bearer(second["access_token"])).status_code == 200
    page = visitor.ask(client, AUTHENTICATE, scope="follow")
    assert fields(page)["scope"] == ["follow"]
