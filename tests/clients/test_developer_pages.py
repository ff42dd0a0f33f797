"""The developer frontpage, as a browser without JavaScript sees it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client as Visitor
from django.utils import timezone

from clients import events, values
from clients.events import Act
from clients.models import Client, Event
from clients.rules import client_secrets, editing
from tests.factories import PASSWORD, SECRET, ClientFactory, FamilyFactory, UserFactory

pytestmark = pytest.mark.django_db

FORM = {"name": "Bot", "website": "", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": ["read"]}


@pytest.fixture
def ada() -> Any:
    return UserFactory(username="ada")


@pytest.fixture
def browser(ada: Any) -> Visitor:
    visitor = Visitor()
    visitor.force_login(ada)
    return visitor


@pytest.fixture
def own(ada: Any) -> Any:
    return ClientFactory(owner_only=True, user=ada, name="Bot", scopes="read")


def shown(response: Any, name: str) -> str:
    """The one value that a page shows to copy."""
    found = re.findall(rf'id="{name}"[^>]*>([^<]+)<', response.content.decode())
    assert len(found) == 1, response.content.decode()
    return unescape(found[0])


def without_forgery_token(response: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


def test_without_a_client_it_says_what_one_is_and_offers_the_form(browser: Visitor) -> None:
    html = browser.get("/dev/").content.decode()
    assert "nobody but you can authorize it" in html
    assert 'href="/dev/tokens">apps you allowed' in html  # for those who came to take something back
    assert html.index("Only see") < html.index("Act for you or change something")
    for field in ("name", "website", "redirect_uris", "scopes"):
        assert f'name="{field}"' in html


def test_a_new_client_shows_its_secret_once(browser: Visitor, ada: Any) -> None:  # T18
    response = browser.post("/dev/new", FORM)
    client = Client.objects.get()
    secret = shown(response, "client_secret")
    assert response.headers["Cache-Control"] == "no-store"
    assert (client.user, client.own_use_of, client.audience) == (ada, ada, "owner")
    assert values.matches(secret, client.client_secret)
    assert secret in unescape(response.content.decode()).split("curl", 1)[1]
    for page in ("/dev/", f"/dev/clients/{client.client_id}", "/dev/history"):
        assert secret not in browser.get(page).content.decode()
    assert secret not in str(browser.session.items())


def test_scopes_may_be_typed_as_one_text(browser: Visitor) -> None:
    browser.post("/dev/new", {**FORM, "scopes": "read write:statuses"})
    assert Client.objects.get().scopes == "read write:statuses"


def test_each_broken_rule_is_told_beside_its_field(browser: Visitor) -> None:
    response = browser.post(
        "/dev/new", {"name": "", "website": "ftp://x", "redirect_uris": "https://a.example/#x\nfoo", "scopes": "nope"}
    )
    errors = response.context["form"].errors if response.context else {}
    html = response.content.decode()
    assert (response.status_code, Client.objects.count()) == (422, 0)
    assert set(errors) == {"name", "website", "redirect_uris", "scopes"}
    assert "https://a.example/#x" in html
    assert "cannot contain a fragment" in html
    assert len(errors["redirect_uris"]) == 2


def test_the_second_own_client_is_refused_with_a_reason(browser: Visitor, own: Any) -> None:  # A5
    response = browser.post("/dev/new", FORM)
    assert response.status_code == 422
    assert "already have the one client" in response.content.decode()
    assert "already have the one client" in browser.get("/dev/new").content.decode()
    assert Client.objects.count() == 1


def test_with_the_right_there_may_be_more(browser: Visitor, own: Any, ada: Any) -> None:
    ada.user_permissions.add(Permission.objects.get(codename="add_public_client"))
    assert browser.post("/dev/new", FORM).status_code == 200
    assert "New client" in browser.get("/dev/").content.decode()


def test_editing(browser: Visitor, own: Any) -> None:  # A8
    page = f"/dev/clients/{own.client_id}/edit"
    assert 'value="Bot"' in browser.get(page).content.decode()
    response = browser.post(
        page,
        {
            **FORM,
            "name": "Better bot",
            "redirect_uris": "https://a.example/cb",
            "implicit_allowed": "on",
            "token_lifetime": "3600",
        },
        follow=True,
    )
    own.refresh_from_db()
    assert "Saved." in response.content.decode()
    assert (own.name, own.redirect_uris, own.implicit_allowed) == ("Better bot", "https://a.example/cb", True)
    assert own.token_lifetime == 3600
    assert own.changed_at is not None


def test_a_client_that_sends_nobody_anywhere_needs_no_redirect_uri(browser: Visitor, own: Any) -> None:
    page = f"/dev/clients/{own.client_id}/edit"
    without = {**FORM, "name": "Machine", "redirect_uris": ""}
    assert browser.post(page, without).status_code == 422
    Client.objects.update(grant_types="client_credentials", redirect_uris="")
    assert browser.post(page, without).status_code == 302
    assert Client.objects.get().name == "Machine"


def test_an_edit_that_breaks_a_rule_changes_nothing(browser: Visitor, own: Any) -> None:
    response = browser.post(f"/dev/clients/{own.client_id}/edit", {**FORM, "redirect_uris": "javascript:alert(1)"})
    own.refresh_from_db()
    assert (response.status_code, own.changed_at) == (422, None)


def test_only_named_fields_can_be_set(browser: Visitor, own: Any) -> None:
    stolen = {"status": "suspended", "user": "1", "client_secret": "x", "audience": "everyone", "introspects_all": "on"}
    browser.post(f"/dev/clients/{own.client_id}/edit", {**FORM, **stolen})
    after = Client.objects.get()
    assert (after.status, after.audience, after.introspects_all) == ("active", "owner", False)
    assert after.audience_requested_at is None
    assert values.matches(SECRET, after.client_secret)


def test_who_may_asks_for_everyone(browser: Visitor, ada: Any) -> None:
    ada.user_permissions.add(Permission.objects.get(codename="add_public_client"))
    client = ClientFactory(user=ada, audience="owner")
    page = f"/dev/clients/{client.client_id}/edit"
    browser.post(page, {**FORM, "audience": "everyone"})
    assert Client.objects.waiting().count() == 1
    assert "Asked to be open to everyone" in browser.get("/dev/").content.decode()
    browser.post(page, {**FORM, "audience": "owner"})
    assert Client.objects.waiting().count() == 0


def test_deleting_says_what_stops_and_does_it(browser: Visitor, own: Any, ada: Any) -> None:
    FamilyFactory(client=own, user=ada)
    page = f"/dev/clients/{own.client_id}/delete"
    assert "<strong>1 token</strong> stops working" in browser.get(page).content.decode()
    assert Client.objects.count() == 1
    assert browser.post(page)["Location"] == "/dev"
    assert Client.objects.count() == 0


def test_a_button_that_was_pressed_twice_finds_nothing_the_second_time(
    browser: Visitor, own: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = editing.delete

    def twice(client: Any, **act: Any) -> None:
        delete(Client.objects.get(), **act)
        delete(client, **act)

    monkeypatch.setattr(editing, "delete", twice)
    assert browser.post(f"/dev/clients/{own.client_id}/delete").status_code == 404


def test_a_reset_shows_the_new_secret_and_keeps_the_old_one_for_a_day(browser: Visitor, own: Any) -> None:
    page = f"/dev/clients/{own.client_id}/secret"
    assert 'value="24"' in browser.get(page).content.decode()
    secret = shown(browser.post(page, {"grace_hours": "24"}), "client_secret")
    own.refresh_from_db()
    assert (own.which_secret(secret), own.which_secret(SECRET)) == ("client_secret", "previous_secret")
    client_page = browser.get(f"/dev/clients/{own.client_id}").content.decode()
    assert "End it now" in client_page
    assert secret not in client_page
    browser.post(f"/dev/clients/{own.client_id}/secret/end")
    own.refresh_from_db()
    assert own.which_secret(SECRET) is None
    assert "End it now" not in browser.get(f"/dev/clients/{own.client_id}").content.decode()


@pytest.mark.parametrize("hours", ["-1", "169", "", "x"])
def test_a_grace_beyond_a_week_is_refused(browser: Visitor, own: Any, hours: str) -> None:
    assert browser.post(f"/dev/clients/{own.client_id}/secret", {"grace_hours": hours}).status_code == 422
    own.refresh_from_db()
    assert own.which_secret(SECRET) == "client_secret"


def test_a_public_client_has_no_secret_to_reset(browser: Visitor, ada: Any) -> None:
    client = ClientFactory(owner_only=True, user=ada, public=True)
    assert "Reset the secret" not in browser.get(f"/dev/clients/{client.client_id}").content.decode()
    assert browser.post(f"/dev/clients/{client.client_id}/secret", {"grace_hours": "0"}).status_code == 404


class TestWhoseLoginIsLongAgo:
    """Every reset asks for the password again, ten minutes after the login."""

    @pytest.fixture
    def later(self, browser: Visitor) -> Any:
        with time_machine.travel(timezone.now() + timedelta(seconds=601)):
            yield browser

    def test_it_is_asked_for(self, later: Visitor, own: Any) -> None:  # A8
        page = f"/dev/clients/{own.client_id}/secret"
        assert 'name="password"' in later.get(page).content.decode()
        for given in ({}, {"password": "wrong"}):
            assert later.post(page, {"grace_hours": "0", **given}).status_code == 422
        own.refresh_from_db()
        assert own.which_secret(SECRET) == "client_secret"

    def test_once_given_it_counts_for_ten_minutes(self, later: Visitor, own: Any) -> None:
        page = f"/dev/clients/{own.client_id}/secret"
        assert later.post(page, {"grace_hours": "0", "password": PASSWORD}).status_code == 200
        assert 'name="password"' not in later.get(page).content.decode()

    def test_somebody_elses_password_is_no_proof(self, later: Visitor, own: Any, ada: Any) -> None:
        bob = UserFactory()
        ada.set_password("another")
        ada.save()
        later.force_login(ada)
        session = later.session
        session["oauth_proven_at"] = 0
        session.save()
        page = f"/dev/clients/{own.client_id}/secret"
        assert later.post(page, {"grace_hours": "0", "password": PASSWORD, "username": bob.username}).status_code == 422

    def test_the_secret_of_the_password_flow_too(self, later: Visitor, own: Any) -> None:
        Client.objects.update(password_grant_secret=values.store("x"))
        page = f"/dev/clients/{own.client_id}/password-secret"
        assert later.post(page).status_code == 422
        assert shown(later.post(page, {"password": PASSWORD}), "password_grant_secret")


def test_the_password_grant_secret_is_made_once_the_flow_is_approved(browser: Visitor, own: Any) -> None:  # T18
    page = f"/dev/clients/{own.client_id}/password-secret"
    assert browser.get(page).status_code == 404
    assert browser.post(page).status_code == 404
    Client.objects.update(password_grant_secret=values.store("x"))
    assert browser.get(page).status_code == 200
    secret = shown(browser.post(page), "password_grant_secret")
    own.refresh_from_db()
    assert values.matches(secret, own.password_grant_secret)
    assert secret not in browser.get(f"/dev/clients/{own.client_id}").content.decode()


def test_ending_a_secret_twice_is_told_once(own: Any) -> None:
    client_secrets.reset_secret(own, actor=own.user, grace_hours=1)
    for _ in range(2):
        client_secrets.end_previous_secret(own, actor=own.user)
    assert Event.objects.filter(act=Act.SECRET_ENDED).count() == 1


@pytest.mark.parametrize("path", ["", "/edit", "/delete", "/secret", "/authorize", "/tokens", "/tokens/revoke"])
def test_a_strangers_client_is_as_absent_as_any(own: Any, path: str) -> None:  # A7
    bob = Visitor()
    bob.force_login(UserFactory())
    foreign, absent = (bob.get(f"/dev/clients/{name}{path}") for name in (own.client_id, "nobodys"))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert without_forgery_token(foreign) == without_forgery_token(absent)


@pytest.mark.parametrize(
    "path", ["/edit", "/delete", "/secret", "/secret/end", "/password-secret", "/authorize", "/tokens/revoke"]
)
def test_a_stranger_changes_nothing(own: Any, path: str) -> None:  # A7
    FamilyFactory(client=own, user=own.user)
    bob = Visitor()
    bob.force_login(UserFactory())
    assert bob.post(f"/dev/clients/{own.client_id}{path}", {"all": "1", **FORM}).status_code == 404
    assert Event.objects.count() == 0


PAGES = ["/dev/", "/dev/new", "/dev/history", "/dev/tokens", "/dev/tokens/revoke"]
OF_CLIENT = ["", "/edit", "/delete", "/secret", "/authorize", "/tokens", "/tokens/revoke"]


@pytest.mark.parametrize("path", [*PAGES, *OF_CLIENT])
def test_whoever_is_not_logged_in_is_asked_to(own: Any, path: str) -> None:
    page = path if path in PAGES else f"/dev/clients/{own.client_id}{path}"
    response = Visitor().get(page)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={page}")
    assert response.headers["X-Frame-Options"] == "DENY"


def test_a_form_sent_without_a_login_leads_back_to_the_frontpage(own: Any) -> None:
    response = Visitor().post(f"/dev/clients/{own.client_id}/delete")
    assert response["Location"] == "/accounts/login/?next=/dev"
    assert Client.objects.count() == 1


@pytest.mark.parametrize("path", [*PAGES, *OF_CLIENT])
@pytest.mark.parametrize("without_middleware", [True, False])
def test_every_page_protects_itself(
    browser: Visitor, own: Any, path: str, without_middleware: bool, settings: Any
) -> None:  # F6, F7, F8, F9
    if without_middleware:
        guards = ("clickjacking", "csp", "security")
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not any(word in name for word in guards)]
    page = path if path in PAGES else f"/dev/clients/{own.client_id}{path}"
    response = browser.get(page)
    assert response.status_code == 200
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Cookie" in response.headers["Vary"]
    html = response.content.decode()
    assert len(response.content) < 100 * 1024
    assert not re.search(r"<script(?! src=\"/)|<style|\sstyle=|\son\w+=", html)
    foreign = re.findall(r'(?:src|href|action)="(https?:[^"]*)"', html)
    assert set(foreign) <= {own.website}


POSTS = ["/edit", "/delete", "/secret", "/secret/end", "/password-secret", "/authorize", "/tokens/revoke"]


@pytest.mark.parametrize("path", ["/dev/new", "/dev/tokens/revoke", *POSTS])
def test_forged_forms_are_refused(own: Any, ada: Any, path: str) -> None:  # F4
    FamilyFactory(client=own, user=ada)
    visitor = Visitor(enforce_csrf_checks=True)
    visitor.force_login(ada)
    page = path if path.startswith("/dev") else f"/dev/clients/{own.client_id}{path}"
    response = visitor.post(page, {**FORM, "all": "1", "grace_hours": "0", "lifetime": "7"})
    assert response.status_code == 403
    assert response.headers["X-Frame-Options"] == "DENY"
    assert Event.objects.count() == 0


def test_looking_changes_nothing(browser: Visitor, own: Any, ada: Any) -> None:  # F4
    FamilyFactory(client=own, user=ada)

    def rows() -> Any:
        return [*Client.objects.values_list()], Event.objects.count(), [*own.families.values_list()]

    before = rows()
    for path in PAGES:
        browser.get(path)
    for path in [*OF_CLIENT, "/secret/end"]:
        browser.get(f"/dev/clients/{own.client_id}{path}")
    assert rows() == before


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7*7 }}{% debug %}",
    "</title><svg onload=alert(1)>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_people_typed_is_shown_as_text(browser: Visitor, own: Any, ada: Any, payload: str) -> None:  # F10, H7
    Client.objects.update(name=payload, website=payload, note=payload, scopes="read")
    FamilyFactory(client=own, user=ada, token_group=payload[:60])
    events.record(Act.CLIENT_CHANGED, actor=ada, subject=ada, client=Client.objects.get())
    own.refresh_from_db()
    pages = [*PAGES, *(f"/dev/clients/{own.client_id}{path}" for path in OF_CLIENT)]
    for page in [*pages, f"/dev/tokens?state={payload}&address={payload}&client={payload}"]:
        html = browser.get(page).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<svg onload" not in html
        assert "49" not in re.findall(r"\{\{ 7\*7 \}\}|>49<", html)


def test_the_note_and_the_suspension_stand_on_top(browser: Visitor, own: Any) -> None:
    boss = UserFactory(username="boss")
    Client.objects.update(status="suspended", note="Too many posts.", decided_by=boss, decided_at=timezone.now())
    html = browser.get(f"/dev/clients/{own.client_id}").content.decode()
    assert "suspended this client" in html
    assert "Too many posts." in html
    assert "boss" in html
    assert "Get a token for yourself" not in html


def test_the_web_flow_can_be_tried(browser: Visitor, own: Any) -> None:
    Client.objects.update(redirect_uris="https://a.example/cb\nurn:ietf:wg:oauth:2.0:oob", scopes="read push")
    html = unescape(browser.get(f"/dev/clients/{own.client_id}").content.decode())
    assert f"/oauth/authorize?response_type=code&client_id={own.client_id}&redirect_uri=urn" in html
    assert "scope=read+push" in html
    Client.objects.update(redirect_uris="https://a.example/cb", require_pkce=True)
    assert "/oauth/authorize" not in browser.get(f"/dev/clients/{own.client_id}").content.decode()


def test_the_history_tells_what_happened_fifty_at_a_time(browser: Visitor, ada: Any, own: Any) -> None:
    bob = UserFactory(username="bob")
    for _ in range(51):
        events.record(Act.SECRET_RESET, actor=ada, subject=ada, client=own, ip_address="192.0.2.9")
    events.record(Act.TOKENS_REVOKED, actor=bob, subject=ada, client=own, count=3)
    events.record(Act.CLIENT_FAILED, subject=ada)
    events.record(Act.CLIENT_CHANGED, actor=bob, subject=bob)  # not hers
    html = browser.get("/dev/history").content.decode()
    assert html.count("<tr>") == 51
    assert "192.0.2.9" in html
    assert "(3)" in html
    assert "bob" in html
    assert "Client changed" not in html
    older = re.search(r"\?before=\d+", html)
    assert older
    assert browser.get("/dev/history" + older[0]).content.decode().count("<tr>") == 1 + 3
    for nonsense in ("x", "9" * 40):
        assert browser.get(f"/dev/history?before={nonsense}").status_code == 200


def test_the_history_begins_empty(browser: Visitor) -> None:
    assert "Nothing happened yet." in browser.get("/dev/history").content.decode()


@pytest.mark.parametrize(("wanted", "spoken"), [("de", "de"), ("ja", "ja"), ("xx", "en")])
def test_lang_chooses_the_language(browser: Visitor, wanted: str, spoken: str) -> None:
    assert f'<html lang="{spoken}"' in browser.get(f"/dev/?lang={wanted}").content.decode()


def test_the_admins_words_are_not_ours(browser: Visitor) -> None:
    """Django's catalogues come first: what its admin calls "History" is told from what we do."""
    html = browser.get("/dev/history", headers={"accept-language": "de"}).content.decode()
    assert "<h1>Verlauf</h1>" in html
    assert "Geschichte" not in html
