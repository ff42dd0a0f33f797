"""Letters leave after the act, and never spoil it."""

import logging
import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail as outbox

from clients import mail
from clients.models import Client
from clients.rules.administration import Decision, suspend
from clients.rules.client_secrets import reset_secret
from tests.factories import ClientFactory, UserFactory
from tests.mailing import send_through

pytestmark = pytest.mark.django_db


def all_delivered() -> None:
    mail._postman(os.getpid()).submit(int).result(timeout=10)  # the ones before it are done then


def write_and_wait(subject: str) -> None:
    mail._hand_over("ada@example.org", subject, "Text")
    all_delivered()


def test_a_letter_leaves_from_a_thread_of_its_own(
    settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    settings.OAUTHSITE = {"MAIL_IN_BACKGROUND": True, "SITE_NAME": "Example"}
    with django_capture_on_commit_callbacks(execute=True):
        mail.send("ada@example.org", "Hello", "Text")
    all_delivered()
    assert outbox.outbox[0].subject == "[Example] Hello"


def test_a_process_that_was_forked_has_a_postman_of_its_own(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.OAUTHSITE = {"MAIL_IN_BACKGROUND": True}
    monkeypatch.setattr(mail, "_deliver", lambda _to, subject, _body: (tmp_path / subject).touch())
    write_and_wait("before")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside a thread
        child = os.fork()
    if not child:
        with suppress(Exception):
            write_and_wait("after")
        os._exit(0)
    os.waitpid(child, 0)
    assert {path.name for path in tmp_path.iterdir()} == {"before", "after"}


def test_without_an_address_there_is_no_letter(django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        mail.send("", "Hello", "Text")
    assert outbox.outbox == []


def test_a_letter_goes_to_the_address_that_the_hosts_users_have(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    monkeypatch.setattr(get_user_model(), "EMAIL_FIELD", "last_name")
    owner = UserFactory(email="", last_name="ada@work.example")
    client = ClientFactory(owner_only=True, user=owner)
    with django_capture_on_commit_callbacks(execute=True):
        suspend(Client.objects.among([client]), Decision())
        reset_secret(client, actor=None, grace_hours=0)
    assert [letter.to for letter in outbox.outbox] == [["ada@work.example"]] * 2


def test_a_mail_server_that_is_away_is_the_logs_affair(
    settings: Any, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    send_through(settings, "nowhere.to.be.found")
    logging.getLogger("clients").propagate = True
    with django_capture_on_commit_callbacks(execute=True):
        mail.send("ada@example.org", "Hello", "Text")
    logging.getLogger("clients").propagate = False
    assert "mail_failed" in caplog.text
    assert "Hello" not in caplog.text
