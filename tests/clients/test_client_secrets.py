"""A new secret, and how long the old one goes on working."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from clients.errors import Invalid, InvalidClient
from clients.events import Act
from clients.models import Event
from clients.rules.client_secrets import end_previous_secret, reset_secret
from tests.factories import SECRET, ClientFactory, UserFactory
from tokens.rules.verification import verify_client

pytestmark = pytest.mark.django_db


def works(client: Any, secret: str) -> bool:
    try:
        verify_client(client_id=client.client_id, secret=secret)
    except InvalidClient:
        return False
    return True


def test_with_no_grace_the_old_secret_fails_at_the_next_request() -> None:
    client = ClientFactory()
    secret = reset_secret(client, actor=None, grace_hours=0)
    assert works(client, secret)
    assert not works(client, SECRET)


def test_with_grace_both_work_until_it_ends() -> None:
    client = ClientFactory()
    secret = reset_secret(client, actor=None, grace_hours=24)
    assert works(client, secret)
    assert works(client, SECRET)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert works(client, secret)
        assert not works(client, SECRET)


def test_never_more_than_two_secrets_live() -> None:
    client = ClientFactory()
    second = reset_secret(client, actor=None, grace_hours=24)
    third = reset_secret(client, actor=None, grace_hours=24)
    assert [works(client, each) for each in (SECRET, second, third)] == [False, True, True]


def test_the_one_before_is_ended_once() -> None:
    client = ClientFactory()
    end_previous_secret(client, actor=None)  # without one nothing happens
    assert not Event.objects.exists()
    secret = reset_secret(client, actor=None, grace_hours=24)
    end_previous_secret(client, actor=None)
    assert (works(client, SECRET), works(client, secret)) == (False, True)
    assert Event.objects.filter(act=Act.SECRET_ENDED).count() == 1


@pytest.mark.parametrize("hours", [-1, 169])
def test_grace_is_at_most_a_week(hours: int) -> None:
    client = ClientFactory()
    with pytest.raises(Invalid):
        reset_secret(client, actor=None, grace_hours=hours)
    assert works(client, SECRET)


def test_a_public_client_has_no_secret_to_reset() -> None:
    with pytest.raises(Invalid):
        reset_secret(ClientFactory(public=True), actor=None, grace_hours=0)


def test_the_history_says_so_without_the_secret() -> None:  # A10
    ada = UserFactory()
    client = ClientFactory(user=ada)
    secret = reset_secret(client, actor=ada, grace_hours=24, ip_address="192.0.2.9")
    event = Event.objects.get(act=Act.SECRET_RESET)
    assert (event.actor, event.subject, event.details) == (ada, ada, {"grace_hours": 24, "note": ""})
    assert secret not in str(Event.objects.values())


@pytest.mark.parametrize(("hours", "words"), [(0, "no longer works"), (5, "for 5 more hours")])
def test_the_owner_hears_when_somebody_else_did_it(
    hours: int, words: str, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = ClientFactory(user=UserFactory())
    with django_capture_on_commit_callbacks(execute=True):
        secret = reset_secret(client, actor=UserFactory(), grace_hours=hours, note="It leaked.")
    (letter,) = mail.outbox
    assert words in letter.body
    assert "It leaked." in letter.body
    assert secret not in letter.body


def test_nobody_writes_to_people_about_what_they_did_themselves(
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    client = ClientFactory(user=UserFactory())
    with django_capture_on_commit_callbacks(execute=True):
        reset_secret(client, actor=client.user, grace_hours=0)
    assert mail.outbox == []
