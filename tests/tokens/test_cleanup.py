"""What goes, what stays, and that nobody waits for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from oauth2_provider.models import get_device_grant_model, get_grant_model, get_refresh_token_model

from clients.events import Act, record
from clients.models import Client, Event
from clients.rules.client_secrets import reset_secret
from clients.values import digest
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tests.sessions import Session
from tokens.models import AccessToken, TokenFamily
from tokens.origin import Origin
from tokens.rules.cleanup import clean_up, outlook
from tokens.rules.redemption import grant_code
from tokens.rules.verification import verify

pytestmark = pytest.mark.django_db


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


def run(**more: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("oauth_cleanup", as_json=True, stdout=out, stderr=StringIO(), **more)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def aged(**columns: Any) -> TokenFamily:
    """A family with an access and a refresh token, and these columns."""
    family = FamilyFactory(user=UserFactory(), has_refresh_token=True)[0]
    TokenFamily.objects.filter(pk=family.pk).update(**columns)
    return family


def test_what_ended_long_ago_goes_with_its_tokens_and_the_rest_stays() -> None:  # X8
    aged(expires=ago(days=31))
    aged(revoked_at=ago(days=31), expires=None)
    kept = [aged(expires=ago(days=29)), aged(revoked_at=ago(days=29)), aged(expires=None), aged()]
    found = run()
    assert (found["expired"], found["revoked"]) == (1, 1)
    assert set(TokenFamily.objects.all()) == set(kept)
    assert AccessToken.objects.count() == get_refresh_token_model().objects.count() == 4


def test_a_live_token_works_after_it() -> None:
    value = FamilyFactory(user=UserFactory())[1]
    run()
    verify(value)


def test_a_code_that_nobody_spent_goes_with_its_family() -> None:
    family, _ = grant_code(client=ClientFactory(), user=UserFactory(), scope=["read"], redirect_uri="", origin=Origin())
    TokenFamily.objects.filter(pk=family.pk).update(expires=ago(days=31))
    run()
    assert not get_grant_model().objects.exists()


def test_a_spent_code_stays_as_a_tombstone_and_then_goes() -> None:
    family, _ = grant_code(client=ClientFactory(), user=UserFactory(), scope=["read"], redirect_uri="", origin=Origin())
    TokenFamily.objects.filter(pk=family.pk).update(expires=None, issued_at=timezone.now())
    codes = get_grant_model().objects
    codes.update(expires=ago(days=89), used_at=ago(days=89))
    run()
    assert codes.count() == 1
    codes.update(expires=ago(days=91))
    assert run()["codes"] == 1
    assert TokenFamily.objects.count() == 1


def test_refresh_tokens_past_their_end_go() -> None:
    aged()
    get_refresh_token_model().objects.update(expires=ago(days=2))
    assert run()["refresh_tokens"] == 1
    assert AccessToken.objects.count() == 1


def test_access_tokens_past_their_end_go_while_their_family_lives_on(session: Session) -> None:
    value = session.refresh().json()["access_token"]
    AccessToken.objects.exclude(token_checksum=digest(value)).update(expires=ago(hours=25))
    assert outlook()["access_tokens"] == 1
    assert run()["access_tokens"] == 1
    assert session.works(value)
    AccessToken.objects.update(expires=ago(hours=23))
    assert "access_tokens" not in run()


def test_device_authorizations_that_are_over_go() -> None:
    get_device_grant_model().objects.create(
        client=ClientFactory(), device_code="a", user_code="b", scope="", expires=ago(days=2)
    )
    assert run()["devices"] == 1


def test_the_hash_of_a_secret_goes_when_its_grace_is_over() -> None:
    client = ClientFactory()
    reset_secret(client, actor=None, grace_hours=1)
    Client.objects.update(previous_secret_ends_at=ago(hours=1))
    assert run()["secrets"] == 1
    client.refresh_from_db()
    assert (client.previous_secret, client.previous_secret_ends_at) == ("", None)


def test_clients_that_registered_themselves_and_never_held_a_token_go() -> None:  # A1
    def made(**columns: Any) -> Client:
        client = ClientFactory(**{"registration_source": "apps", **columns})
        Client.objects.filter(pk=client.pk).update(created=ago(days=31))
        record(Act.CLIENT_REGISTERED, client=client)
        return client

    made()
    kept = [made(user=UserFactory()), made(registration_source="manual"), made(secret_used_at=ago(days=30)), made()]
    record(Act.CONSENT_GIVEN, client=kept[-1])
    kept.append(made())
    FamilyFactory(client=kept[-1])
    kept.append(ClientFactory(registration_source="dcr"))
    assert run()["clients"] == 1
    assert set(Client.objects.all()) == set(kept)


def test_unused_clients_stay_where_the_site_says_so(settings: Any) -> None:
    settings.OAUTHSITE = {"UNUSED_CLIENT_RETENTION": None, "EVENT_ADDRESS_RETENTION": None}
    ClientFactory(registration_source="apps")
    Client.objects.update(created=ago(days=400))
    assert "clients" not in run()
    assert outlook()["clients"] == 0


def test_old_addresses_are_forgotten_from_where_the_last_run_stopped(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    for _ in range(3):
        record(Act.CONSENT_GIVEN, ip_address="192.0.2.1")
    Event.objects.update(created=ago(days=91))
    record(Act.CONSENT_GIVEN, ip_address="192.0.2.2")
    assert run(batch_size=2)["addresses"] == 3
    assert [event.ip_address for event in Event.objects.of_act(Act.CONSENT_GIVEN).after(0)] == [
        None,
        None,
        None,
        "192.0.2.2",
    ]
    last = Event.objects.of_act(Act.CLEANED_UP).get()
    assert last.details["forgotten_to"] == Event.objects.order_by("pk")[2].pk
    assert "addresses" not in run()


def test_a_dry_run_tells_and_does_nothing() -> None:
    aged(expires=ago(days=31))
    found = run(dry_run=True)
    assert found["expired"] == 1
    assert TokenFamily.objects.count() == 1
    assert not Event.objects.of_act(Act.CLEANED_UP).exists()


def test_people_read_a_line_for_each_batch() -> None:
    for _ in range(3):
        aged(expires=ago(days=31))
    out = StringIO()
    call_command("oauth_cleanup", batch_size=2, stdout=out)
    assert "expired: 2\nexpired: 3\n" in out.getvalue()


def test_a_run_that_is_killed_can_be_begun_again() -> None:  # X8
    for _ in range(4):
        aged(expires=ago(days=31))
    next(clean_up(batch_size=1))
    assert run(batch_size=1)["expired"] == 3
    assert not TokenFamily.objects.exists()


def test_a_thousand_rows_are_a_handful_of_statements(django_assert_max_num_queries: Callable[..., Any]) -> None:  # X8
    TokenFamily.objects.bulk_create(
        [TokenFamily(client=client, grant_type="x", expires=ago(days=31)) for client in [ClientFactory()] * 1_000]
    )
    with django_assert_max_num_queries(28):
        assert sum(batch.count for batch in clean_up()) == 1_000


@pytest.mark.django_db(transaction=True)
def test_rows_that_somebody_holds_are_passed_over_not_waited_for() -> None:  # X8
    if connection.vendor != "postgresql":
        pytest.skip("SKIP LOCKED needs a server; SQLite locks the whole database")
    held, free = aged(expires=ago(days=31)), aged(expires=ago(days=31))
    done = threading.Event()

    def clean() -> None:
        for _ in clean_up():
            pass
        connection.close()
        done.set()

    with transaction.atomic():
        TokenFamily.objects.select_for_update().get(pk=held.pk)
        threading.Thread(target=clean).start()
        assert done.wait(10)
        assert [*TokenFamily.objects.values_list("pk", flat=True)] == [held.pk]
    assert free.pk != held.pk
