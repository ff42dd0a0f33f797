"""Programs written for pnut, unchanged but for the address: pnutpy, and the documentation's curl commands."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pnutpy
import pytest
from pnutpy.errors import (
    PnutAPIException,
    PnutAuthAPIException,
    PnutBadRequestAPIException,
    PnutMissing,
    PnutPermissionDenied,
    PnutRateLimitAPIException,
)

from clients import values
from clients.models import Client
from oauthsite.demo.models import Follow
from tests.factories import PASSWORD, REDIRECT_URI, SECRET, ClientFactory, UserFactory
from tokens.origin import Origin
from tokens.rules.redemption import grant_code

pytestmark = pytest.mark.django_db(transaction=True)
PG_SECRET = "oas_pg_the-secret-of-an-approved-client"


@pytest.fixture
def root(live_server: Any, settings: Any) -> str:
    """What pnutpy calls `api_root`."""
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": live_server.url}
    return f"{live_server.url}/v1"


@pytest.fixture
def ada() -> Any:
    return UserFactory(username="ada", first_name="Ada", email="ada@example.org")


@pytest.fixture
def pnut_client(ada: Any) -> Client:
    return ClientFactory(user=ada, name="Ada's", password_grant_secret=values.store(PG_SECRET))


@pytest.fixture
def pnut(root: str, user_token: Any, ada: Any, pnut_client: Client) -> pnutpy.API:
    """pnutpy with ada's token."""
    return pnutpy.API.build_api(api_root=root, access_token=user_token(ada, "follow email", client=pnut_client))


def test_pnutpy_reads_token_and_users(pnut: pnutpy.API, ada: Any) -> None:
    bob = UserFactory(username="bob")
    token, meta = pnut.get_token()
    assert meta.code == 200
    assert (token.user.username, token.user.id, token.email) == ("ada", ada.pk, "ada@example.org")
    assert token.scopes == ["basic", "follow", "email"]
    assert token.app.name == "Ada's"
    user, _meta = pnut.get_user("@bob")
    assert (user.id, user.created_at.replace(microsecond=0)) == (bob.pk, bob.date_joined.replace(microsecond=0))
    user, _meta = pnut.get_user("me")
    assert user.id == ada.pk


def test_pnutpy_follows_and_walks_lists(pnut: pnutpy.API, ada: Any) -> None:
    for n in range(5):
        Follow.objects.create(follower_id=UserFactory(username=f"fan{n}").pk, followed_id=ada.pk)
    bob = UserFactory(username="bob")
    user, _meta = pnut.follow_user(bob.pk)
    assert user.you_follow is True
    found, meta = pnut.users_following("me")
    assert ([user.username for user in found], meta.more) == (["bob"], False)
    user, _meta = pnut.unfollow_user("@bob")
    assert user.you_follow is False
    walked = pnutpy.cursor(pnut.users_followers, "me", count=2)
    assert [user.username for user in walked] == ["fan4", "fan3", "fan2", "fan1", "fan0"]


def test_pnutpy_deletes_its_token(pnut: pnutpy.API) -> None:
    assert pnut.request("DELETE", "/token").meta.code == 200
    with pytest.raises(PnutAuthAPIException):
        pnut.get_token()


def test_pnutpy_asks_as_an_app(root: str, app_token: Any, user_token: Any, pnut_client: Client, ada: Any) -> None:
    user_token(ada, "follow", client=pnut_client)
    app = pnutpy.API.build_api(api_root=root, access_token=app_token(pnut_client))
    assert app.request("GET", "/apps/me/users/ids").data == [str(ada.pk)]
    [token] = app.request("GET", "/apps/me/users/tokens").data
    assert (token.user.username, token.scopes) == ("ada", ["basic", "follow"])
    assert app.request("GET", f"/clients/{pnut_client.client_id}").data.user.username == "ada"
    assert app.request("GET", "/users/@ada/clients").data[0].id == pnut_client.client_id


