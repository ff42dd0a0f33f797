"""The authorization code (RFC 6749 §4.1) with PKCE (RFC 7636) and the issuer in the answer (RFC 9207)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from clients.models import Event
from tests.factories import REDIRECT_URI, SECRET, ClientFactory, UserFactory
from tests.visiting import CHALLENGE, VERIFIER, Visitor, query_of
from tokens.models import AccessToken, Grant, RefreshToken, TokenFamily

pytestmark = pytest.mark.django_db


@pytest.fixture
def redeem(api: APIClient) -> Callable[..., Any]:
    """`redeem(client, code)`: the token request of the client; None leaves a parameter out."""

    def post(client: Any, code: str, **changes: Any) -> Any:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "client_id": client.client_id,
            "client_secret": None if client.is_public else SECRET,
            **changes,
        }
        return api.post("/oauth/token", {name: value for name, value in sent.items() if value is not None})

    return post


@pytest.fixture
def is_alive(api: APIClient, bearer: Any) -> Callable[[str], bool]:
    """Whether a token works at this moment."""
    return lambda token: api.get("/api/v1/apps/verify_credentials", **bearer(token)).status_code == 200


@pytest.mark.rfc("6749", "4.1.4")
def test_a_code_becomes_a_token_of_what_was_asked(redeem: Any, is_alive: Any) -> None:
    visitor, client = Visitor(), ClientFactory()
    answer = redeem(client, visitor.code(client, scope="read write:statuses")).json()
    assert answer == {
        "access_token": answer["access_token"],
        "token_type": "Bearer",
        "scope": "read write:statuses",
        "created_at": answer["created_at"],
    }
    assert is_alive(answer["access_token"])


@pytest.mark.rfc("6749", "3.3")
def test_what_was_unticked_is_not_granted_and_the_answer_says_so(redeem: Any) -> None:
    visitor, client = Visitor(), ClientFactory()
    page = visitor.ask(client, scope="read write")
    code = query_of(visitor.decide(page, scope=["read"]))["code"]
    assert redeem(client, code).json()["scope"] == "read"


def test_the_token_remembers_where_its_user_was_and_which_device_it_is_for(redeem: Any) -> None:
    visitor, client = Visitor(REMOTE_ADDR="192.0.2.9", HTTP_USER_AGENT="Browser/1"), ClientFactory()
    redeem(client, visitor.code(client, token_group="phone"))
    family = TokenFamily.objects.get()
    assert (family.ip_address, family.user_agent, family.token_group) == ("192.0.2.9", "Browser/1", "phone")


def test_the_token_group_of_the_exchange_is_the_later_one(redeem: Any) -> None:
    visitor, client = Visitor(), ClientFactory()
    redeem(client, visitor.code(client, token_group="phone"), token_group="tablet")
    assert TokenFamily.objects.get().token_group == "tablet"


@pytest.mark.rfc("6749", "4.1.2")  # C2
def test_a_code_used_again_revokes_all_that_came_of_it(redeem: Any, is_alive: Any, api: APIClient) -> None:
    visitor, client = Visitor(), ClientFactory(grant_types="authorization_code refresh_token")
    code = visitor.code(client)
    first = redeem(client, code).json()
    credentials = {"client_id": client.client_id, "client_secret": SECRET, "grant_type": "refresh_token"}
    second = api.post("/oauth/token", {**credentials, "refresh_token": first["refresh_token"]}).json()
    assert is_alive(second["access_token"])
    assert redeem(client, code).json()["error"] == "invalid_grant"
    assert not is_alive(second["access_token"])
    answer = api.post("/oauth/token", {**credentials, "refresh_token": second["refresh_token"]})
    assert answer.json()["error"] == "invalid_grant"
    assert Event.objects.get(act="replay_revoked").subject == visitor.user


@pytest.mark.parametrize(  # C2
    "changes",
    [{"code_verifier": "w" * 43}, {"code_verifier": None}, {"redirect_uri": "https://app.example/cb?x"}, "foreign"],
    ids=["wrong verifier", "no verifier", "wrong redirect URI", "foreign client"],
)
def test_a_replay_that_proves_nothing_revokes_nothing(redeem: Any, is_alive: Any, changes: Any) -> None:
    visitor, client = Visitor(), ClientFactory()
    code = visitor.code(client, code_challenge=CHALLENGE, code_challenge_method="S256")
    token = redeem(client, code, code_verifier=VERIFIER).json()["access_token"]
    whose = ClientFactory() if changes == "foreign" else client
    replay = redeem(whose, code, **{"code_verifier": VERIFIER, **({} if changes == "foreign" else changes)})
    assert replay.status_code == 400
    assert is_alive(token)


@pytest.mark.rfc("6749", "4.1.3")  # C3
def test_a_code_belongs_to_its_client(redeem: Any) -> None:
    visitor, client = Visitor(), ClientFactory()
    code = visitor.code(client)
    assert redeem(ClientFactory(), code).json()["error"] == "invalid_grant"
    assert redeem(client, code).status_code == 200


@pytest.mark.rfc("6749", "4.1.3")  # C4
@pytest.mark.rfc("6749", "10.6")
def test_a_code_belongs_to_its_redirect_uri_byte_for_byte(redeem: Any) -> None:
    visitor, client = Visitor(), ClientFactory()
    code = visitor.code(client, redirect_uri=f"{REDIRECT_URI}?x=1")
    for wrong in (REDIRECT_URI, f"{REDIRECT_URI}?x=2", None):
        assert redeem(client, code, redirect_uri=wrong).json()["error"] == "invalid_grant"
    assert redeem(client, code, redirect_uri=f"{REDIRECT_URI}?x=1").status_code == 200


@pytest.mark.rfc("6749", "4.1.3")
def test_a_redirect_uri_left_out_at_first_may_stay_out(redeem: Any) -> None:
    visitor, client = Visitor(), ClientFactory()
    code = visitor.code(client, redirect_uri=None)
    assert redeem(client, code, redirect_uri=None).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(599, 200), (600, 400)])  # C5
def test_a_code_lives_ten_minutes(redeem: Any, seconds: int, status: int) -> None:
    visitor, client = Visitor(), ClientFactory()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = visitor.code(client)
        clock.shift(timedelta(seconds=seconds))
        assert redeem(client, code).status_code == status


@pytest.mark.rfc("9700", "4.8.2")  # C6
@pytest.mark.parametrize("challenge", [None, ""])
def test_a_verifier_without_a_challenge_is_a_downgrade(redeem: Any, challenge: str | None) -> None:
    visitor, client = Visitor(), ClientFactory()
    code = visitor.code(client, code_challenge=challenge)
    assert redeem(client, code, code_verifier=VERIFIER).json()["error"] == "invalid_grant"
    assert redeem(client, code).status_code == 200


@pytest.mark.rfc("7636", "4.3")  # C7
@pytest.mark.parametrize("method", ["plain", None, "", "s256", "S512"])
def test_no_challenge_but_s256(method: str | None) -> None:
    visitor, client = Visitor(), ClientFactory()
    response = visitor.ask(client, code_challenge=CHALLENGE, code_challenge_method=method)
    assert query_of(response)["error"] == "invalid_request"
    assert not Grant.objects.exists()


@pytest.mark.rfc("7636", "4.2")  # C8
@pytest.mark.parametrize("challenge", ["x", "x" * 42, "x" * 44, "x" * 300, "x" * 42 + "=", "x" * 42 + "é"])
def test_a_challenge_is_a_sha256_in_base64url(challenge: str) -> None:
    response = Visitor().ask(ClientFactory(), code_challenge=challenge, code_challenge_method="S256")
    assert query_of(response)["error"] == "invalid_request"


@pytest.mark.rfc("7636", "4.1")  # C8
@pytest.mark.parametrize("verifier", ["v", "v" * 42, "v" * 129, "v" * 42 + " ", "v" * 42 + "é", "w" * 43, None])
@pytest.mark.rfc("7636", "4.6")
def test_a_wrong_verifier_gets_nothing_and_spends_nothing(redeem: Any, verifier: str | None) -> None:
    visitor, client = Visitor(), ClientFactory()
    code = visitor.code(client, code_challenge=CHALLENGE, code_challenge_method="S256")
    wrong = redeem(client, code, code_verifier=verifier)
    assert wrong.status_code == 400
    assert wrong.json()["error"] == ("invalid_grant" if verifier else "invalid_request")
    assert redeem(client, code, code_verifier=VERIFIER).status_code == 200


@pytest.mark.rfc("9700", "2.1.1")  # C9
@pytest.mark.rfc("8252", "6")
def test_a_client_without_a_secret_must_use_pkce(redeem: Any) -> None:
    visitor, client = Visitor(), ClientFactory(public=True)
    assert query_of(visitor.ask(client))["error"] == "invalid_request"
    code = visitor.code(client, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert redeem(client, code, code_verifier=VERIFIER).status_code == 200


def test_a_site_may_require_pkce_of_all(settings: Any) -> None:  # C9
    settings.OAUTHSITE = {**settings.OAUTHSITE, "REQUIRE_PKCE": True}
    assert query_of(Visitor().ask(ClientFactory()))["error"] == "invalid_request"
    assert query_of(Visitor().ask(ClientFactory(), response_type="bogus"))["error"] == "unsupported_response_type"


def test_the_database_holds_no_code(redeem: Any) -> None:  # C10
    visitor, client = Visitor(), ClientFactory(grant_types="authorization_code refresh_token")
    codes = [visitor.code(client, state=f"s{n}") for n in range(5)]
    answers = [redeem(client, code).json() for code in codes[:3]]
    secrets = [*codes, *(answer[name] for answer in answers for name in ("access_token", "refresh_token"))]
    with connection.cursor() as cursor:
        dump = ""
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  (tables of our own)
            dump += repr(cursor.fetchall())
    assert CHALLENGE not in dump
    assert visitor.user.username in dump
    assert not [value for value in secrets if value in dump or value[10:-6] in dump]


@pytest.mark.parametrize("state", ["inactive", "suspended", "not the owner any more"])  # T5, T6, A6
def test_who_lost_the_right_meanwhile_gets_no_token(redeem: Any, state: str) -> None:
    visitor, client = Visitor(), ClientFactory()
    if state == "not the owner any more":
        client = ClientFactory(owner_only=True, user=visitor.user)
    code = visitor.code(client)
    if state == "inactive":
        visitor.user.is_active = False
        visitor.user.save()
    elif state == "suspended":
        client.status = client.Status.SUSPENDED
        client.save()
    else:
        client.user, client.own_use_of = UserFactory(), None
        client.save()
    answer = redeem(client, code)
    assert answer.status_code == 400
    assert answer.json()["error"] == ("unauthorized_client" if state == "suspended" else "invalid_grant")
    assert not AccessToken.objects.exists()


def test_redeeming_takes_at_most_nine_statements(redeem: Any) -> None:
    visitor, client = Visitor(), ClientFactory(grant_types="authorization_code refresh_token")
    redeem(client, visitor.code(client))  # the secret's first use is written down
    cache.clear()
    code = visitor.code(client, code_challenge=CHALLENGE, code_challenge_method="S256")
    with CaptureQueriesContext(connection) as statements:
        assert redeem(client, code, code_verifier=VERIFIER).status_code == 200
    assert len(statements) <= 9, [query["sql"][:80] for query in statements]
    assert RefreshToken.objects.count() == 2
