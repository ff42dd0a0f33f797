"""The front channel (RFC 6749 §3.1): who is asked, who is sent where, and with what."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connection
from django.test import Client as DjangoClient
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients import events
from clients.models import Event
from clients.redirects import OUT_OF_BAND
from tests.clients.test_redirects import SCHEMES, TRICKS
from tests.factories import PASSWORD, REDIRECT_URI, AccessTokenFactory, ClientFactory, UserFactory
from tests.mailing import send_through
from tests.visiting import CHALLENGE, Visitor, fields, fragment_of, query_of
from tokens import signals
from tokens.models import AccessToken, Grant, RefreshToken, TokenFamily
from tokens.views.consent_page import how_long

pytestmark = pytest.mark.django_db

DENIED = "error=access_denied&error_message=resource+owner+denied+your+app+access"
PATHS = ["/oauth/authorize", "/oauth/authenticate"]


def is_page(response: Any) -> bool:
    """An error page: 400, and no way on."""
    return response.status_code == 400 and "Location" not in response.headers and b"<html" in response.content


def nothing_granted() -> bool:
    return not (Grant.objects.exists() or AccessToken.objects.exists() or TokenFamily.objects.exists())


# ---------------------------------------------------------------- the answer


@pytest.mark.parametrize("path", [*PATHS, "/oauth/authorize/", "/oauth/authenticate/"])
@pytest.mark.rfc("6749", "4.1")
def test_allowing_sends_a_code_back(path: str) -> None:
    answer = query_of(Visitor().allow(ClientFactory(), path=path, state="s"))
    assert answer == {"code": answer["code"], "state": "s", "iss": "http://testserver"}


def test_denying_says_so_in_pnuts_words_and_grants_nothing() -> None:
    client = ClientFactory()
    location = Visitor().deny(client, state="s").headers["Location"]
    assert location == f"{REDIRECT_URI}?{DENIED}&state=s&iss=http%3A%2F%2Ftestserver"
    assert nothing_granted()


def test_denying_a_token_says_so_in_the_fragment() -> None:
    client = ClientFactory(user=UserFactory(), implicit_allowed=True)
    location = Visitor().deny(client, response_type="token").headers["Location"]
    assert location.startswith(f"{REDIRECT_URI}#{DENIED}&")


def test_nothing_ticked_is_a_denial() -> None:
    visitor = Visitor()
    answer = query_of(visitor.decide(visitor.ask(ClientFactory()), scope=[]))
    assert answer["error"] == "access_denied"
    assert nothing_granted()


@pytest.mark.parametrize("sent", [{}, {"allow": "1", "deny": "1"}], ids=["no button", "both buttons"])
def test_only_a_clear_yes_is_one(sent: dict[str, str]) -> None:
    visitor = Visitor()
    form = fields(visitor.ask(ClientFactory()))
    assert query_of(visitor.post(form.pop("action"), {**form, **sent}))["error"] == "access_denied"


def test_ticking_more_than_was_asked_grants_no_more() -> None:
    visitor, client = Visitor(), ClientFactory()
    visitor.decide(visitor.ask(client, scope="read"), scope=["read", "write", "admin:read"])
    assert TokenFamily.objects.get().scope == "read"


@pytest.mark.rfc("9207", "2")  # F13
@pytest.mark.parametrize("response_type", ["code", "token"])
@pytest.mark.parametrize("outcome", ["allowed", "denied", "refused"])
@pytest.mark.rfc("9207", "2")
@pytest.mark.rfc("9700", "4.12")
def test_every_answer_says_who_answers_and_gives_the_state_back(response_type: str, outcome: str) -> None:
    visitor, client = Visitor(), ClientFactory(user=UserFactory(), implicit_allowed=True)
    asked = {"response_type": response_type, "state": "s"}
    answers = {
        "allowed": lambda: visitor.allow(client, **asked),
        "denied": lambda: visitor.deny(client, **asked),
        "refused": lambda: visitor.ask(client, scope="bogus", **asked),
    }
    answer = (query_of if response_type == "code" else fragment_of)(answers[outcome]())
    assert answer["iss"] == "http://testserver"
    assert answer["state"] == "s"


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST"])  # H8
@pytest.mark.rfc("9207", "2.3")
def test_the_issuer_does_not_follow_the_host(header: str) -> None:
    visitor, client = Visitor(), ClientFactory()
    response = visitor.get(
        "/oauth/authorize?" + urlencode({"client_id": client.client_id, "response_type": "x"}), **{header: "127.0.0.1"}
    )
    assert query_of(response)["iss"] == "http://testserver"


@pytest.mark.rfc("6749", "4.1.2")  # F14
@pytest.mark.parametrize(
    "state",
    [
        "None",
        "+ & % # = é",
        "a b",
        "%zz",
        "日本",
        "\n\r\t",
        "\x00",
        "x" * 2048,
        "{'a': 1}",
        "&state=2",
        "code=x",
        b"\xff\xe9",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("button", ["allow", "deny"])
def test_a_state_comes_back_byte_for_byte(state: Any, button: str) -> None:
    visitor, client = Visitor(), ClientFactory()
    response = visitor.decide(visitor.ask(client, state=state), button)
    expected = state if isinstance(state, bytes) else state.encode()
    assert query_of(response)["state"].encode("utf-8", "surrogateescape") == expected


@pytest.mark.parametrize("length", [2_049, 100_000])  # F14
def test_a_state_beyond_reason_is_refused_and_not_sent_back(length: int) -> None:
    answer = query_of(Visitor().ask(ClientFactory(), state="x" * length))
    assert answer["error"] == "invalid_request"
    assert "state" not in answer


@pytest.mark.rfc("6749", "3.1")
def test_an_empty_parameter_is_as_good_as_none() -> None:
    visitor, client = Visitor(), ClientFactory()
    answer = query_of(visitor.allow(client, state="", scope="", response_mode="", token_group="", code_challenge=""))
    assert "state" not in answer
    assert TokenFamily.objects.get().scope == "read"


def test_the_query_that_was_sent_stays_as_it_was() -> None:
    visitor, client = Visitor(), ClientFactory()
    uri = f"{REDIRECT_URI}?b=%41&a=1&&x"
    location = visitor.allow(client, redirect_uri=uri).headers["Location"]
    assert location.startswith(f"{uri}&code=")


def test_a_bare_question_mark_gets_no_second_separator() -> None:
    visitor, client = Visitor(), ClientFactory(redirect_uris=f"{REDIRECT_URI}?")
    assert (
        visitor.allow(client, redirect_uri=f"{REDIRECT_URI}?").headers["Location"].startswith(f"{REDIRECT_URI}?code=")
    )


@pytest.mark.parametrize(
    "uri", ["com.example.app:/cb", "com.example.app://host/cb", "http://127.0.0.1:4711/cb", "http://[::1]/cb", "web+x:"]
)
@pytest.mark.rfc("8252", "7.1")
def test_any_registered_scheme_is_answered(uri: str) -> None:
    visitor, client = Visitor(), ClientFactory(redirect_uris=uri)
    assert visitor.allow(client, redirect_uri=uri).headers["Location"].startswith(f"{uri}?code=")
    assert visitor.deny(client, redirect_uri=uri).headers["Location"].startswith(f"{uri}?error=")


def test_the_fragment_may_be_asked_for() -> None:
    assert "code" in fragment_of(Visitor().allow(ClientFactory(), response_mode="fragment"))


def test_form_post_is_a_form_that_needs_no_script() -> None:
    visitor, client = Visitor(), ClientFactory()
    response = visitor.allow(client, response_mode="form_post", state='"><script>')
    html = response.content.decode()
    assert f'action="{REDIRECT_URI}"' in html
    assert 'name="code"' in html
    assert 'value="http://testserver"' in html
    assert "<script>" not in html.replace("</script>", "")
    assert "https:" in response.headers["Content-Security-Policy"].partition("form-action")[2].partition(";")[0]
    assert Grant.objects.exists()


def test_form_post_carries_errors_too() -> None:
    response = Visitor().ask(ClientFactory(), response_mode="form_post", scope="bogus")
    assert 'value="invalid_scope"' in response.content.decode()


def test_a_state_that_no_form_can_carry_is_refused() -> None:
    response = Visitor().ask(ClientFactory(), response_mode="form_post", state="a\nb")
    assert 'value="invalid_request"' in response.content.decode()


# ---------------------------------------------------------------- errors that the client is told


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "bogus"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": "bogus", "response_mode": "fragment"}, "unsupported_response_type"),
        ({"response_mode": "bogus"}, "invalid_request"),
        ({"response_type": "token", "response_mode": "bogus"}, "invalid_request"),
        ({"scope": "bogus"}, "invalid_scope"),
        ({"scope": "files"}, "invalid_scope"),
        ({"scope": "a\x00"}, "invalid_request"),
        ({"token_group": "x" * 65}, "invalid_request"),
        ({"token_group": "a\u202eb"}, "invalid_request"),
        ({"resource": "/relative"}, "invalid_target"),
        ({"resource": "http://[x"}, "invalid_target"),
        ({"scope": ["read", "read"]}, "invalid_request"),
        ({"state": ["a", "b"]}, "invalid_request"),
        ({"response_type": ["code", "code"]}, "invalid_request"),
        ({"response_mode": ["query", "fragment"]}, "invalid_request"),
        ({"lang": ["en", "de"]}, "invalid_request"),
        ({"simple_login": ["1", "1"]}, "invalid_request"),
        ({"force_login": ["0", "0"]}, "invalid_request"),
        ({"code_challenge": [CHALLENGE] * 2, "code_challenge_method": "S256"}, "invalid_request"),
    ],
    ids=str,
)
@pytest.mark.rfc("6749", "3.1.1")
@pytest.mark.rfc("6749", "4.1.2.1")
@pytest.mark.rfc("7636", "4.4.1")
def test_what_a_proven_client_got_wrong_is_told_in_the_query(changes: dict[str, Any], error: str) -> None:
    assert query_of(Visitor().ask(ClientFactory(), **changes))["error"] == error
    assert nothing_granted()


@pytest.mark.rfc("6749", "3.1")
def test_a_parameter_that_nobody_knows_is_nobodys_business() -> None:
    response = Visitor().ask(ClientFactory(), bogus=["1", "2"], prompt="none", approval_prompt="auto")
    assert response.status_code == 200


@pytest.mark.parametrize("path", PATHS)  # A6
def test_only_the_owner_may_authorize_an_owners_client(path: str) -> None:
    owner = Visitor()
    client = ClientFactory(owner_only=True, user=owner.user)
    answer = query_of(Visitor().ask(client, path=path))
    assert answer["error"] == "access_denied"
    assert answer["error_description"] == "Only the owner of this client may authorize it."
    assert "code" in query_of(owner.allow(client, path=path))


@pytest.mark.parametrize("change", ["audience", "suspension", "scopes", "redirect URI"])  # A6, T6
def test_what_changed_while_the_page_was_open_counts(change: str) -> None:
    visitor, client = Visitor(), ClientFactory()
    page = visitor.ask(client, scope="write")
    if change == "audience":
        client.audience, client.user = client.Audience.OWNER, UserFactory()
    elif change == "suspension":
        client.status = client.Status.SUSPENDED
    elif change == "scopes":
        client.scopes = "read"
    else:
        client.redirect_uris = "https://other.example/cb"
    client.save()
    response = visitor.decide(page)
    if change in ("suspension", "redirect URI"):
        assert is_page(response)
    else:
        assert query_of(response)["error"] in ("access_denied", "invalid_scope")
    assert nothing_granted()


@pytest.mark.parametrize("path", PATHS)  # T5
def test_an_inactive_user_is_asked_to_log_in(path: str) -> None:
    visitor, client = Visitor(), ClientFactory()
    AccessTokenFactory(client=client, user=visitor.user)
    page = visitor.ask(client, path=path) if path == PATHS[0] else None
    visitor.user.is_active = False
    visitor.user.save()
    assert visitor.ask(client, path=path).headers["Location"].startswith("/accounts/login/")
    if page:
        assert is_page(visitor.decide(page))
    assert not Grant.objects.exists()


# ---------------------------------------------------------------- errors that stay here


def bad_requests() -> dict[str, dict[str, Any]]:
    return {
        "no client": {"client_id": None},
        "unknown client": {"client_id": "x"},
        "client in another case": {"client_id": "UPPER"},
        "NUL": {"client_id": "\x00"},
        "endless client": {"client_id": "x" * 300},
        "client twice": {"client_id": ["a", "b"]},
        "foreign redirect URI": {"redirect_uri": "https://evil.example/"},
        "port 99999": {"redirect_uri": "https://app.example:99999/cb"},
        "redirect URI twice": {"redirect_uri": [REDIRECT_URI, REDIRECT_URI]},
        "script": {"redirect_uri": "javascript:alert(1)"},
        "oob unasked": {"redirect_uri": OUT_OF_BAND},
        "reserved name": {"redirect_uri": f"{REDIRECT_URI}?%63ode=x"},
        "fragment": {"redirect_uri": f"{REDIRECT_URI}#x"},
        "too many parameters": {"x": ["1"] * 200},
    }


CAUSES: dict[str, dict[str, Any]] = {
    "fine otherwise": {},
    "bad scope": {"scope": "bogus"},
    "bad response type": {"response_type": "bogus"},
    "no prompt": {"prompt": "none"},
    "duplicate": {"scope": ["read", "read"]},
}


@pytest.mark.rfc("6749", "4.1.2.1")  # R9
@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("bad", bad_requests())
@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "nobody"])
@pytest.mark.rfc("6749", "3.1.2.4")
def test_who_is_not_proven_is_never_redirected_to(bad: str, cause: str, signed_in: bool) -> None:
    client = ClientFactory(client_id="upper")
    asked = {**CAUSES[cause], **bad_requests()[bad]}
    assert is_page(Visitor(signed_in=signed_in).ask(client, **asked))


@pytest.mark.parametrize("status", ["suspended", "two registered and none named"])  # R4
def test_other_ways_not_to_be_proven(status: str) -> None:
    suspended = status == "suspended"
    client = ClientFactory(suspended=suspended, redirect_uris=REDIRECT_URI if suspended else f"{REDIRECT_URI} app:/cb")
    assert is_page(Visitor().ask(client, redirect_uri=REDIRECT_URI if suspended else None))


def test_a_planted_script_uri_matches_nothing() -> None:  # R6
    client = ClientFactory(redirect_uris="javascript:alert(1)")
    assert is_page(Visitor().ask(client, redirect_uri="javascript:alert(1)"))


@pytest.mark.parametrize("suffix", [":auto", "?x=1", "#x"])  # R13
def test_out_of_band_is_that_exact_string(suffix: str) -> None:
    client = ClientFactory(redirect_uris=OUT_OF_BAND)
    assert is_page(Visitor().ask(client, redirect_uri=OUT_OF_BAND + suffix))
    assert is_page(Visitor().ask(client, redirect_uri=OUT_OF_BAND.upper()))


# R10
@pytest.mark.parametrize("changes", [{"scope": "bogus"}, {"prompt": "none"}, {"response_type": "bogus"}, {}], ids=str)
@pytest.mark.rfc("9700", "4.11.2")
def test_before_the_login_nobody_is_sent_to_a_client(changes: dict[str, Any]) -> None:
    response = Visitor(signed_in=False).ask(ClientFactory(), **changes)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=/oauth/authorize%3F")


def test_the_owner_and_the_staff_read_what_differs_and_others_a_number_that_is_in_the_log(caplog: Any) -> None:
    client = ClientFactory(user=UserFactory())
    sent = "http://app.example:8080/other?x=1"
    pages = {
        name: visitor.ask(client, redirect_uri=sent).content.decode()
        for name, visitor in {
            "owner": Visitor(client.user),
            "staff": Visitor(UserFactory(is_staff=True)),
            "stranger": Visitor(),
            "nobody": Visitor(signed_in=False),
        }.items()
    }
    for name in ("owner", "staff"):
        assert "Differs in: scheme, port, path, query" in pages[name]
        assert REDIRECT_URI in pages[name]
        assert (f"/dev/clients/{client.client_id}/edit" in pages[name]) is (name == "owner")
    for name in ("stranger", "nobody"):
        assert REDIRECT_URI not in pages[name]
        assert sent.partition("?")[0] not in pages[name]
    references = {re.search(r"Reference <code>(\w+)</code>", page)[1] for page in pages.values()}  # type: ignore[index]
    records = [record for record in caplog.records if record.msg == "authorization_refused"]
    assert references == {record.reference for record in records}
    assert {record.redirect_uri for record in records} == {sent.partition("?")[0]}


# ---------------------------------------------------------------- the login in between


def test_the_request_survives_the_login() -> None:
    visitor, client = Visitor(signed_in=False), ClientFactory()
    where = visitor.ask(client, state="a b&é").headers["Location"]
    assert where.startswith("/accounts/login/")
    visitor.force_login(visitor.user, backend="django.contrib.auth.backends.ModelBackend")
    page = visitor.get(parse_qs(urlsplit(where).query)["next"][0])
    assert query_of(visitor.decide(page))["state"] == "a b&é"


@pytest.mark.parametrize(
    ("value", "is_forced"), [("true", True), ("True", True), ("1", True), ("yes", False), ("0", False)]
)
def test_force_login_asks_for_the_password_once_more(value: str, is_forced: bool) -> None:
    response = Visitor().ask(ClientFactory(), force_login=value, state="s")
    assert (response.status_code == 302) is is_forced
    if is_forced:
        assert response.headers["Location"].startswith("/accounts/login/?next=")
        assert "force_login" not in response.headers["Location"]
        assert "state%3Ds" in response.headers["Location"]


@pytest.mark.parametrize(
    ("lang", "spoken"), [("de", "de"), ("DE-at", "de"), ("xx", "en"), ("", "en"), ("x" * 900, "en")]
)
def test_lang_chooses_the_language_if_the_site_speaks_it(lang: str, spoken: str) -> None:
    visitor, client = Visitor(), ClientFactory(redirect_uris=OUT_OF_BAND)
    page = visitor.ask(client, redirect_uri=OUT_OF_BAND, lang=lang)
    assert f'<html lang="{spoken}"' in page.content.decode()
    assert f'<html lang="{spoken}"' in visitor.decide(page).content.decode()


def test_lang_reaches_the_login() -> None:
    response = Visitor(signed_in=False).get(
        Visitor(signed_in=False).ask(ClientFactory(), lang="de").headers["Location"]
    )
    assert '<html lang="de"' in response.content.decode()


def test_simple_login_has_no_navigation_and_leads_nowhere_else() -> None:
    visitor, client = Visitor(), ClientFactory(website="https://app.example/about")
    full = visitor.ask(client).content.decode()
    simple = visitor.ask(client, simple_login="1").content.decode()
    assert "<nav" in full
    assert 'href="https://app.example/about"' in full
    assert "<nav" not in simple
    assert not re.search(r'href="(?!/|#)', simple)


# ---------------------------------------------------------------- who is asked


@pytest.mark.parametrize(  # F1
    "sent",
    [{}, {"approval_prompt": "auto"}, {"prompt": "none"}, {"skip_authorization": "true"}, {"force_login": "false"}],
    ids=str,
)
def test_authorize_asks_every_time(sent: dict[str, str]) -> None:
    visitor, client = Visitor(), ClientFactory()
    AccessTokenFactory(client=client, user=visitor.user, scope="read write")
    assert visitor.ask(client, scope="read", **sent).status_code == 200
    assert not Grant.objects.exists()


def test_authenticate_goes_on_where_everything_is_allowed() -> None:  # F2
    visitor, client = Visitor(), ClientFactory()
    AccessTokenFactory(client=client, user=visitor.user, scope="read")
    AccessTokenFactory(client=client, user=visitor.user, scope="follow")
    answer = query_of(visitor.ask(client, "/oauth/authenticate", scope="read:accounts write:follows", state="s"))
    assert answer["state"] == "s"
    assert Grant.objects.get().scope == "read:accounts write:follows"
    assert not Event.objects.filter(act="consent_given").exists()
    assert not mail.outbox


@pytest.mark.parametrize("method", ["head", "get"])  # H4
def test_a_look_at_the_headers_grants_nothing(method: str) -> None:
    visitor, client = Visitor(), ClientFactory()
    AccessTokenFactory(client=client, user=visitor.user)
    getattr(visitor, method)(
        f"/oauth/authenticate?{urlencode({'client_id': client.client_id, 'response_type': 'code'})}"
    )
    assert Grant.objects.exists() is (method == "get")


@pytest.mark.parametrize(  # F2, A8
    "hindrance",
    [
        "public",
        "wider",
        "loopback",
        "localhost",
        "any address",
        "own scheme",
        "oob",
        "implicit",
        "revoked",
        "expired",
        "changed",
        "foreign",
    ],
)
@pytest.mark.rfc("8252", "8.6")
def test_authenticate_asks_where_it_cannot_be_sure(hindrance: str) -> None:
    uris = {
        "loopback": "http://127.0.0.1/cb",
        "localhost": "https://localhost/cb",
        "any address": "http://0.0.0.0/cb",
        "own scheme": "com.example.app:/cb",
        "oob": OUT_OF_BAND,
    }
    uri = uris.get(hindrance, REDIRECT_URI)
    client = ClientFactory(
        public=hindrance == "public", redirect_uris=uri, user=UserFactory(), implicit_allowed=hindrance == "implicit"
    )
    visitor = Visitor()
    past = timezone.now() - timedelta(seconds=1) if hindrance == "expired" else None
    AccessTokenFactory(client=client, user=UserFactory() if hindrance == "foreign" else visitor.user, expires=past)
    if hindrance == "revoked":
        TokenFamily.objects.update(revoked_at=timezone.now())
    if hindrance == "changed":
        client.changed_at = timezone.now()
        client.save()
    page = visitor.ask(
        client,
        "/oauth/authenticate",
        redirect_uri=uri,
        scope="read write" if hindrance == "wider" else "read",
        response_type="token" if hindrance == "implicit" else "code",
        code_challenge=CHALLENGE,
        code_challenge_method="S256",
    )
    assert page.status_code == 200
    assert b'name="allow"' in page.content
    assert not Grant.objects.exists()


def test_a_consent_after_the_change_counts_again() -> None:  # A8
    visitor, client = Visitor(), ClientFactory(changed_at=timezone.now() - timedelta(minutes=1))
    AccessTokenFactory(client=client, user=visitor.user)
    assert "code" in query_of(visitor.ask(client, "/oauth/authenticate"))


def test_a_refresh_token_that_works_keeps_the_consent() -> None:  # F3
    visitor, client = Visitor(), ClientFactory(grant_types="authorization_code refresh_token")
    AccessTokenFactory(client=client, user=visitor.user, has_refresh_token=True)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        visitor.force_login(visitor.user, backend="django.contrib.auth.backends.ModelBackend")
        assert "code" in query_of(visitor.ask(client, "/oauth/authenticate"))


def test_the_page_tells_new_from_old() -> None:
    visitor, client = Visitor(), ClientFactory()
    AccessTokenFactory(client=client, user=visitor.user, scope="read")
    html = visitor.ask(client, scope="read follow").content.decode()
    assert "It now also wants to" in html
    assert html.index("Change whom you follow") < html.index("Already allowed since") < html.index("See everything")
    assert f'href="/dev/tokens?client={client.client_id}"' in html  # RFC 6749 §10.2: where it is taken back


def test_what_acts_comes_before_what_only_sees_and_what_reaches_far_before_the_rest() -> None:
    html = Visitor().ask(ClientFactory(), scope="read email push write").content.decode()
    texts = [
        "Act for you or change something",
        "Change everything",
        "push notif",
        "Only see",
        "e-mail",
        "See everything",
    ]
    places = [html.index(text) for text in texts]
    assert places == sorted(places)


def test_scopes_of_one_kind_need_no_heading() -> None:
    html = Visitor().ask(ClientFactory(), scope="read email").content.decode()
    assert "Only see" not in html


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "1 minute"),
        (1_800, "30 minutes"),
        (3_600, "1 hour"),
        (7_201, "2 hours"),
        (86_400, "1 day"),
        (90 * 86_400, "90 days"),
    ],
)
def test_the_page_says_how_long_in_the_unit_in_which_it_was_set(seconds: int, words: str) -> None:
    assert how_long(timedelta(seconds=seconds)) == words


def test_the_page_says_how_long_it_lasts() -> None:
    client = ClientFactory(user=UserFactory(), implicit_allowed=True, token_lifetime=7_200)
    html = Visitor().ask(client, response_type="token").content.decode()
    assert "2 hours, or until you take it back." in html
    assert 'href="/dev/tokens"' in html


# ---------------------------------------------------------------- the form


@pytest.mark.parametrize("path", PATHS)  # F4
@pytest.mark.parametrize("button", ["allow", "deny"])
@pytest.mark.rfc("6749", "10.12")
def test_a_decision_needs_the_form(path: str, button: str) -> None:
    visitor = Visitor()
    form = fields(visitor.ask(ClientFactory(), path))
    del form["csrfmiddlewaretoken"]
    assert visitor.post(form.pop("action"), {**form, button: "1"}).status_code == 403
    assert nothing_granted()
    assert not Event.objects.exists()


def test_the_form_is_checked_where_the_host_forgot_to(settings: Any) -> None:  # F4
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
    visitor = Visitor()
    form = fields(visitor.ask(ClientFactory()))
    del form["csrfmiddlewaretoken"]
    response = visitor.post(form.pop("action"), {**form, "allow": "1"})
    assert response.status_code == 403
    assert response.headers["X-Frame-Options"] == "DENY"
    assert nothing_granted()


def test_a_look_changes_nothing() -> None:  # F4
    visitor, client = Visitor(), ClientFactory()
    with CaptureQueriesContext(connection) as statements:
        visitor.ask(client)
        visitor.ask(client, scope="bogus")
        visitor.ask(client, client_id="bogus")
    written = [query["sql"] for query in statements if not re.match(r"SELECT|SAVEPOINT|RELEASE|BEGIN", query["sql"])]
    assert not [sql for sql in written if "oauth_" in sql and "django_session" not in sql]


@pytest.mark.parametrize(  # F5
    "changes",
    [
        {"client_id": "other"},
        {"redirect_uri": "https://evil.example/"},
        {"response_type": "token"},
        {"code_challenge": "x" * 43},
        {"token_group": "evil"},
        {"state": "evil"},
    ],
    ids=str,
)
def test_the_form_decides_nothing_but_yes_no_and_scopes(changes: dict[str, str]) -> None:
    visitor, client = Visitor(), ClientFactory(user=UserFactory(), implicit_allowed=True)
    page = visitor.ask(client, state="s")
    answer = query_of(visitor.decide(page, **changes))
    assert answer["state"] == "s"
    grant = Grant.objects.get(application=client)
    assert (grant.redirect_uri, grant.code_challenge, grant.family.token_group) == (REDIRECT_URI, "", "")


def test_a_decision_counts_once() -> None:  # F5
    visitor, client = Visitor(), ClientFactory()
    page = visitor.ask(client)
    assert "code" in query_of(visitor.decide(page))
    assert is_page(visitor.decide(page))
    assert is_page(visitor.decide(page, "deny"))
    assert Grant.objects.count() == 1


def test_a_decision_counts_once_when_the_session_forgot_the_first() -> None:  # F5
    visitor, client = Visitor(), ClientFactory()
    page = visitor.ask(client)
    session = visitor.session
    kept = session["oauth_pending"]
    visitor.decide(page)
    session = visitor.session
    session["oauth_pending"] = kept  # as for a second request that read the session before the first one wrote it
    session.save()
    assert is_page(visitor.decide(page))
    assert Grant.objects.count() == 1


@pytest.mark.parametrize("who", ["another session", "another user in this session"])  # F5
def test_a_request_waits_for_its_user_in_their_session(who: str) -> None:
    visitor = Visitor()
    page = visitor.ask(ClientFactory())
    other = UserFactory()
    if who == "another session":
        visitor = Visitor(visitor.user)
        visitor.ask(ClientFactory())
    else:
        kept = visitor.session["oauth_pending"]
        visitor.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
        session = visitor.session
        session["oauth_pending"] = kept
        session.save()
    form = fields(page)
    visitor.handler.enforce_csrf_checks = False  # a new session has a new token
    assert is_page(visitor.post(form.pop("action"), {**form, "allow": "1"}))
    assert nothing_granted()


@pytest.mark.parametrize("name", ["", "bogus", "01a200b8-edd4-77bd-9826-2b2b1ce82529"])  # F5
def test_an_unknown_request_is_none(name: str) -> None:
    visitor = Visitor()
    assert is_page(visitor.decide(visitor.ask(ClientFactory()), request=name))


def test_a_page_is_good_for_ten_minutes() -> None:  # F5
    visitor, client = Visitor(), ClientFactory()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        late, later = visitor.ask(client), visitor.ask(client)
        clock.shift(599)
        assert "code" in query_of(visitor.decide(late))
        clock.shift(1)
        assert is_page(visitor.decide(later))


def test_two_tabs_do_not_meet_and_eleven_are_one_too_many() -> None:
    visitor, client = Visitor(), ClientFactory()
    pages = [visitor.ask(client, state=f"s{n}") for n in range(11)]
    assert is_page(visitor.decide(pages[0]))
    for n, page in list(enumerate(pages))[:0:-1]:
        assert query_of(visitor.decide(page))["state"] == f"s{n}"


# ---------------------------------------------------------------- the implicit flow


@pytest.mark.rfc("6749", "4.2.2")  # C11
@pytest.mark.rfc("6749", "4.2.2")
@pytest.mark.rfc("9700", "4.3.2")
def test_a_token_stands_in_the_fragment_alone() -> None:
    visitor, client = Visitor(), ClientFactory(user=UserFactory(), implicit_allowed=True)
    response = visitor.allow(client, response_type="token", scope="read offline_access", state="s", token_group="tab")
    answer = fragment_of(response)
    assert answer == {
        "access_token": answer["access_token"],
        "token_type": "Bearer",
        "expires_in": "3600",
        "scope": "read offline_access",
        "state": "s",
        "iss": "http://testserver",
    }
    assert "?" not in response.headers["Location"].partition("#")[0]
    assert not RefreshToken.objects.exists()
    assert TokenFamily.objects.get().token_group == "tab"


@pytest.mark.parametrize(("own", "site", "seconds"), [(60, 3600, "60"), (None, 120, "120"), (None, None, None)])
def test_its_lifetime_is_the_clients_or_the_sites(settings: Any, own: Any, site: Any, seconds: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "IMPLICIT_TOKEN_LIFETIME": site}
    client = ClientFactory(user=UserFactory(), implicit_allowed=True, token_lifetime=own)
    assert fragment_of(Visitor().allow(client, response_type="token")).get("expires_in") == seconds


def test_one_that_does_not_end_is_announced_and_issued_so(settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "IMPLICIT_TOKEN_LIFETIME": None, "TOKEN_LIFETIME": 60}
    visitor, client = Visitor(), ClientFactory(user=UserFactory(), implicit_allowed=True)
    page = visitor.ask(client, response_type="token")
    assert page.context["lasts"] == ""
    assert "expires_in" not in fragment_of(visitor.decide(page))


@pytest.mark.parametrize("mode", ["query", "form_post"])  # C11
def test_a_token_is_sent_no_other_way(mode: str) -> None:
    client = ClientFactory(user=UserFactory(), implicit_allowed=True)
    assert query_of(Visitor().ask(client, response_type="token", response_mode=mode))["error"] == "invalid_request"


@pytest.mark.parametrize("client", [{}, {"implicit_allowed": True}, {"owner": True}], ids=str)  # C11
@pytest.mark.rfc("9700", "2.1.2")
def test_a_client_must_have_an_owner_and_have_switched_it_on(client: dict[str, bool]) -> None:
    row = ClientFactory(
        user=UserFactory() if client.get("owner") else None, implicit_allowed=client.get("implicit_allowed", False)
    )
    assert fragment_of(Visitor().ask(row, response_type="token"))["error"] == "unauthorized_client"


def test_a_client_without_the_code_grant_gets_no_code() -> None:
    client = ClientFactory(grant_types="client_credentials")
    assert query_of(Visitor().ask(client))["error"] == "unauthorized_client"


# ---------------------------------------------------------------- out of band


@pytest.mark.parametrize("response_type", ["code", "token"])  # R13
def test_out_of_band_shows_one_value_and_its_address_none(response_type: str) -> None:
    visitor = Visitor()
    client = ClientFactory(redirect_uris=OUT_OF_BAND, user=UserFactory(), implicit_allowed=True, name="Cli <b>")
    page = visitor.ask(client, redirect_uri=OUT_OF_BAND, response_type=response_type)
    response = visitor.decide(page)
    html = response.content.decode()
    values = re.findall(r"oas_(?:ac|at)_\w+", html)
    assert len(values) == 1
    assert re.findall(r"<code[^>]*>([^<]*)</code>", html) == values
    assert "<input" not in html
    assert "Location" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "same-origin" not in html
    assert "Cli &lt;b&gt;" in html
    title, script = (
        re.search(r"<title>(.*?)</title>", html, re.DOTALL),
        re.search(r"<script[^>]*>(.*?)</script>", html, re.DOTALL),
    )
    assert title
    assert script
    assert values[0] not in title[1] + script[1]
    assert is_page(visitor.decide(page))  # the back button, or a reload, makes no second one


def test_out_of_band_denial_and_error_are_pages_too() -> None:
    visitor, client = Visitor(), ClientFactory(redirect_uris=OUT_OF_BAND)
    denied = visitor.deny(client, redirect_uri=OUT_OF_BAND)
    assert denied.status_code == 200
    assert "access_denied" in denied.content.decode()
    refused = visitor.ask(client, redirect_uri=OUT_OF_BAND, scope="bogus")
    assert is_page(refused)
    assert "invalid_scope" in refused.content.decode()


# ---------------------------------------------------------------- headers, history, mail


def every_answer() -> dict[str, Any]:
    visitor, client = Visitor(), ClientFactory()
    oob = ClientFactory(redirect_uris=OUT_OF_BAND)
    page = visitor.ask(client)
    return {
        "consent": page,
        "answer": visitor.decide(page),
        "spent": visitor.decide(page),
        "refused": visitor.ask(client, scope="bogus"),
        "unproven": visitor.ask(client, redirect_uri="https://evil.example"),
        "login": Visitor(signed_in=False).ask(client),
        "form post": visitor.allow(client, response_mode="form_post"),
        "out of band": visitor.allow(oob, redirect_uri=OUT_OF_BAND),
        "out of band denied": visitor.deny(oob, redirect_uri=OUT_OF_BAND),
        "method": DjangoClient().put("/oauth/authorize"),
        "forged": visitor.post("/oauth/authorize"),
        "login page": visitor.get("/accounts/login/"),
    }


@pytest.mark.rfc("6749", "10.13")
@pytest.mark.rfc("9700", "4.16")
@pytest.mark.rfc("9700", "4.2.4")
def test_every_page_protects_itself(settings: Any) -> None:  # F6, F9, H9
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if not re.search("clickjacking|SecurityMiddleware|csp", name)
    ]
    for name, response in every_answer().items():
        headers = response.headers
        assert headers["X-Frame-Options"] == "DENY", name
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], name
        assert "default-src 'none'" in headers["Content-Security-Policy"], name
        assert "unsafe" not in headers["Content-Security-Policy"], name
        assert headers["Referrer-Policy"] == "no-referrer", name
        assert headers["Cache-Control"] == "no-store", name
        assert "Cookie" in headers["Vary"], name
        assert "Access-Control-Allow-Origin" not in headers, name


def test_no_page_names_anybody_else() -> None:  # F8
    for name, response in every_answer().items():
        found = re.findall(r'(?:src|href|action)="(?!/|#)([^"]*)"', response.content.decode())
        assert set(found) <= {"https://app.example", REDIRECT_URI}, name


@pytest.mark.parametrize("origin", ["https://other.example", "http://testserver", "null"])  # H9
def test_pages_are_not_for_scripts_of_other_sites(origin: str) -> None:
    visitor, client = Visitor(), ClientFactory()
    for path in PATHS:
        asked = {"HTTP_ORIGIN": origin, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET"}
        assert "Access-Control-Allow-Origin" not in visitor.options(path, **asked).headers
        assert "Access-Control-Allow-Origin" not in visitor.get(f"{path}?client_id={client.client_id}", **asked).headers


@pytest.mark.parametrize("path", PATHS)  # H4
def test_other_methods_are_told_what_goes(path: str) -> None:
    response = DjangoClient().put(path)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST"


def test_the_history_and_the_signals_know_what_was_decided(django_capture_on_commit_callbacks: Any) -> None:
    heard: list[tuple[str, Any]] = []

    def on_given(family: Any, client: Any, user: Any, **_: Any) -> None:
        heard.append(("given", user))

    def on_denied(client: Any, user: Any, **_: Any) -> None:
        heard.append(("denied", user))

    signals.consent_given.connect(on_given)
    signals.consent_denied.connect(on_denied)
    visitor, client = Visitor(REMOTE_ADDR="192.0.2.5"), ClientFactory()
    with django_capture_on_commit_callbacks(execute=True):
        visitor.allow(client, scope="read write", token_group="phone")
        visitor.deny(client)
    given, denied = Event.objects.order_by("pk")
    assert (given.act, given.actor, given.client, given.ip_address) == (
        "consent_given",
        visitor.user,
        client,
        "192.0.2.5",
    )
    assert given.details == {"scope": "read write", "token_group": "phone"}
    assert (denied.act, denied.subject) == ("consent_denied", visitor.user)
    assert heard == [("given", visitor.user), ("denied", visitor.user)]


def test_the_user_gets_a_letter(django_capture_on_commit_callbacks: Any) -> None:
    visitor, client = Visitor(REMOTE_ADDR="192.0.2.5", HTTP_USER_AGENT="Browser/1"), ClientFactory(name="Photo Shop")
    with django_capture_on_commit_callbacks(execute=True):
        visitor.allow(client, scope="read", token_group="phone")
    (letter,) = mail.outbox
    assert letter.to == [visitor.user.email]
    assert "Photo Shop" in letter.subject
    for word in (
        "Photo Shop",
        "See everything in your account (read)",
        "192.0.2.5",
        "Browser/1",
        "phone",
        f"http://testserver/dev/tokens?client={client.client_id}\n",
    ):
        assert word in letter.body


def test_no_letter_where_the_site_wants_none_or_there_is_no_address(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        Visitor(UserFactory(email="")).allow(ClientFactory())
        settings.OAUTHSITE = {**settings.OAUTHSITE, "NOTIFY_AUTHORIZATIONS": False}
        Visitor().allow(ClientFactory())
    assert not mail.outbox


def test_a_name_cannot_break_the_letter(django_capture_on_commit_callbacks: Any) -> None:  # F11, H10
    client = ClientFactory(name="Evil\r\nBcc: everyone@example.org\u202e" + "x" * 200)
    with django_capture_on_commit_callbacks(execute=True):
        Visitor().allow(client)
    (letter,) = mail.outbox
    assert "\n" not in letter.subject
    assert "\u202e" not in letter.body
    assert not [line for line in letter.message().as_string().splitlines() if line.startswith("Bcc")]


def test_a_broken_mail_server_is_the_logs_affair(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    send_through(settings, "nowhere.EmailBackend")
    with django_capture_on_commit_callbacks(execute=True):
        assert "code" in query_of(Visitor().allow(ClientFactory()))


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7*7 }}",
    "</title><svg/onload=alert(1)>",
]


@pytest.mark.parametrize("payload", PAYLOADS)  # F10
def test_what_others_wrote_is_shown_as_text(payload: str) -> None:
    visitor = Visitor()
    client = ClientFactory(
        name=payload, user=UserFactory(username=payload[:150]), redirect_uris=f"{REDIRECT_URI} {OUT_OF_BAND}"
    )
    pages = [
        visitor.ask(client, token_group=payload[:60], state=payload),
        visitor.allow(client, redirect_uri=OUT_OF_BAND),
        visitor.deny(client, redirect_uri=OUT_OF_BAND),
        visitor.allow(client, response_mode="form_post", state=payload),
        Visitor(client.user).ask(client, redirect_uri=f"https://evil.example/{payload}"),
    ]
    for page in pages:
        assert payload not in page.content.decode() or payload.startswith(("'", "{"))
        assert "49" not in re.findall(r"<h1>(.*?)</h1>", page.content.decode(), re.DOTALL)[0]


# ---------------------------------------------------------------- cost


@pytest.mark.parametrize(
    ("act", "most"), [("ask", 9), ("allow", 17), ("skip", 12)]
)  # the session's and the login's own included
def test_pages_take_few_statements(act: str, most: int) -> None:
    visitor, client = Visitor(), ClientFactory(user=UserFactory())
    for _ in range(20):
        AccessTokenFactory(client=client, user=visitor.user)
    page = visitor.ask(client)
    with CaptureQueriesContext(connection) as statements:
        if act == "ask":
            visitor.ask(client)
        elif act == "allow":
            visitor.decide(page)
        else:
            visitor.ask(client, "/oauth/authenticate")
    assert len(statements) <= most, "\n".join(query["sql"][:100] for query in statements)


def test_quoting_of_a_raw_byte() -> None:
    """A query string need not be ASCII; what it says goes back the same."""
    visitor, client = Visitor(), ClientFactory()
    page = visitor.get("/oauth/authorize", QUERY_STRING=f"client_id={client.client_id}&response_type=code&state=\xe9")
    assert visitor.decide(page).headers["Location"].partition("state=")[2].startswith(quote(b"\xe9"))


# ---------------------------------------------------------------- redirect URIs, at the door


def strange_uris() -> list[str]:
    others = [
        "https:\\\\app.example",
        "https://app.example:443/cb",
        "HTTPS://app.example/cb",
        f"{REDIRECT_URI}/",
        "app:/cb",
    ]
    return list(dict.fromkeys([*TRICKS, *(f"{scheme}:alert(1)" for scheme in SCHEMES), *others]))


def test_there_are_enough_strange_uris() -> None:
    assert len(strange_uris()) >= 80


@pytest.mark.parametrize("uri", [uri for uri in strange_uris() if uri], ids=ascii)  # R3, R4, R6, R9
def test_a_strange_redirect_uri_is_answered_on_a_page(uri: str) -> None:
    visitor, client = Visitor(), ClientFactory()
    sent = uri.encode("utf-8", "surrogatepass")
    assert is_page(visitor.ask(client, redirect_uri=sent))
    assert nothing_granted()


def test_what_else_the_database_refuses_is_not_taken_for_a_second_click(monkeypatch: Any) -> None:
    visitor = Visitor(raise_request_exception=False)
    page = visitor.ask(ClientFactory())

    def refuse(*_: Any, **__: Any) -> None:
        raise IntegrityError("something else")

    monkeypatch.setattr(events, "record", refuse)
    assert visitor.decide(page).status_code == 500
    assert nothing_granted()


# ---------------------------------------------------------------- the session


def test_a_login_gets_a_session_of_its_own() -> None:  # F15
    visitor, client = Visitor(signed_in=False), ClientFactory()
    session = visitor.session
    session["before"] = "the login"
    session.save()
    visitor.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    before = session.session_key
    login = visitor.get(visitor.ask(client).headers["Location"])
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', login.content.decode())[1]  # type: ignore[index]
    form = {"username": visitor.user.username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert visitor.post("/accounts/login/", form).status_code == 302
    assert visitor.cookies[settings.SESSION_COOKIE_NAME].value != before


@pytest.mark.parametrize(  # F15
    "onward",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "http:///evil", "\t//evil"],
)
def test_a_login_leads_nowhere_else(onward: str) -> None:
    visitor = DjangoClient()
    user = UserFactory()
    form = {"username": user.username, "password": PASSWORD, "next": onward}
    response = visitor.post(f"/accounts/login/?{urlencode({'next': onward})}", form)
    assert response.headers["Location"] == settings.LOGIN_REDIRECT_URL
