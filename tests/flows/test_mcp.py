"""The Model Context Protocol's official SDK, unpatched: from 401 to a token with no manual step."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from clients.models import Client
from tests.people import Person
from tokens.models import AccessToken, TokenFamily

pytestmark = pytest.mark.django_db(transaction=True)
REDIRECT = "http://127.0.0.1:33418/callback"


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The address of a site that calls itself by it."""
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": live_server.url}
    return str(live_server.url)


class Storage:
    """Where an MCP client keeps what it got."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Assistant:
    """An MCP client, and the person whose browser it opens."""

    def __init__(self, site: str, person: Person, auth_method: str, path: str) -> None:
        self.resource, self.person, self.storage = site + path, person, Storage()
        self.seen: list[str] = []
        self.opened: list[str] = []
        self.provider = OAuthClientProvider(
            server_url=self.resource,
            client_metadata=OAuthClientMetadata.model_validate(
                {
                    "client_name": "Assistant",
                    "redirect_uris": [REDIRECT],
                    "grant_types": ["authorization_code", "refresh_token"],
                    "response_types": ["code"],
                    "token_endpoint_auth_method": auth_method,
                }
            ),
            storage=self.storage,
            redirect_handler=self.open,
            callback_handler=self.come_back,
        )

    async def open(self, url: str) -> None:
        self.opened.append(url)

    async def come_back(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**await asyncio.to_thread(self.person.answer, self.opened[-1]))

    async def look(self, response: httpx2.Response) -> None:
        self.seen.append(f"{response.status_code} {response.request.url.path}")

    def get(self) -> httpx2.Response:
        async def go() -> httpx2.Response:
            hooks = {"response": [self.look]}
            async with httpx2.AsyncClient(auth=self.provider, event_hooks=hooks, trust_env=False) as http:
                return await http.get(self.resource)

        with ThreadPoolExecutor(1) as thread:  # a browser of another test may run a loop in this one
            return thread.submit(asyncio.run, go()).result()


@pytest.mark.rfc("9728", "5")
@pytest.mark.rfc("8414", "3")
@pytest.mark.rfc("7591", "3")
@pytest.mark.rfc("7636", "4")
@pytest.mark.rfc("8707", "2")
@pytest.mark.parametrize("auth_method", ["none", "client_secret_post", "client_secret_basic"])
def test_an_assistant_comes_from_401_to_a_token_by_itself(site: str, auth_method: str) -> None:
    person = Person(site)
    assistant = Assistant(site, person, auth_method, "/oauth/userinfo")
    answer = assistant.get()
    assert answer.status_code == 200, answer.text
    assert answer.json()["preferred_username"] == person.user.username
    assert assistant.seen[0] == "401 /oauth/userinfo"
    assert assistant.seen[1].startswith("200 /.well-known/oauth-protected-resource")
    assert assistant.seen[2:] == [
        "200 /.well-known/oauth-authorization-server",
        "201 /oauth/register",
        "200 /oauth/token",
        "200 /oauth/userinfo",
    ]
    client = Client.objects.get()
    assert (client.name, client.registration_source, client.is_public) == ("Assistant", "dcr", auth_method == "none")
    asked = parse_qs(urlsplit(assistant.opened[0]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert TokenFamily.objects.get().resource == asked["resource"]
    assert asked["resource"][0].startswith(site)
    assert assistant.storage.tokens is not None
    assert assistant.storage.tokens.refresh_token


def test_it_refreshes_by_itself_when_its_token_ended(site: str) -> None:
    assistant = Assistant(site, Person(site), "none", "/oauth/userinfo")
    assert assistant.get().status_code == 200
    assistant.provider.context.token_expiry_time = 1.0  # an hour later
    assert assistant.get().status_code == 200
    assert len(assistant.opened) == 1
    assert AccessToken.objects.live().count() == 1
    assert AccessToken.objects.count() == 2


def test_once_revoked_it_asks_the_person_again(site: str) -> None:
    person = Person(site)
    assistant = Assistant(site, person, "none", "/oauth/userinfo")
    assert assistant.get().status_code == 200
    TokenFamily.objects.all().delete()
    assert assistant.get().status_code == 200
    assert len(assistant.opened) == 2
    assert Client.objects.count() == 1
