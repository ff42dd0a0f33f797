"""Letters before a token for oneself ends."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client as Visitor
from django.utils import timezone

from clients.models import Client
from tests.factories import ClientFactory, FamilyFactory
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules.reminders import _remind, remind_of_ends
from tokens.rules.selfissue import issue_to_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Any:
    return ClientFactory(owner_only=True, name="Bot", scopes="read")


def issue(client: Any, days: int | None = 90) -> Any:
    return issue_to_owner(
        client=client, user=client.user, scope=["read"], origin=Origin(), token_group="backup", days=days
    ).family


def run(after: timedelta, executor: Any) -> int:
    with time_machine.travel(timezone.now() + after), executor(execute=True):
        return remind_of_ends()


def test_a_week_before_the_end_one_letter_leaves(own: Any, django_capture_on_commit_callbacks: Any) -> None:
    family = issue(own)
    assert run(timedelta(days=82), django_capture_on_commit_callbacks) == 0
    assert run(timedelta(days=84), django_capture_on_commit_callbacks) == 1
    assert run(timedelta(days=85), django_capture_on_commit_callbacks) == 0
    (letter,) = mail.outbox
    assert letter.to == [own.user.email]
    assert "Bot" in letter.subject
    for word in (own.user.username, family.hint, "backup"):
        assert word in letter.body


def test_it_goes_to_the_address_that_the_hosts_users_have(
    own: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(type(own.user), "EMAIL_FIELD", "last_name")
    type(own.user).objects.update(last_name="ada@work.example")
    issue(own)
    run(timedelta(days=84), django_capture_on_commit_callbacks)
    assert mail.outbox[0].to == ["ada@work.example"]


def test_its_link_leads_to_the_form(own: Any, django_capture_on_commit_callbacks: Any) -> None:
    issue(own)
    run(timedelta(days=84), django_capture_on_commit_callbacks)
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert link
    browser = Visitor()
    browser.force_login(own.user)
    assert browser.get(link[1]).status_code == 200


def test_whose_end_is_no_news_or_not_theirs_to_renew_gets_none(
    own: Any, django_capture_on_commit_callbacks: Any
) -> None:
    issue(own, days=7)
    issue(own, days=None)
    FamilyFactory(client=own, user=own.user, expires=timezone.now() + timedelta(days=30))
    TokenFamily.objects.only_this(issue(own, days=30).pk).update(revoked_at=timezone.now())
    assert run(timedelta(days=25), django_capture_on_commit_callbacks) == 0
    assert run(timedelta(days=5), django_capture_on_commit_callbacks) == 0


def test_two_runs_at_once_write_one_letter(own: Any) -> None:
    family = issue(own)
    assert _remind(family)
    assert not _remind(family)


def test_nobody_is_written_to_without_an_address(own: Any, django_capture_on_commit_callbacks: Any) -> None:
    own.user.email = ""
    own.user.save()
    Client.objects.update(name="Bot\nBcc: x")
    issue(own)
    assert run(timedelta(days=84), django_capture_on_commit_callbacks) == 0
    assert mail.outbox == []
