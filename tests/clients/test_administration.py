"""What administrators decide about clients, and whom it reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from clients import values
from clients.errors import InvalidToken
from clients.events import Act
from clients.models import Client, Event
from clients.rules import administration
from clients.rules.administration import Decision
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tokens.rules.verification import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision() -> Decision:
    return Decision(actor=UserFactory(username="root"), note="Seen and checked.", ip_address="198.51.100.7")


def only(client: Client) -> Any:
    return Client.objects.among([client])


def is_dead(value: str) -> bool:
    try:
        verify(value)
    except InvalidToken:
        return True
    return False


def test_approving_opens_a_client_to_everyone_and_frees_the_slot(decision: Decision) -> None:
    client = ClientFactory(owner_only=True)
    assert administration.approve(only(client), decision) == [client]
    client.refresh_from_db()
    assert (client.audience, client.own_use_of, client.audience_requested_at) == ("everyone", None, None)
    assert (client.decided_by, client.note) == (decision.actor, "Seen and checked.")
    assert client.decided_at is not None


def test_an_act_is_one_event_about_the_owner(decision: Decision) -> None:
    client = ClientFactory(owner_only=True)
    administration.approve(only(client), decision)
    event = Event.objects.get()
    assert (event.act, event.actor, event.subject, event.client) == (
        Act.CLIENT_APPROVED,
        decision.actor,
        client.user,
        client,
    )
    assert (event.ip_address, event.details) == ("198.51.100.7", {"note": "Seen and checked."})


def test_the_owner_is_told_once_it_is_committed(
    decision: Decision, django_capture_on_commit_callbacks: Callable[..., Any], settings: Any
) -> None:
    client = ClientFactory(owner_only=True, name="Ada's bot")
    with django_capture_on_commit_callbacks() as waiting:
        administration.approve(only(client), decision)
    assert mail.outbox == []
    for callback in waiting:
        callback()
    (letter,) = mail.outbox
    assert letter.to == [client.user.email]
    assert "Ada's bot" in letter.subject
    assert "Seen and checked." in letter.body
    assert f"http://testserver/dev/clients/{client.client_id}\n" in f"{letter.body}\n"


def test_without_an_issuer_or_a_note_the_letter_does_without(
    decision: Decision, django_capture_on_commit_callbacks: Callable[..., Any], settings: Any
) -> None:
    settings.OAUTHSITE = {"MAIL_IN_BACKGROUND": False}
    client = ClientFactory(owner_only=True)
    with django_capture_on_commit_callbacks(execute=True):
        administration.suspend(only(client), Decision())
    assert "/dev/" not in mail.outbox[0].body
    assert "administrators write" not in mail.outbox[0].body


def test_a_client_without_an_owner_is_suspended_without_a_letter(
    decision: Decision, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        administration.suspend(only(ClientFactory()), decision)
    assert mail.outbox == []


def test_declining_ends_the_request_and_nothing_else(decision: Decision) -> None:
    client = ClientFactory(owner_only=True, audience_requested_at="2026-01-01T00:00Z")
    assert administration.decline(only(client), decision) == [client]
    client.refresh_from_db()
    assert (client.audience_requested_at, client.audience, client.own_use_of) == (None, "owner", client.user)


def test_withdrawing_stops_everybody_but_the_owner_with_the_next_request(decision: Decision) -> None:  # T6
    ada = UserFactory()
    client = ClientFactory(user=ada)
    hers, his = FamilyFactory(client=client, user=ada)[1], FamilyFactory(client=client, user=UserFactory())[1]
    administration.withdraw(only(client), decision)
    assert not is_dead(hers)
    assert is_dead(his)


def test_a_client_without_owner_is_not_withdrawn(decision: Decision) -> None:
    assert administration.withdraw(only(ClientFactory()), decision) == []
    assert not Event.objects.exists()


def test_suspending_stops_every_token_and_resuming_brings_them_back(decision: Decision) -> None:  # T6
    client = ClientFactory()
    values_ = [FamilyFactory(client=client, user=UserFactory())[1], FamilyFactory(client=client)[1]]
    administration.suspend(only(client), decision)
    assert all(is_dead(value) for value in values_)
    administration.resume(only(client), decision)
    assert not any(is_dead(value) for value in values_)


def test_allowing_the_password_flow_gives_a_secret_this_once(decision: Decision) -> None:  # P1
    client = ClientFactory(user=UserFactory())
    ((changed, secret),) = administration.allow_password_flow(only(client), decision)
    client.refresh_from_db()
    assert changed == client
    assert values.matches(secret, client.password_grant_secret)
    assert client.may_use_grant("password")
    assert secret not in str(Event.objects.values_list("details"))
    assert administration.allow_password_flow(only(client), decision) == []


def test_a_client_without_owner_never_gets_the_password_flow(decision: Decision) -> None:  # P1
    assert administration.allow_password_flow(only(ClientFactory()), decision) == []


def test_withdrawing_the_password_flow_kills_its_tokens_and_no_other(decision: Decision) -> None:  # P1
    client = ClientFactory(user=UserFactory())
    administration.allow_password_flow(only(client), decision)
    by_password = FamilyFactory(client=client, user=UserFactory(), grant_type="password")[1]
    by_code = FamilyFactory(client=client, user=UserFactory())[1]
    administration.withdraw_password_flow(only(client), decision)
    assert is_dead(by_password)
    assert not is_dead(by_code)
    administration.allow_password_flow(only(client), decision)
    assert is_dead(by_password)


def test_a_password_token_issued_while_the_flow_is_withdrawn_is_dead(decision: Decision) -> None:  # P1
    late = FamilyFactory(client=ClientFactory(user=UserFactory()), user=UserFactory(), grant_type="password")[1]
    assert is_dead(late)


def test_the_implicit_flow_is_allowed_and_withdrawn_with_its_tokens(decision: Decision) -> None:
    client = ClientFactory(user=UserFactory())
    administration.allow_implicit_flow(only(client), decision)
    client.refresh_from_db()
    assert client.may_use_grant("implicit")
    token = FamilyFactory(client=client, user=UserFactory(), grant_type="implicit")[1]
    administration.withdraw_implicit_flow(only(client), decision)
    client.refresh_from_db()
    assert not client.may_use_grant("implicit")
    assert is_dead(token)


def test_all_tokens_of_several_clients_are_revoked(decision: Decision) -> None:
    tokens = [FamilyFactory(client=ClientFactory(), user=UserFactory())[1] for _ in range(3)]
    assert administration.revoke_tokens(Client.objects.all(), decision) == 3
    assert all(is_dead(token) for token in tokens)
    assert Event.objects.filter(act=Act.TOKENS_REVOKED, details={"note": "Seen and checked."}).count() == 3


def test_beyond_a_hundred_clients_one_event_speaks_for_all(decision: Decision) -> None:
    FamilyFactory(client=ClientFactory())
    Client.objects.bulk_create(ClientFactory.build_batch(100))
    assert administration.revoke_tokens(Client.objects.all(), decision) == 1
    assert Event.objects.get().client is None


def test_five_hundred_are_suspended_in_a_handful_of_statements(
    decision: Decision, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    ada = UserFactory()
    Client.objects.bulk_create(ClientFactory.build_batch(500, user=ada))
    with django_assert_max_num_queries(12):
        assert len(administration.suspend(Client.objects.all(), decision)) == 500
    assert not Client.objects.active().exists()


def test_listeners_hear_of_each_client(
    decision: Decision, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    from clients.signals import client_changed

    heard: list[Any] = []

    def listen(**said: Any) -> None:
        heard.append((said["client"], said["act"], said["actor"]))

    client_changed.connect(listen)
    client = ClientFactory()
    with django_capture_on_commit_callbacks(execute=True):
        administration.suspend(only(client), decision)
    client_changed.disconnect(listen)
    assert heard == [(client, Act.CLIENT_SUSPENDED, decision.actor)]
