"""pnut's API: its envelope, headers, limits and objects (docs.pnut.io)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import URLPattern, re_path
from rest_framework.response import Response
from rest_framework.test import APIClient

from clients.border import limits, pnut
from clients.models import Client, Event
from oauthsite import urls
from oauthsite.demo.models import Follow
from tests.factories import REDIRECT_URI, SECRET, AccessTokenFactory, ClientFactory, UserFactory
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules.redemption import grant_code

pytestmark = pytest.mark.django_db
LIMIT, LEFT, RESET = (f"X-RateLimit-{name}" for name in ("Limit", "Remaining", "Reset"))


@pytest.fixture
def ada() -> Any:
    return UserFactory(username="ada", first_name="Ada", last_name="L.", email="ada@example.org")


@pytest.fixture
def bob() -> Any:
    return UserFactory(username="bob")


@pytest.fixture
def client_of_ada(ada: Any) -> Client:
    return ClientFactory(user=ada, name="Ada's", website="https://ada.example", client_id="adas-client")


@pytest.fixture
def call(api: APIClient, bearer: Any) -> Any:
    """`call("/v1/token", token)`: status and JSON; `method=`, `headers=`."""

    def send(path: str, token: str | None = None, *, method: str = "get", **headers: str) -> tuple[int, Any]:
        answer = getattr(api, method)(path, **(bearer(token) if token else {}), **headers)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        send.answer = answer  # type: ignore[attr-defined]
        return answer.status_code, json.loads(content)

    return send


# ---------------------------------------------------------------- the token endpoint


@pytest.mark.parametrize("path", ["/oauth/access_token", "/v1/oauth/access_token/"])
def test_a_code_becomes_a_token_with_its_token_object(
    api: APIClient, client_of_ada: Client, ada: Any, path: str
) -> None:
    _family, code = grant_code(
        client=client_of_ada, user=ada, scope=["follow", "email"], redirect_uri=REDIRECT_URI, origin=Origin("192.0.2.1")
    )
    answer = api.post(
        path,
        {
            "client_id": "adas-client",
            "client_secret": SECRET,
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "grant_type": "authorization_code",
        },
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert set(told) == {"access_token", "token", "user_id", "username"}
    assert told["token"]["app"] == {"id": "adas-client", "name": "Ada's", "url": "https://ada.example"}
    assert told["token"]["scopes"] == ["basic", "follow", "email"]
    assert told["token"]["email"] == "ada@example.org"
    assert told["token"]["user"]["id"] == told["user_id"] == str(ada.pk)
    assert answer["Cache-Control"] == "no-store"


def test_an_app_token_comes_without_a_user(api: APIClient, client_of_ada: Client) -> None:
    sent = {"client_id": "adas-client", "client_secret": SECRET, "grant_type": "client_credentials"}
    told = api.post("/v1/oauth/access_token", sent).json()
    assert set(told) == {"access_token", "token"}
    assert set(told["token"]) == {"app", "scopes"}


def test_its_errors_are_those_of_the_rfc(api: APIClient, client_of_ada: Client) -> None:
    sent = {"client_id": "adas-client", "client_secret": "wrong", "grant_type": "client_credentials"}
    answer = api.post("/v1/oauth/access_token", sent)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


# ---------------------------------------------------------------- the envelope


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v1/posts/streams/global",
        "/v1/users/me/channels",
        "/v1/tokens",
        "/v1/users/1/follow/x",
        "/v1/oauthx",
        "/v1/x%0Ay",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options"])
def test_unknown_paths_answer_in_the_envelope(call: Any, path: str, method: str) -> None:
    assert call(path, method=method) == (404, {"meta": {"code": 404, "error_message": "Not found."}})
    assert call.answer[LIMIT] == ("40" if method in ("get", "options") else "20")


@pytest.mark.parametrize("method", ["post", "put", "patch", "options"])
def test_a_method_that_is_not_there_is_405_in_the_envelope(call: Any, user_token: Any, ada: Any, method: str) -> None:
    status, told = call("/v1/token", user_token(ada), method=method)
    assert (status, told["meta"]["code"]) == (405, 405)
    assert "GET" in call.answer["Allow"]


@pytest.mark.parametrize("token", [None, "nonsense", "oas_at_" + "x" * 600])
def test_without_a_token_that_works_it_is_401(call: Any, token: str | None) -> None:
    for path in ("/v1/token", "/v1/users/1", "/v1/users/1/following", "/v1/clients/x", "/v1/apps/me/users/ids"):
        status, told = call(path, token)
        assert (status, told["meta"]["code"]) == (401, 401)
        assert "data" not in told
        assert call.answer["WWW-Authenticate"].startswith("Bearer")


class Broken(pnut.PnutView):
    permission_classes = []

    def get(self, request: Any) -> Response:
        raise RuntimeError("secret details")


def test_what_nobody_foresaw_is_500_in_the_envelope(call: Any, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    broken: list[URLPattern] = [re_path(r"^v1/broken$", Broken.as_view()), *urls.urlpatterns]  # type: ignore[list-item]
    monkeypatch.setattr("tests.flows.test_pnut.urlpatterns", broken, raising=False)
    settings.ROOT_URLCONF = __name__
    status, told = call("/v1/broken")
    assert (status, told["meta"]["code"]) == (500, 500)
    assert "secret" not in json.dumps(told)
    assert call.answer[LIMIT] == "40"


def test_pretty_json_is_indented(call: Any, user_token: Any, app_token: Any, client_of_ada: Client, ada: Any) -> None:
    token = user_token(ada, client=client_of_ada)
    compact = call("/v1/token", token)
    assert b"\n" not in call.answer.content
    assert call("/v1/token", token, HTTP_X_PRETTY_JSON="0") == compact  # "if it is set at all"
    assert b"\n    " in call.answer.content
    plain = call("/v1/apps/me/users/tokens", app_token(client_of_ada))
    assert call("/v1/apps/me/users/tokens", app_token(client_of_ada), HTTP_X_PRETTY_JSON="1") == plain


def test_scopes_stand_in_a_header(call: Any, user_token: Any, ada: Any) -> None:
    token = user_token(ada, "follow email")
    call("/v1/token", token)
    assert call.answer["X-OAuth-Scopes"] == "basic,follow,email"
    call("/v1/nowhere", token)
    assert call.answer["X-OAuth-Scopes"] == "basic,follow,email"
    call("/v1/nowhere")
    assert "X-OAuth-Scopes" not in call.answer


# H9
def test_programs_in_any_page_may_call_it(call: Any, user_token: Any, ada: Any) -> None:
    call("/v1/token", user_token(ada), HTTP_ORIGIN="https://elsewhere.example")
    assert call.answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in call.answer
    exposed = call.answer["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in (LIMIT, LEFT, RESET, "X-OAuth-Scopes", "Retry-After", "WWW-Authenticate"))


# ---------------------------------------------------------------- rate limits


def test_each_answer_tells_what_is_left(call: Any, user_token: Any, ada: Any) -> None:
    token = user_token(ada, "follow")
    left = []
    for _ in range(2):
        call("/v1/token", token)
        left.append((call.answer[LIMIT], call.answer[LEFT]))
    assert left == [("5000", "4999"), ("5000", "4998")]
    assert 1 <= int(call.answer[RESET]) <= 3_600
    call("/v1/token", user_token(ada, "follow"))
    assert call.answer[LEFT] == "4999"  # another token
    call("/v1/users/1/follow", token, method="put")
    assert (call.answer[LIMIT], call.answer[LEFT]) == ("20", "19")
    assert 1 <= int(call.answer[RESET]) <= 60


def test_forty_a_minute_without_a_token_then_ten_minutes_pause(call: Any, user_token: Any, ada: Any) -> None:
    statuses = [call("/v1/token")[0] for _ in range(42)]
    assert statuses == [401] * 40 + [429] * 2
    status, told = call("/v1/token", "nonsense")
    assert (status, told["meta"]["code"]) == (429, 429)
    assert 590 <= told["meta"]["retry_in"] <= 600
    assert int(call.answer["Retry-After"]) == told["meta"]["retry_in"]
    assert (call.answer[LIMIT], call.answer[LEFT]) == ("40", "0")
    assert 590 <= int(call.answer[RESET]) <= 600
    assert call("/v1/token", user_token(ada))[0] == 200
    assert call("/v1/token", REMOTE_ADDR="203.0.113.9")[0] == 401


# P6
def test_a_forged_header_gives_no_other_limit(call: Any) -> None:
    statuses = [call("/v1/token", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")[0] for n in range(42)]
    assert statuses == [401] * 40 + [429] * 2


def test_who_waited_starts_anew(call: Any, time_machine: Any, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"v1_read_anonymous": "2/d"}}
    time_machine.move_to("2026-03-01T10:00:00Z", tick=False)
    assert [call("/v1/token")[0] for _ in range(4)] == [401, 401, 429, 429]
    time_machine.move_to("2026-03-01T10:10:01Z", tick=False)
    assert [call("/v1/token")[0] for _ in range(3)] == [401, 401, 429]


def test_without_a_penalty_the_window_decides(call: Any, time_machine: Any, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"v1_read_anonymous": "1/m"}, "V1_PENALTY": 0}
    time_machine.move_to("2026-03-01T10:00:30Z", tick=False)
    assert [call("/v1/token")[0] for _ in range(2)] == [401, 429]
    assert call.answer["Retry-After"] == "30"
    time_machine.move_to("2026-03-01T10:01:00Z", tick=False)
    assert call("/v1/token")[0] == 401


def test_limits_can_be_left_to_a_gateway(call: Any, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATE_LIMITS": False}
    assert {call("/v1/token")[0] for _ in range(45)} == {401}
    assert LIMIT not in call.answer


def test_a_cache_that_is_away_limits_nobody(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def __getattr__(self, name: str) -> Any:
            raise ConnectionError

    monkeypatch.setattr(limits, "cache", Away())
    monkeypatch.setattr("clients.border.throttles.cache", Away())
    assert {call("/v1/token")[0] for _ in range(45)} == {401}


# ---------------------------------------------------------------- tokens


def test_a_token_tells_what_it_is(call: Any, user_token: Any, client_of_ada: Client, bob: Any) -> None:
    status, told = call("/v1/token", user_token(bob, "follow", client=client_of_ada))
    assert status == 200
    data = told["data"]
    assert told["meta"] == {"code": 200}
    assert data["app"] == {"id": "adas-client", "name": "Ada's", "url": "https://ada.example"}
    assert data["scopes"] == ["basic", "follow"]
    assert data["user"]["username"] == "bob"
    assert data["storage"] == {"available": 0, "total": 0}
    assert "email" not in data


def test_the_address_is_told_where_it_was_granted(call: Any, user_token: Any, ada: Any) -> None:
    assert call("/v1/token", user_token(ada, "basic email"))[1]["data"]["email"] == "ada@example.org"


# T13
@pytest.mark.parametrize("path", ["/v1/token", "/v1/users/me", "/v1/users/me/following", "/v1/users/me/clients"])
def test_an_app_token_is_nobodys(call: Any, app_token: Any, path: str) -> None:
    status, told = call(path, app_token())
    assert (status, told["meta"]["code"]) == (403, 403)


# T13
@pytest.mark.parametrize("path", ["/v1/apps/me/users/ids", "/v1/apps/me/users/tokens"])
def test_a_users_token_is_not_the_apps(call: Any, user_token: Any, ada: Any, path: str) -> None:
    assert call(path, user_token(ada))[0] == 403


# T13
def test_a_code_is_no_bearer_token(call: Any, client_of_ada: Client, ada: Any) -> None:
    _family, code = grant_code(
        client=client_of_ada, user=ada, scope=["follow"], redirect_uri=REDIRECT_URI, origin=Origin("192.0.2.1")
    )
    assert call("/v1/token", code)[0] == 401


def test_deleting_a_token_ends_exactly_this_one(call: Any, user_token: Any, client_of_ada: Client, bob: Any) -> None:
    token, other = (user_token(bob, client=client_of_ada) for _ in range(2))
    status, told = call("/v1/token", token, method="delete")
    assert (status, told["data"]["user"]["username"]) == (200, "bob")
    assert call("/v1/token", token)[0] == 401
    assert call("/v1/token", other)[0] == 200
    event = Event.objects.get()
    assert (event.act, event.actor, event.subject, event.client, event.count) == (
        "tokens_revoked",
        bob,
        bob,
        client_of_ada,
        1,
    )


# ---------------------------------------------------------------- the users of an app


def test_an_app_learns_who_authorized_it(call: Any, app_token: Any, client_of_ada: Client, ada: Any, bob: Any) -> None:
    for user in (ada, bob, bob):
        AccessTokenFactory(client=client_of_ada, user=user)
    AccessTokenFactory(user=UserFactory())  # for another client
    AccessTokenFactory(client=client_of_ada, user=UserFactory(is_active=False))
    gone, _value = AccessTokenFactory(client=client_of_ada, user=UserFactory())
    TokenFamily.objects.only_this(gone.family_id).update(revoked_at=gone.created)
    status, told = call("/v1/apps/me/users/ids", app_token(client_of_ada))
    ids = [str(bob.pk), str(ada.pk)]
    assert (status, told["data"]) == (200, ids)
    assert told["meta"] == {"code": 200, "more": False, "min_id": ids[-1], "max_id": ids[0]}


def test_an_app_without_users_has_empty_lists(call: Any, app_token: Any, client_of_ada: Client) -> None:
    token = app_token(client_of_ada)
    expected = {"meta": {"code": 200, "more": False, "min_id": None, "max_id": None}, "data": []}
    assert call("/v1/apps/me/users/ids", token) == (200, expected)
    assert call("/v1/apps/me/users/tokens", token) == (200, expected)


def test_an_own_use_client_has_no_users_but_its_owner(call: Any, app_token: Any) -> None:
    client = ClientFactory(owner_only=True)
    AccessTokenFactory(client=client, user=client.user)
    AccessTokenFactory(client=client, user=UserFactory())  # from a time when it was open
    assert call("/v1/apps/me/users/ids", app_token(client))[1]["data"] == [str(client.user_id)]


def test_an_app_gets_the_token_objects_of_its_users(
    call: Any, app_token: Any, client_of_ada: Client, ada: Any, bob: Any
) -> None:
    AccessTokenFactory(client=client_of_ada, user=ada, scope="basic email")
    AccessTokenFactory(client=client_of_ada, user=bob, scope="follow")
    status, told = call("/v1/apps/me/users/tokens", app_token(client_of_ada))
    assert status == 200
    assert [(d["user"]["username"], d["scopes"], d.get("email")) for d in told["data"]] == [
        ("bob", ["basic", "follow"], None),
        ("ada", ["basic", "email"], "ada@example.org"),
    ]
    assert told["meta"]["more"] is False
    assert [told["meta"]["max_id"], told["meta"]["min_id"]] == [d["pagination_id"] for d in told["data"]]


def test_its_token_objects_come_in_pages_if_asked(call: Any, app_token: Any, client_of_ada: Client, ada: Any) -> None:
    for _ in range(5):
        AccessTokenFactory(client=client_of_ada, user=ada)
    token = app_token(client_of_ada)
    everything = [d["pagination_id"] for d in call("/v1/apps/me/users/tokens", token)[1]["data"]]
    assert len(everything) == 5
    page = call("/v1/apps/me/users/tokens?count=2", token)[1]
    assert ([d["pagination_id"] for d in page["data"]], page["meta"]["more"]) == (everything[:2], True)
    page = call(f"/v1/apps/me/users/tokens?count=3&before_id={page['meta']['min_id']}", token)[1]
    assert ([d["pagination_id"] for d in page["data"]], page["meta"]["more"]) == (everything[2:], False)
    page = call(f"/v1/apps/me/users/tokens?count=-1&since_id={everything[3]}", token)[1]
    assert ([d["pagination_id"] for d in page["data"]], page["meta"]["more"]) == (everything[2:3], True)


def test_many_token_objects_cost_no_more_statements(
    call: Any,
    app_token: Any,
    client_of_ada: Client,
    django_assert_max_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(30):
        AccessTokenFactory(client=client_of_ada, user=UserFactory())
    token = app_token(client_of_ada)
    call("/v1/token", token)
    with django_assert_max_num_queries(6):
        assert len(call("/v1/apps/me/users/tokens", token)[1]["data"]) == 30
    monkeypatch.setattr("tokens.api.pnut.BATCH", 7)
    assert len(call("/v1/apps/me/users/tokens", token)[1]["data"]) == 30


# ---------------------------------------------------------------- clients


def test_a_client_for_everyone_is_shown(call: Any, app_token: Any, client_of_ada: Client) -> None:
    status, told = call("/v1/clients/adas-client", app_token())
    assert status == 200
    data = told["data"]
    assert (data["id"], data["name"], data["url"]) == ("adas-client", "Ada's", "https://ada.example")
    assert data["created_at"] == f"{client_of_ada.created:%Y-%m-%dT%H:%M:%SZ}"
    assert data["user"]["username"] == "ada"


def test_a_client_of_nobody_has_no_user_and_maybe_no_url(call: Any, app_token: Any) -> None:
    client = ClientFactory(website="")
    data = call(f"/v1/clients/{client.client_id}", app_token())[1]["data"]
    assert (data["user"], data["url"]) == (None, None)


@pytest.mark.parametrize("client_id", ["nobody", "x" * 300, "nul%00", "own", "suspended"])
def test_other_clients_are_not_there(call: Any, app_token: Any, client_id: str) -> None:
    ClientFactory(owner_only=True, client_id="own")
    ClientFactory(suspended=True, client_id="suspended")
    assert call(f"/v1/clients/{client_id}", app_token())[0] == 404


def test_the_clients_of_a_user_are_those_for_everyone(
    call: Any, app_token: Any, client_of_ada: Client, ada: Any
) -> None:
    ClientFactory(user=ada, suspended=True)
    ClientFactory(user=ada, audience="owner")
    second = ClientFactory(user=ada, name="Second")
    for who in (str(ada.pk), "@ada", "@ADA"):
        status, told = call(f"/v1/users/{who}/clients", app_token())
        assert status == 200
        assert [(d["name"], d["pagination_id"]) for d in told["data"]] == [
            ("Second", str(second.pk)),
            ("Ada's", str(client_of_ada.pk)),
        ]
    page = call(f"/v1/users/@ada/clients?count=1&before_id={second.pk}", app_token())[1]
    assert [d["name"] for d in page["data"]] == ["Ada's"]


@pytest.mark.parametrize(
    "query", ["count=0", "count=201", "count=x", "since_id=x", "before_id=", f"since_id={-(2**70)}"]
)
def test_what_is_invalid_about_a_page_is_ignored(call: Any, app_token: Any, client_of_ada: Client, query: str) -> None:
    assert len(call(f"/v1/users/@ada/clients?{query}", app_token())[1]["data"]) == 1


# ---------------------------------------------------------------- users


def test_a_user_object(call: Any, user_token: Any, client_of_ada: Client, ada: Any, bob: Any) -> None:
    Follow.objects.create(follower_id=bob.pk, followed_id=ada.pk)
    status, told = call("/v1/users/@ada", user_token(bob))
    assert status == 200
    data = told["data"]
    assert (data["id"], data["username"], data["name"], data["type"]) == (str(ada.pk), "ada", "Ada L.", "human")
    assert data["created_at"] == f"{ada.date_joined:%Y-%m-%dT%H:%M:%SZ}"
    assert data["counts"]["followers"] == 1
    assert data["counts"]["clients"] == 1
    assert (data["you_follow"], data["follows_you"], data["you_can_follow"]) == (True, False, True)
    assert data["content"]["avatar_image"]["is_default"] is True
    assert call("/v1/users/me", user_token(bob))[1]["data"]["you_can_follow"] is False


def test_an_app_sees_users_without_relations(call: Any, app_token: Any, ada: Any) -> None:
    data = call(f"/v1/users/{ada.pk}", app_token())[1]["data"]
    assert data["username"] == "ada"
    assert "you_follow" not in data


@pytest.mark.parametrize(
    "who", ["0", "999999", "9" * 40, "nobody", "@nobody", "@", "@nul%00", "-1", "1.5", "gone", "@gone"]
)
def test_nobody_else_is_there(call: Any, app_token: Any, who: str) -> None:
    gone = UserFactory(username="gone", is_active=False)
    who = str(gone.pk) if who == "gone" else who
    for path in (f"/v1/users/{who}", f"/v1/users/{who}/following", f"/v1/users/{who}/clients"):
        assert call(path, app_token())[0] == 404


def test_followers_come_in_pages_newest_first(call: Any, app_token: Any, ada: Any) -> None:
    names = [f"fan{n}" for n in range(5)]
    for name in names:
        Follow.objects.create(follower_id=UserFactory(username=name).pk, followed_id=ada.pk)
    token = app_token()
    told = call("/v1/users/@ada/followers", token)[1]
    assert [d["username"] for d in told["data"]] == names[::-1]
    ids = [d["pagination_id"] for d in told["data"]]
    assert told["meta"] == {"code": 200, "more": False, "max_id": ids[0], "min_id": ids[-1]}

    def names_of(query: str) -> tuple[list[str], bool]:
        found = call(f"/v1/users/@ada/followers?{query}", token)[1]
        return [d["username"] for d in found["data"]], found["meta"]["more"]

    assert names_of("count=2") == (["fan4", "fan3"], True)
    assert names_of(f"count=2&before_id={ids[1]}") == (["fan2", "fan1"], True)
    assert names_of(f"since_id={ids[1]}") == (["fan4"], False)
    assert names_of(f"count=-2&since_id={ids[4]}") == (["fan2", "fan1"], True)
    assert names_of("count=0") == names_of("count=201") == names_of("count=x") == (names[::-1], False)
    assert call("/v1/users/@fan0/following", token)[1]["data"][0]["username"] == "ada"
    empty = call("/v1/users/@fan0/followers", token)[1]
    assert empty == {"meta": {"code": 200, "more": False, "min_id": None, "max_id": None}, "data": []}


def test_following_and_unfollowing(call: Any, user_token: Any, ada: Any, bob: Any) -> None:
    token = user_token(bob, "follow")
    for _ in range(2):
        status, told = call("/v1/users/@ada/follow", token, method="put")
        assert (status, told["data"]["username"], told["data"]["you_follow"]) == (200, "ada", True)
    assert Follow.objects.count() == 1
    for _ in range(2):
        status, told = call(f"/v1/users/{ada.pk}/follow", token, method="delete")
        assert (status, told["data"]["you_follow"]) == (200, False)
    assert Follow.objects.count() == 0


def test_following_needs_its_scope_a_user_and_somebody_else(
    call: Any, user_token: Any, app_token: Any, ada: Any, bob: Any
) -> None:
    assert call("/v1/users/@ada/follow", user_token(bob, "basic"), method="put")[0] == 403
    assert call("/v1/users/@ada/follow", app_token(scopes="follow"), method="put")[0] == 403
    assert call("/v1/users/@bob/follow", user_token(bob, "follow"), method="put")[0] == 400
    assert call("/v1/users/@nobody/follow", user_token(bob, "follow"), method="put")[0] == 404
    assert not Follow.objects.exists()


def test_a_host_without_profiles_shows_its_own_accounts(call: Any, user_token: Any, ada: Any, settings: Any) -> None:
    settings.OAUTHSITE = {k: v for k, v in settings.OAUTHSITE.items() if k != "USER_OBJECTS"}
    assert call("/v1/token", user_token(ada))[1]["data"]["user"] == {
        "id": str(ada.pk),
        "username": "ada",
        "name": "Ada L.",
        "type": "human",
        "created_at": f"{ada.date_joined:%Y-%m-%dT%H:%M:%SZ}",
    }