def test_pnutpy_knows_our_errors(pnut: pnutpy.API, root: str, app_token: Any, settings: Any) -> None:
    with pytest.raises(PnutBadRequestAPIException):
        pnut.follow_user("me")
    with pytest.raises(PnutAuthAPIException):
        pnutpy.API.build_api(api_root=root, access_token="nonsense").get_token()
    with pytest.raises(PnutPermissionDenied):
        pnutpy.API.build_api(api_root=root, access_token=app_token()).get_token()
    with pytest.raises(PnutMissing):
        pnut.get_user(999_999)
    with pytest.raises(PnutMissing):
        pnut.get_post(1)
    with pytest.raises(PnutAPIException) as caught:
        pnut.request("PATCH", "/token")
    assert caught.value.response.meta.code == 405
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"v1_read": "0/h"}}
    with pytest.raises(PnutRateLimitAPIException) as limited:
        pnut.get_token()
    assert limited.value.response.meta.retry_in > 0


# ---------------------------------------------------------------- the documentation's commands


def curl(*arguments: str) -> Any:
    """What a command answers, as JSON."""
    program = shutil.which("curl")
    assert program, "curl is part of what these tests need"
    answer = subprocess.run([program, "--silent", *arguments], capture_output=True, check=True, timeout=30)
    return json.loads(answer.stdout)


def test_the_password_flow_as_documented(root: str, pnut_client: Client) -> None:
    told = curl(
        f"{root}/oauth/access_token",
        *("-d", f"client_id={pnut_client.client_id}"),
        *("-d", f"password_grant_secret={PG_SECRET}"),
        *("-d", "username=ada"),
        *("-d", f"password={PASSWORD}"),
        *("-d", "grant_type=password"),
        *("-d", "scope=follow,messages"),
        *("-X", "POST"),
    )
    assert told["username"] == "ada"
    assert told["token"]["scopes"] == ["basic", "follow", "messages"]


def test_the_web_flow_as_documented(root: str, pnut_client: Client, ada: Any) -> None:
    _family, code = grant_code(
        client=pnut_client, user=ada, scope=["follow"], redirect_uri=REDIRECT_URI, origin=Origin("192.0.2.1")
    )
    told = curl(
        f"{root}/oauth/access_token",
        *("-d", f"client_id={pnut_client.client_id}"),
        *("-d", f"client_secret={SECRET}"),
        *("-d", f"code={code}"),
        *("-d", f"redirect_uri={REDIRECT_URI}"),
        *("-d", "grant_type=authorization_code"),
        *("-X", "POST"),
    )
    assert (told["user_id"], told["username"]) == (str(ada.pk), "ada")


def test_app_tokens_and_resources_as_documented(root: str, pnut_client: Client, ada: Any, user_token: Any) -> None:
    told = curl(
        f"{root}/oauth/access_token",
        *("-d", f"client_id={pnut_client.client_id}"),
        *("-d", f"client_secret={SECRET}"),
        *("-d", "grant_type=client_credentials"),
        *("-X", "POST"),
    )
    as_app = ("-H", f"Authorization: Bearer {told['access_token']}", "-H", "X-Pretty-Json: 1")
    as_ada = ("-H", f"Authorization: Bearer {user_token(ada, 'follow', client=pnut_client)}", "-H", "X-Pretty-Json: 1")
    bob = UserFactory(username="bob")
    assert curl(f"{root}/apps/me/users/ids", *as_app)["data"] == [str(ada.pk)]
    assert len(curl(f"{root}/apps/me/users/tokens", *as_app)["data"]) == 1
    assert curl(f"{root}/clients/{pnut_client.client_id}", *as_ada)["data"]["name"] == "Ada's"
    assert len(curl(f"{root}/users/{ada.pk}/clients", *as_ada)["data"]) == 1
    assert curl(f"{root}/users/{bob.pk}/follow", "-X", "PUT", *as_ada)["data"]["you_follow"] is True
    assert curl(f"{root}/users/{ada.pk}/following?count=2", *as_ada)["data"][0]["username"] == "bob"
    assert curl(f"{root}/users/@bob/followers?count=2", *as_ada)["data"][0]["username"] == "ada"
    assert curl(f"{root}/users/{bob.pk}/follow", *as_ada, "-X", "DELETE")["data"]["you_follow"] is False
    assert curl(f"{root}/token", *as_ada)["data"]["user"]["username"] == "ada"
    assert curl(f"{root}/token", *as_ada, "-X", "DELETE")["meta"] == {"code": 200}
    assert curl(f"{root}/token", *as_ada)["meta"]["code"] == 401
