"""The password flow (RFC 6749 §4.3, pnut's password flow), and what holds back those who guess."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection, connections
from rest_framework.test import APIClient

from clients import values
from clients.models import Client, Event
from tests.factories import PASSWORD, SECRET, AccessTokenFactory, ClientFactory, UserFactory
from tests.visiting import Visitor
from tokens.models import AccessToken, TokenFamily
from tokens.origin import Origin
from tokens.rules import password

FORM = "application/x-www-form-urlencoded"
PG_SECRET = "oas_pg_the-secret-of-an-approved-client"
REFUSED = {"error": "invalid_grant", "error_description": password.WRONG}

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Any:
    return UserFactory(username="ada", email="Ada@example.org")


@pytest.fixture
def approved() -> Client:
    """A client for everyone that an administrator approved for the password flow."""
    return ClientFactory(
        user=UserFactory(username="developer"),
        password_grant_secret=values.store(PG_SECRET),
        scopes="read basic email stream write_post",
    )


def ask(api: APIClient, client: Client, **sent: Any) -> Any:
    """A request to pnut's endpoint; `None` leaves a parameter out."""
    where = {"REMOTE_ADDR": sent.pop("address", "192.0.2.7"), **sent.pop("headers", {})}
    body = {
        "grant_type": "password",
        "client_id": client.client_id,
        "password_grant_secret": PG_SECRET,
        "username": "ada",
        "password": PASSWORD,
        **sent,
    }
    path = body.pop("path", "/oauth/access_token")
    return api.post(path, {k: v for k, v in body.items() if v is not None}, **where)


def ask_mastodon(api: APIClient, client: Client, **sent: Any) -> Any:
    """The same at /oauth/token, where the client's own secret proves it."""
    return ask(api, client, **{"path": "/oauth/token", "password_grant_secret": None, "client_secret": SECRET, **sent})


@pytest.mark.rfc("6749", "4.3.2")
@pytest.mark.parametrize("path", ["/oauth/access_token", "/v1/oauth/access_token", "/oauth/access_token/"])
@pytest.mark.rfc("6749", "4.3.2")
def test_name_and_password_become_a_token(api: APIClient, approved: Client, ada: Any, path: str) -> None:
    answer = ask(api, approved, path=path, scope="basic,stream", token_group="phone")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert set(told) == {"access_token", "token", "user_id", "username"}
    assert (told["user_id"], told["username"]) == (str(ada.pk), "ada")
    assert told["token"]["scopes"] == ["basic", "stream"]
    assert told["token"]["user"]["username"] == "ada"
    assert "email" not in told["token"]
    family = AccessToken.objects.valued(told["access_token"]).get().family
    assert (family.user, family.client, family.grant_type) == (ada, approved, "password")
    assert (family.token_group, family.ip_address) == ("phone", "192.0.2.7")


@pytest.mark.parametrize("name", ["Ada@example.org", "ada@EXAMPLE.org"])
def test_the_address_is_as_good_as_the_name(api: APIClient, approved: Client, ada: Any, name: str) -> None:
    assert ask(api, approved, username=name).json()["username"] == "ada"


def test_an_address_that_two_accounts_share_names_nobody(api: APIClient, approved: Client, ada: Any) -> None:
    UserFactory(username="eve", email="ada@example.org")
    assert ask(api, approved, username="ada@example.org").json() == REFUSED
    assert ask(api, approved, username="ada").status_code == 200


def test_mastodons_endpoint_takes_the_clients_own_secret(api: APIClient, approved: Client, ada: Any) -> None:
    answer = ask_mastodon(api, approved, scope="read")
    assert answer.status_code == 200, answer.content
    assert answer.json()["scope"] == "read"
    assert answer.json()["token_type"] == "Bearer"
    assert ask_mastodon(api, approved, client_secret=PG_SECRET).json()["error"] == "invalid_client"
    assert ask(api, approved, password_grant_secret=None, client_secret=SECRET).status_code == 401


