"""Pages about one's account, and what becomes of tokens when a password changes."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Visitor

from clients.errors import InvalidToken
from clients.events import Act
from clients.models import Event
from tests.factories import PASSWORD, FamilyFactory, UserFactory
from tokens.account_forms import AdminPasswordChangeForm, PasswordChangeForm, SetPasswordForm
from tokens.rules.verification import verify

pytestmark = pytest.mark.django_db

NEW = "a much better passphrase"


@pytest.fixture
def ada() -> Any:
    return UserFactory(username="ada")


@pytest.fixture
def token(ada: Any) -> str:
    return FamilyFactory(user=ada)[1]


@pytest.fixture
def others(ada: Any) -> str:
    return FamilyFactory(user=UserFactory())[1]


def works(token: str) -> bool:
    try:
        verify(token)
    except InvalidToken:
        return False
    return True


def link_in_the_letter() -> str:
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert found
    return found[1]


@pytest.fixture
def ask(client: Visitor, django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[str], Any]:
    """`ask(ada.email)`: the letter with the link, and the answer."""

    def reset(email: str) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return client.post("/accounts/reset", {"email": email}, follow=True)

    return reset


def test_a_reset_ends_every_token(  # T8
    client: Visitor, ada: Any, token: str, others: str, ask: Callable[[str], Any]
) -> None:
    assert ask(ada.email).redirect_chain[-1][0].rstrip("/") == "/accounts/reset/sent"
    assert mail.outbox[0].subject == "[oauthsite] A new password for testserver"
    form = client.get(link_in_the_letter(), follow=True)
    assert "Choose a new password" in form.content.decode()
    page = form.redirect_chain[-1][0]
    answer = client.post(page, {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "Every token was revoked" in answer.content.decode()
    assert (works(token), works(others)) == (False, True)
    event = Event.objects.get(act=Act.TOKENS_REVOKED)
    assert (event.subject, event.details) == (ada, {"rule": "password_reset"})


def test_the_link_works_once(ada: Any, ask: Callable[[str], Any]) -> None:
    ask(ada.email)
    link = link_in_the_letter()
    ada.set_password(NEW)
    ada.save()
    html = Visitor().get(link).content.decode()
    assert "no longer works" in html


def test_a_reset_does_not_tell_who_has_an_account(ask: Callable[[str], Any]) -> None:
    assert "If an account has that address" in ask("nobody@example.org").content.decode()
    assert mail.outbox == []


def test_nor_by_the_time_that_a_letter_takes(  # P3
    ada: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, ask: Callable[[str], Any]
) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "MAIL_IN_BACKGROUND": True}
    answered, left = threading.Event(), threading.Event()
    monkeypatch.setattr("clients.mail._deliver", lambda *_: answered.wait(60) and left.set())
    assert ask(ada.email).status_code == 200
    answered.set()
    assert left.wait(10)


@pytest.mark.parametrize(("box", "alive"), [({"revoke_tokens": "on"}, False), ({}, True)])
def test_an_ordinary_change_offers_it(
    client: Visitor, ada: Any, token: str, others: str, box: dict[str, str], alive: bool
) -> None:  # T8
    client.force_login(ada)
    assert 'name="revoke_tokens"' in client.get("/accounts/password").content.decode()
    assert " checked" in client.get("/accounts/password").content.decode()
    fields = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW, **box}
    answer = client.post("/accounts/password", fields, follow=True)
    assert "Your password was changed" in answer.content.decode()
    assert (works(token), works(others)) == (alive, True)


def test_guesses_at_the_old_password_are_limited_and_weak_new_ones_are_none(client: Visitor, ada: Any) -> None:
    client.force_login(ada)

    def change(old: str, new: str) -> int:
        fields = {"old_password": old, "new_password1": new, "new_password2": new}
        return client.post("/accounts/password", fields).status_code

    assert [change(PASSWORD, "123") for _ in range(20)] == [200] * 20
    assert [change("a guess", NEW) for _ in range(11)] == [200] * 10 + [429]
    assert change(PASSWORD, NEW) == 429
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_an_administrators_reset_ends_every_token(
    admin_client: Visitor, ada: Any, token: str, others: str
) -> None:  # T8
    page = f"/admin/auth/user/{ada.pk}/password/"
    answer = admin_client.post(page, {"password1": NEW, "password2": NEW, "usable_password": "true"})
    assert answer.status_code == 302
    assert (works(token), works(others)) == (False, True)


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (SetPasswordForm, {"new_password1": NEW, "new_password2": NEW}),
        (
            PasswordChangeForm,
            {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW, "revoke_tokens": "on"},
        ),
        (AdminPasswordChangeForm, {"password1": NEW, "password2": NEW}),
    ],
)
def test_what_is_not_saved_ends_nothing(ada: Any, token: str, form: Any, fields: dict[str, str]) -> None:
    filled = form(ada, fields)
    assert filled.is_valid(), filled.errors
    filled.save(commit=False)
    assert works(token)


def test_deleting_a_user_leaves_nothing_of_theirs(
    admin_client: Visitor, ada: Any, token: str, others: str
) -> None:  # T7
    page = f"/admin/auth/user/{ada.pk}/delete/"
    assert admin_client.post(page, {"post": "yes"}).status_code == 302
    assert (works(token), works(others)) == (False, True)
    from tokens.models import AccessToken, TokenFamily

    assert (TokenFamily.objects.count(), AccessToken.objects.count()) == (1, 1)


def test_an_address_alone_logs_nobody_out(client: Visitor, ada: Any) -> None:
    client.force_login(ada)
    html = client.get("/accounts/logout").content.decode()
    assert "<h1>Log out</h1>" in html
    assert "Logged out" not in html
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout").status_code == 302
    assert "_auth_user_id" not in client.session


def test_the_start_page_leads_on(client: Visitor, ada: Any) -> None:
    html = client.get("/").content.decode()
    assert 'href="/accounts/login?next=/dev"' in html
    assert 'href="/admin/"' in html
    client.force_login(ada)
    assert 'href="/dev"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/accounts/logout",
        "/accounts/reset",
        "/accounts/reset/sent",
        "/accounts/reset/done",
        "/accounts/reset/x/y",
        "/nowhere",
    ],
)
def test_every_page_protects_itself(client: Visitor, path: str, settings: Any) -> None:  # F6
    guards = ("clickjacking", "csp", "security")
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not any(word in name for word in guards)]
    headers = client.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_forged_form_gets_a_page_that_helps(ada: Any) -> None:  # F4, F6
    visitor = Visitor(enforce_csrf_checks=True)
    answer = visitor.post("/accounts/login", {"username": "ada", "password": PASSWORD})
    assert answer.status_code == 403
    assert "could not be accepted" in answer.content.decode()
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("language", ["de", "ja"])
def test_the_browsers_language_is_spoken(client: Visitor, language: str) -> None:
    assert f'<html lang="{language}"' in client.get("/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
