"""Letters leave after the act, and never spoil it."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail as outbox

from clients import mail
from tests.mailing import send_through

pytestmark = pytest.mark.django_db


def test_a_letter_leaves_from_a_thread_of_its_own(
    settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    settings.OAUTHSITE = {"MAIL_IN_BACKGROUND": True, "SITE_NAME": "Example"}
    with django_capture_on_commit_callbacks(execute=True):
        mail.send("ada@example.org", "Hello", "Text")
    mail._postman().submit(int).result()  # the one before it is done then
    assert outbox.outbox[0].subject == "[Example] Hello"


def test_without_an_address_there_is_no_letter(django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        mail.send("", "Hello", "Text")
    assert outbox.outbox == []


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