def test_a_client_with_refresh_tokens_gets_one_here_too(api: APIClient, approved: Client, ada: Any) -> None:
    Client.objects.update(grant_types="authorization_code refresh_token")
    told = ask(api, approved).json()
    assert told["expires_in"] == 3600
    sent = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"], "client_secret": SECRET}
    again = ask(api, approved, password_grant_secret=None, username=None, password=None, **sent)
    assert again.status_code == 200, again.content
    assert again.json()["user_id"] == str(ada.pk)


# P1
@pytest.mark.parametrize("secret", [SECRET, PG_SECRET, "", None])
@pytest.mark.rfc("9700", "2.4")
def test_no_other_client_may_try_a_password(api: APIClient, ada: Any, secret: str | None) -> None:
    client = ClientFactory(user=UserFactory())
    answer = ask(api, client, password_grant_secret=secret)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    answer = ask_mastodon(api, client)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert not TokenFamily.objects.exists()


# P1
def test_nobody_approves_themselves(api: APIClient, ada: Any, user_token: Any, bearer: Any) -> None:
    mine = {"client_name": "Mine", "redirect_uris": "https://app.example/cb", "grant_types": ["password"]}
    secret = {"password_grant_secret": PG_SECRET, "is_password_flow_approved": True}
    token = bearer(user_token(ada))
    assert api.post("/api/v1/apps", {**mine, **secret}, format="json", **token).status_code == 200
    client = Client.objects.get(name="Mine")
    assert not client.is_password_flow_approved
    assert ask(api, client).json()["error"] == "unauthorized_client"
    dynamic = {**mine, **secret, "redirect_uris": ["https://app.example/cb"]}
    assert api.post("/oauth/register", dynamic, format="json").json()["error"] == "invalid_client_metadata"


# P1
@pytest.mark.parametrize("secret", ["oas_pg_wrong", SECRET, "", None])
def test_an_approved_client_proves_itself(api: APIClient, approved: Client, ada: Any, secret: str | None) -> None:
    answer = ask(api, approved, password_grant_secret=secret)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("client_id", ["nobody", "n" * 300])
def test_an_unknown_client_is_refused(api: APIClient, approved: Client, ada: Any, client_id: str) -> None:
    assert ask(api, approved, client_id=client_id).json()["error"] == "invalid_client"


# P1
def test_a_client_without_a_secret_tries_no_passwords(api: APIClient, approved: Client, ada: Any) -> None:
    Client.objects.update(client_type=Client.CLIENT_PUBLIC, client_secret="")
    answer = ask_mastodon(api, approved, client_secret=None)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert ask(api, approved).status_code == 200  # its password_grant_secret proves it


# P1
def test_a_suspended_client_is_refused_before_the_password(api: APIClient, approved: Client, ada: Any) -> None:
    Client.objects.update(status="suspended")
    assert ask(api, approved).json()["error"] == "unauthorized_client"


# P1
def test_the_tokens_die_with_the_approval(api: APIClient, approved: Client, ada: Any, bearer: Any) -> None:
    token = ask(api, approved).json()["access_token"]
    assert api.get("/v1/token", **bearer(token)).status_code == 200
    Client.objects.update(password_grant_secret="")
    assert api.get("/v1/token", **bearer(token)).status_code == 401


def test_an_own_use_client_lets_only_its_owner_in(api: APIClient, ada: Any) -> None:
    client = ClientFactory(owner_only=True, password_grant_secret=values.store(PG_SECRET))
    assert ask(api, client).json() == REFUSED
    assert ask(api, client, username=client.user.username).status_code == 200


class Factors:
    """What a host with second factors puts into MAY_USE_PASSWORD_GRANT."""

    asked: list[Any] = []


def without_second_factor(user: Any, *, client: Any, request: Any) -> bool:
    Factors.asked.append((user.username, client, request.META["REMOTE_ADDR"]))
    return bool(user.username != "ada")


