"""Mastodon's documentation and programs written for Mastodon, over real HTTP and unpatched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import toot
from django.contrib.auth.models import User
from mastodon import Mastodon, MastodonAPIError, MastodonIllegalArgumentError, MastodonNotFoundError
from pytest_django.live_server_helper import LiveServer
from toot import api as toot_api
from toot import auth as toot_auth
from toot.entities import Account as TootAccount
from toot.entities import Instance as TootInstance
from toot.entities import Relationship as TootRelationship
from toot.entities import from_dict
from toot.exceptions import ApiError, ConsoleError

from clients.models import Client
from oauthsite.demo.models import Follow
from tests.factories import AccessTokenFactory, UserFactory
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules.redemption import grant_code

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
REGISTRATION = {
    "client_name": "Test Application",
    "redirect_uris": OUT_OF_BAND,
    "scopes": "read write push",
    "website": "https://myapp.example",
}
# How curl sends them: -F, -d, and -d with a Content-Type.
FORMATS: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
    "multipart": lambda fields: {"files": {name: (None, value) for name, value in fields.items()}},
    "form": lambda fields: {"data": fields},
    "json": lambda fields: {"json": fields},
}


@pytest.fixture
def site(live_server: LiveServer, settings: Any) -> str:
    """The address of a site that calls itself by it."""
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": live_server.url}
    return str(live_server.url)


@pytest.fixture
def ada(site: str) -> User:
    """Follows twelve others, the last of whom follows her."""
    ada: User = UserFactory(username="ada")
    users = [UserFactory(username=f"friend{n:02}") for n in range(12)]
    Follow.objects.bulk_create(Follow(follower_id=ada.pk, followed_id=user.pk) for user in users)
    Follow.objects.create(follower_id=users[-1].pk, followed_id=ada.pk)
    return ada


def friends(*numbers: int) -> list[str]:
    return [f"friend{n:02}" for n in numbers]


class TestFirstLight:
    """The four commands of docs.joinmastodon.org/client/token."""

    @pytest.mark.parametrize("how", FORMATS)
    def test_register_get_a_token_and_use_it(self, site: str, ada: User, how: str) -> None:
        written = FORMATS[how]
        app = requests.post(f"{site}/api/v1/apps", **written(REGISTRATION), timeout=10).json()
        assert (app["name"], app["scopes"]) == ("Test Application", ["read", "write", "push"])
        asked = {
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "redirect_uri": OUT_OF_BAND,
            "grant_type": "client_credentials",
        }
        token = requests.post(f"{site}/oauth/token", **written(asked), timeout=10).json()
        assert (token["token_type"], token["scope"]) == ("Bearer", "read")
        header = {"Authorization": f"Bearer {token['access_token']}"}
        me = requests.get(f"{site}/api/v1/apps/verify_credentials", headers=header, timeout=10).json()
        assert (me["id"], me["name"]) == (app["id"], "Test Application")
        found = requests.get(f"{site}/api/v1/accounts/{ada.pk}/following", headers=header, timeout=10)
        assert [account["username"] for account in found.json()] == friends(*reversed(range(12)))
        assert found.links["prev"]["url"].startswith(f"{site}/api/v1/accounts/{ada.pk}/following?")
        assert "next" not in found.links


@pytest.fixture
def app(site: str) -> tuple[str, str]:
    """A client that Mastodon.py registered."""
    return Mastodon.create_app("Test Application", scopes=["read", "write"], api_base_url=site)


@pytest.fixture
def anybody(site: str) -> Mastodon:
    """Mastodon.py without a token, refusing whatever the site is too old for."""
    return Mastodon(api_base_url=site, version_check_mode="created", ratelimit_method="throw")


@pytest.fixture
def as_ada(site: str, app: tuple[str, str], ada: User) -> Mastodon:
    """Mastodon.py with a token of ada's."""
    client = Client.objects.get(client_id=app[0])
    _, token = AccessTokenFactory(client=client, user=ada, scope="read write")
    return Mastodon(*app, token, api_base_url=site, version_check_mode="created", ratelimit_method="throw")