# P2
def test_a_host_refuses_whoever_has_a_second_factor(api: APIClient, approved: Client, ada: Any, settings: Any) -> None:
    UserFactory(username="bob")
    hook = f"{__name__}.without_second_factor"
    settings.OAUTHSITE = {**settings.OAUTHSITE, "MAY_USE_PASSWORD_GRANT": hook}
    Factors.asked.clear()
    assert ask(api, approved).json() == REFUSED
    assert ask(api, approved, password="wrong").json() == REFUSED
    assert Factors.asked == [("ada", approved, "192.0.2.7")]  # never asked about a wrong password
    assert ask(api, approved, username="bob").status_code == 200


# P3
def test_no_failure_tells_more_than_another(api: APIClient, approved: Client, ada: Any, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATE_LIMITS": False}
    settings.AXES_FAILURE_LIMIT = 1_000
    UserFactory(username="gone", is_active=False)
    failures = [
        {"password": "wrong"},
        {"username": "nobody"},
        {"username": "nobody@example.org"},
        {"username": "gone"},
        {"username": "gone", "password": "wrong"},
        {"password": "nul\0"},
        {"username": "nul\0"},
        {"password": "w" * 4_096},
        {"username": "n" * 4_096},
        {"username": "ada ", "password": "wrong"},
    ]
    answers = [ask(api, approved, **failure) for failure in failures]
    for answer in answers:
        assert (answer.status_code, answer.content) == (400, answers[0].content)
        assert dict(answer.headers) == dict(answers[0].headers)
    assert answers[0].json() == REFUSED


# P3
@pytest.mark.parametrize("name", ["ada", "nobody", "gone"])
def test_every_failure_hashes_a_password_once(
    api: APIClient, approved: Client, ada: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    UserFactory(username="gone", is_active=False)
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(args) or encode(*args))
    assert ask(api, approved, username=name, password="wrong").json() == REFUSED
    assert len(hashed) == 1


# P3
@pytest.mark.parametrize("failure", ["wrong", "not the owner"])
def test_the_host_hears_of_every_failure(api: APIClient, ada: Any, failure: str) -> None:
    client = ClientFactory(owner_only=True, password_grant_secret=values.store(PG_SECRET))
    assert ask(api, client, password="wrong" if failure == "wrong" else PASSWORD).json() == REFUSED
    assert AccessAttempt.objects.get().username == "ada"


# P4
def test_email_is_not_granted_here_first(api: APIClient, approved: Client, ada: Any) -> None:
    answer = ask(api, approved, scope="basic,email")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert ask_mastodon(api, approved, scope="read email").json()["error"] == "invalid_scope"
    AccessTokenFactory(client=approved, user=ada, scope="basic email")  # as the consent page would
    told = ask(api, approved, scope="basic,email").json()
    assert told["token"]["email"] == "Ada@example.org"
    TokenFamily.objects.update(revoked_at="2026-01-01T00:00Z")
    assert ask(api, approved, scope="email").json()["error"] == "invalid_scope"


# P4
def test_each_use_is_told_by_mail_and_kept_as_history(
    api: APIClient, approved: Client, ada: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(api, approved, scope="stream,write_post", token_group="phone").status_code == 200
        assert ask(api, approved, password="wrong").status_code == 400
    [letter] = mail.outbox
    assert letter.to == ["Ada@example.org"]
    assert approved.name in letter.subject
    for part in (
        approved.name,
        approved.client_id,
        "(stream)",
        "(write_post)",
        "192.0.2.7",
        "phone",
        "/dev/tokens?client=",
    ):
        assert part in letter.body
    event = Event.objects.get(act="password_flow_used")
    assert (event.actor, event.subject, event.client) == (ada, ada, approved)
    assert event.details == {"scope": "stream write_post"}


# P4
def test_who_has_no_address_gets_no_mail_and_a_token(
    api: APIClient, approved: Client, django_capture_on_commit_callbacks: Any
) -> None:
    UserFactory(username="ada", email="")
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(api, approved).status_code == 200
    assert mail.outbox == []


# P4
def test_a_mail_server_that_is_away_takes_no_token(
    api: APIClient, approved: Client, ada: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("clients.mail.send_mail", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(api, approved).status_code == 200


# P5
def test_after_ten_wrong_passwords_the_address_waits_and_the_victim_does_not(
    api: APIClient, approved: Client, ada: Any
) -> None:
    statuses = [ask(api, approved, password="wrong", address="198.51.100.1").status_code for _ in range(30)]
    assert statuses == [400] * 10 + [429] * 20
    refused = ask(api, approved, address="198.51.100.1")
    assert refused.status_code == 429
    assert refused.json()["error"] == "temporarily_unavailable"
    assert 1 <= int(refused["Retry-After"]) <= 900
    assert ask(api, approved, address="203.0.113.9").status_code == 200


# P5
def test_unknown_names_are_held_back_like_known_ones(api: APIClient, approved: Client) -> None:
    statuses = [ask(api, approved, username="nobody", password="x").status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]


# P5
def test_name_and_address_share_one_counter(api: APIClient, approved: Client, ada: Any) -> None:
    names = ["ada", "ada@example.org"] * 6
    statuses = [ask(api, approved, username=name, password="wrong").status_code for name in names]
    assert statuses == [400] * 10 + [429] * 2


# P5
def test_right_passwords_are_not_counted(api: APIClient, approved: Client, ada: Any) -> None:
    assert {ask(api, approved).status_code for _ in range(15)} == {200}


# P5
def test_one_address_guesses_at_no_more_than_fifty(api: APIClient, approved: Client) -> None:
    statuses = [ask(api, approved, username=f"user{n}", password="x").status_code for n in range(52)]
    assert statuses == [400] * 50 + [429] * 2


# P5
def test_a_customer_with_many_ipv6_addresses_is_one_address(api: APIClient, approved: Client, ada: Any) -> None:
    statuses = [ask(api, approved, password="wrong", address=f"2001:db8::{n:x}").status_code for n in range(1, 13)]
    assert statuses == [400] * 10 + [429] * 2


# P5
def test_guessing_from_everywhere_spares_where_the_owner_has_been(
    api: APIClient, approved: Client, ada: Any, settings: Any
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"guesses_account": "3/h"}}
    AccessTokenFactory(user=ada, origin=Origin(ip_address="203.0.113.9"))
    statuses = [ask(api, approved, password="wrong", address=f"198.51.100.{n}").status_code for n in range(5)]
    assert statuses == [400] * 3 + [429] * 2
    assert ask(api, approved, address="198.51.100.77").status_code == 429
    assert ask(api, approved, address="203.0.113.9").status_code == 200


# P5
def test_limits_can_be_switched_off(api: APIClient, approved: Client, ada: Any, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATE_LIMITS": False}
    settings.AXES_FAILURE_LIMIT = 1_000
    assert {ask(api, approved, password="wrong").status_code for _ in range(12)} == {400}


# P5
def test_what_the_database_remembers_is_told_in_the_words_of_the_rfc(
    api: APIClient, approved: Client, ada: Any, settings: Any
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATE_LIMITS": False}
    settings.AXES_FAILURE_LIMIT = 2
    assert [ask(api, approved, password="wrong").status_code for _ in range(3)] == [400, 429, 429]
    refused = ask(api, approved)
    assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
    assert (refused["Retry-After"], refused["Cache-Control"]) == ("900", "no-store")
    assert ask(api, approved, address="203.0.113.9").status_code == 200


# P6
def test_a_forged_header_is_no_other_address(api: APIClient, approved: Client, ada: Any) -> None:
    statuses = [
        ask(api, approved, password="wrong", headers={"HTTP_X_FORWARDED_FOR": f"203.0.113.{n}"}).status_code
        for n in range(12)
    ]
    assert statuses == [400] * 10 + [429] * 2


# P6
@pytest.mark.parametrize("header", ["nonsense", "for=203.0.113.5", "1.1.1.1," * 2_000, "203.0.113.5, ::ffff:zz"])
def test_what_is_no_address_is_not_believed(
    api: APIClient, approved: Client, ada: Any, settings: Any, header: str
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "TRUSTED_PROXIES": 1}
    assert ask(api, approved, headers={"HTTP_X_FORWARDED_FOR": header}).status_code == 200
    assert TokenFamily.objects.get().ip_address == "192.0.2.7"


# P6
@pytest.mark.parametrize(("depth", "expected"), [(0, "192.0.2.7"), (1, "203.0.113.2"), (2, "203.0.113.1")])
def test_as_many_proxies_are_believed_as_there_are(
    api: APIClient, approved: Client, ada: Any, settings: Any, depth: int, expected: str
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "TRUSTED_PROXIES": depth}
    header = "198.51.100.66, ::ffff:203.0.113.1, 203.0.113.2"
    assert ask(api, approved, headers={"HTTP_X_FORWARDED_FOR": header}).status_code == 200
    assert TokenFamily.objects.get().ip_address == expected


# P7
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a database with real concurrency")
def test_of_two_hundred_at_once_ten_reach_the_password(
    approved: Client, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Any] = []
    check = password.authenticate
    monkeypatch.setattr(password, "authenticate", lambda *a, **kw: looked.append(kw) or check(*a, **kw))

    def guess(number: int) -> int:
        try:
            return int(ask(APIClient(), approved, password=f"guess {number}").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=20) as pool:
        statuses = list(pool.map(guess, range(200)))
    assert len(looked) <= 10
    assert sorted(set(statuses)) == [400, 429]
    assert ask(APIClient(), approved, address="203.0.113.9").status_code == 200


# T13
def test_a_device_code_is_no_bearer_token(api: APIClient, approved: Client, bearer: Any) -> None:
    sent = {"client_id": approved.client_id, "client_secret": SECRET}
    told = api.post("/oauth/device_authorization", urlencode(sent), content_type=FORM).json()
    for code in (told["device_code"], told["user_code"]):
        assert api.get("/v1/token", **bearer(code)).status_code == 401


# T13
def test_an_access_token_is_no_refresh_token(api: APIClient, approved: Client, ada: Any) -> None:
    token = ask(api, approved).json()["access_token"]
    sent = {"grant_type": "refresh_token", "refresh_token": token, "client_secret": SECRET}
    answer = ask(api, approved, password_grant_secret=None, username=None, password=None, **sent)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


# T13
def test_a_refresh_token_is_no_bearer_token(api: APIClient, approved: Client, ada: Any, bearer: Any) -> None:
    Client.objects.update(grant_types="refresh_token")
    told = ask(api, approved).json()
    assert api.get("/v1/token", **bearer(told["access_token"])).status_code == 200
    assert api.get("/v1/token", **bearer(told["refresh_token"])).status_code == 401


# H7
@pytest.mark.parametrize(
    ("group", "status"),
    [("a" * 64, 200), ("a" * 65, 400), ("😀" * 16, 200), ("😀" * 17, 400), ("€" * 21 + "a", 200), ("a\u202eb", 400)],
)
def test_a_token_group_has_64_bytes(api: APIClient, approved: Client, ada: Any, group: str, status: int) -> None:
    answer = ask(api, approved, token_group=group)
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"] == "invalid_request"


# H7
def test_a_token_group_is_text_and_nothing_else(api: APIClient, approved: Client, ada: Any) -> None:
    assert ask(api, approved, token_group="<img src=x onerror=alert(1)>").status_code == 200
    page = Visitor(ada).get("/dev/tokens").content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img src=x" not in page


# H7
def test_two_spellings_of_a_group_are_one(api: APIClient, approved: Client, ada: Any) -> None:
    for group in ("Caf\u00e9", "Cafe\u0301"):
        assert ask(api, approved, token_group=group).status_code == 200
    assert set(TokenFamily.objects.values_list("token_group", flat=True)) == {"Caf\u00e9"}