class TestMastodonPy:
    def test_an_app_token_identifies_the_app(self, site: str, app: tuple[str, str]) -> None:
        asked = {"client_id": app[0], "client_secret": app[1], "grant_type": "client_credentials", "scope": "read"}
        token = requests.post(f"{site}/oauth/token", data=asked, timeout=10).json()["access_token"]
        found = Mastodon(access_token=token, api_base_url=site).app_verify_credentials()
        assert (found.name, found.website) == ("Test Application", None)

    def test_its_own_way_to_an_app_token_works_up_to_what_there_is_not(self, site: str, app: tuple[str, str]) -> None:
        library = Mastodon(*app, api_base_url=site, version_check_mode="created")
        with pytest.raises(MastodonIllegalArgumentError, match="Invalid request: Record not found"):
            library.create_account("eve", "correct horse", "eve@example.org", agreement=True, scopes=["read", "write"])
        family = TokenFamily.objects.get()
        assert (family.user, family.client.client_id, family.scope) == (None, app[0], "read write")

    def test_it_recognises_the_server(self, anybody: Mastodon, site: str) -> None:
        assert anybody.verify_minimum_version("4.4.0")
        assert not anybody.verify_minimum_version("5.0.0")
        assert anybody.mastodon_api_version == 6
        host = site.removeprefix("http://")
        assert (anybody.instance_v1().uri, anybody.instance_v2().domain, anybody.instance().domain) == (
            host,
            host,
            host,
        )
        assert anybody.instance_nodeinfo().software.name == "oauthsite"

    def test_lists_are_leafed_through_there_and_back(self, anybody: Mastodon, ada: User) -> None:
        assert anybody.account(ada.pk).following_count == 12
        first = anybody.account_following(ada.pk, limit=5)
        second = anybody.fetch_next(first)
        third = anybody.fetch_next(second)
        pages = [[account.username for account in page] for page in (first, second, third)]
        assert pages == [friends(11, 10, 9, 8, 7), friends(6, 5, 4, 3, 2), friends(1, 0)]
        assert anybody.fetch_next(third) is None
        assert [account.username for account in anybody.fetch_previous(third)] == friends(6, 5, 4, 3, 2)
        assert len(anybody.fetch_remaining(first)) == 12
        assert [account.username for account in anybody.account_followers(ada.pk)] == friends(11)

    def test_what_is_left_of_the_limit_is_understood(self, anybody: Mastodon, ada: User) -> None:
        anybody.account(ada.pk)
        before = anybody.ratelimit_remaining
        anybody.account(ada.pk)
        assert (anybody.ratelimit_limit, anybody.ratelimit_remaining) == (300, before - 1)
        assert anybody.ratelimit_reset is not None

    def test_accounts_are_found_by_name(self, anybody: Mastodon, ada: User) -> None:
        assert str(anybody.account_lookup("@ada").id) == str(ada.pk)
        assert [account.username for account in anybody.account_search("friend0", limit=3)] == friends(0, 1, 2)
        found = anybody.search_v2("friend1", result_type="accounts")
        assert [account.username for account in found.accounts] == friends(10, 11)
        with pytest.raises(MastodonNotFoundError, match="Record not found"):
            anybody.account(10**20)

    def test_a_user_learns_who_they_are(self, as_ada: Mastodon, ada: User) -> None:
        me = as_ada.me()
        assert (str(me.id), me.username, me.source.note) == (str(ada.pk), "ada", "")
        assert me.created_at.date() == ada.date_joined.date()

    def test_a_user_follows_and_unfollows(self, as_ada: Mastodon, ada: User) -> None:
        other = UserFactory()
        assert as_ada.account_follow(other.pk).following
        assert as_ada.account_relationships([other.pk])[0].following
        assert not as_ada.account_unfollow(other.pk).following
        assert not Follow.objects.filter(follower_id=ada.pk, followed_id=other.pk).exists()
        with pytest.raises(MastodonAPIError, match=r"422.*You cannot follow yourself"):
            as_ada.account_follow(ada.pk)


@pytest.fixture
def toot_app(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> toot.App:
    """The client that toot registers on its way to a login."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return toot_auth.get_or_create_app(site)


class TestToot:
    def test_it_registers_once_and_remembers(self, site: str, toot_app: toot.App) -> None:
        assert (toot_app.base_url, toot_app.instance) == (site, site.removeprefix("http://"))
        assert toot_auth.get_or_create_app(site) == toot_app
        assert Client.objects.get().scopes == "read write follow"

    def test_it_reads_every_field_of_the_instance(self, site: str) -> None:
        instance = from_dict(TootInstance, toot_api.get_instance(site).json())
        assert instance.version.startswith("4.4.0 ")
        assert instance.configuration.polls.max_options == 0

    def test_it_gets_an_app_token(self, toot_app: toot.App) -> None:
        token = toot_api.fetch_app_token(toot_app)
        assert token["scope"] == "read write"

    def test_a_password_logs_nobody_in(self, toot_app: toot.App, ada: User) -> None:
        with pytest.raises(ConsoleError, match="Login failed"):
            toot_auth.login_username_password(toot_app, ada.email, "correct horse battery staple")

    def test_a_code_logs_in_and_the_user_goes_about(self, toot_app: toot.App, ada: User) -> None:
        client = Client.objects.get(client_id=toot_app.client_id)
        scope = toot_api.SCOPES.split()
        _, code = grant_code(client=client, user=ada, scope=scope, redirect_uri=OUT_OF_BAND, origin=Origin())
        user = toot_auth.login_auth_code(toot_app, code)
        assert user.username == "ada"
        found = toot_api.find_account(toot_app, user, f"@friend03@{toot_app.instance}")
        assert from_dict(TootAccount, found).display_name == "friend03"
        assert [a["username"] for a in toot_api.followers(toot_app, user, ada.pk)] == friends(11)
        relation = from_dict(TootRelationship, toot_api.get_relationship(toot_app, user, found["id"]))
        assert relation.following
        assert not toot_api.unfollow(toot_app, user, found["id"]).json()["following"]
        with pytest.raises(ApiError, match="Record not found"):
            toot_api.whois(toot_app, user, "0")
