"""The rule by which a token, or a client's secret, is believed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone

from clients import values
from clients.errors import InvalidClient, InvalidToken
from clients.models import Client
from clients.rules.client_secrets import reset_secret
from tests.factories import SECRET, ClientFactory, FamilyFactory, UserFactory
from tokens.models import TokenFamily
from tokens.rules.verification import verify, verify_client

pytestmark = pytest.mark.django_db


def is_dead(value: str) -> bool:
    try:
        verify(value)
    except InvalidToken:
        return True
    return False


def test_a_token_says_what_it_stands_for() -> None:
    ada, client = UserFactory(username="ada"), ClientFactory()
    family, value = FamilyFactory(user=ada, client=client, scope="read write", token_group="phone", resource=["urn:r"])
    bearer = verify(value)
    assert (bearer.user.pk, bearer.user.username, bearer.client.pk) == (ada.pk, "ada", client.pk)
    assert (bearer.family_id, bearer.token_group, bearer.resource) == (family.pk, "phone", ("urn:r",))
    assert (bearer.scope, bearer.expires, bearer.is_app_token) == (("read", "write"), None, False)
    assert bearer.allows("read:accounts", "write")
    assert not bearer.allows("read", "push")
    assert bearer.user.email == ada.email  # loads when it is asked for
    assert bearer.client.client_type == client.client_type


def test_an_app_token_has_no_user() -> None:
    bearer = verify(FamilyFactory()[1])
    assert bearer.user is None
    assert bearer.is_app_token


@pytest.mark.parametrize("value", ["", "unknown", "\x00", "\ud800", "é" * 512, "x" * 513, "x" * 100_000])
def test_what_is_no_token_is_dead(value: str) -> None:  # H1, H5
    FamilyFactory()
    assert is_dead(value)


def test_a_stored_digest_is_no_token() -> None:  # T18
    family, value = FamilyFactory()
    assert is_dead(values.digest(value))
    assert is_dead(family.hint)


@time_machine.travel(1_800_000_000, tick=False)
def test_it_dies_in_time() -> None:
    value = FamilyFactory(expires=timezone.now() + timedelta(seconds=60))[1]
    with time_machine.travel(1_800_000_059, tick=False):
        assert not is_dead(value)
    with time_machine.travel(1_800_000_060, tick=False):
        assert is_dead(value)


@pytest.mark.parametrize(
    "change",
    [
        lambda family: TokenFamily.objects.update(revoked_at=timezone.now()),
        lambda family: Client.objects.update(status="suspended"),  # T6
        lambda family: type(family.user).objects.update(is_active=False),  # T5
        lambda family: Client.objects.update(audience="owner"),  # A6
        lambda family: Client.objects.update(audience="owner", user=UserFactory()),  # A6
        lambda family: family.user.delete(),  # T7
        lambda family: family.client.delete(),
    ],
)
def test_it_dies_with_what_it_rests_on(change: Any) -> None:
    family, value = FamilyFactory(user=UserFactory())
    assert not is_dead(value)
    change(family)
    assert is_dead(value)


def test_an_owners_own_token_lives() -> None:
    client = ClientFactory(owner_only=True)
    assert not is_dead(FamilyFactory(client=client, user=client.user)[1])
    assert not is_dead(FamilyFactory(client=client)[1])  # the client's own


def test_a_password_token_dies_with_the_approval() -> None:  # P1
    client = ClientFactory(password_grant_secret="x")
    value = FamilyFactory(client=client, user=UserFactory(), grant_type="password")[1]
    assert not is_dead(value)
    Client.objects.update(password_grant_secret="")
    assert is_dead(value)


def test_a_scope_that_was_withdrawn_is_worth_nothing() -> None:  # T9
    value = FamilyFactory(scope="read write")[1]
    Client.objects.update(scopes="write")
    assert verify(value).scope == ("write",)
    assert not verify(value).allows("read")


def test_a_use_is_written_down_every_five_minutes() -> None:
    family, value = FamilyFactory()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        verify(value, ip_address="192.0.2.1")
        family.refresh_from_db()
        assert (family.last_used, family.last_used_ip) == (timezone.now(), "192.0.2.1")
        first = family.last_used
        clock.shift(299)
        verify(value, ip_address="192.0.2.2")
        family.refresh_from_db()
        assert (family.last_used, family.last_used_ip) == (first, "192.0.2.1")
        clock.shift(2)
        verify(value, ip_address="192.0.2.2")
        family.refresh_from_db()
        assert (family.last_used, family.last_used_ip) == (timezone.now(), "192.0.2.2")


def test_a_secret_proves_a_client_and_its_use_is_written_down() -> None:
    client = ClientFactory()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        assert verify_client(client_id=client.client_id, secret=SECRET) == client
        first = timezone.now()
        clock.shift(299)
        verify_client(client_id=client.client_id, secret=SECRET)
        assert Client.objects.values_list("secret_used_at", flat=True).get() == first
        clock.shift(2)
        verify_client(client_id=client.client_id, secret=SECRET, note_use=False)
        assert Client.objects.values_list("secret_used_at", flat=True).get() == first
        verify_client(client_id=client.client_id, secret=SECRET)
        assert Client.objects.values_list("secret_used_at", flat=True).get() == timezone.now()


def test_that_the_secret_before_the_reset_is_still_in_use_is_always_written_down() -> None:
    client = ClientFactory()
    reset_secret(client, actor=None, grace_hours=24)
    verify_client(client_id=client.client_id, secret=SECRET, note_use=False)
    client.refresh_from_db()
    assert client.previous_secret_used_at is not None
    assert client.secret_used_at is None


@pytest.mark.rfc("6749", "2.3.1")
@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET.upper(), values.store(SECRET), values.digest(SECRET)])
def test_nothing_else_proves_it(secret: str | None) -> None:
    client = ClientFactory()
    with pytest.raises(InvalidClient):
        verify_client(client_id=client.client_id, secret=secret)


@pytest.mark.parametrize("client_id", ["", "unknown", "x" * 256])
def test_an_unknown_client_is_not_proven(client_id: str) -> None:
    ClientFactory()
    with pytest.raises(InvalidClient):
        verify_client(client_id=client_id, secret=SECRET)


def test_an_id_in_another_case_is_another_id() -> None:
    client = ClientFactory(client_id="AbC")
    for client_id in ("abc", "AbC "):
        with pytest.raises(InvalidClient):
            verify_client(client_id=client_id, secret=SECRET)
    assert verify_client(client_id="AbC", secret=SECRET) == client


def test_a_public_client_is_named_and_must_send_no_secret() -> None:
    client = ClientFactory(public=True)
    assert verify_client(client_id=client.client_id, secret=None) == client
    with pytest.raises(InvalidClient):
        verify_client(client_id=client.client_id, secret="x")


def test_an_older_hash_verifies_and_is_rewritten(settings: Any) -> None:  # T17
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    client = ClientFactory(client_secret=PBKDF2PasswordHasher().encode(SECRET, "salt", iterations=10))
    assert client.client_secret.startswith("pbkdf2_sha256$")
    with pytest.raises(InvalidClient):
        verify_client(client_id=client.client_id, secret="wrong")
    verify_client(client_id=client.client_id, secret=SECRET)
    client.refresh_from_db()
    assert client.client_secret == values.store(SECRET)
    verify_client(client_id=client.client_id, secret=SECRET)


def test_an_older_hash_is_rewritten_also_when_it_was_used_a_moment_ago(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    hashed = PBKDF2PasswordHasher().encode(SECRET, "salt", iterations=10)
    client = ClientFactory(client_secret=hashed, secret_used_at=timezone.now())
    verify_client(client_id=client.client_id, secret=SECRET)
    client.refresh_from_db()
    assert client.client_secret == values.store(SECRET)


def test_a_reset_meanwhile_is_never_undone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # K9
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    client = ClientFactory(client_secret=PBKDF2PasswordHasher().encode(SECRET, "salt", iterations=10))
    real = Client.which_secret

    def reset_meanwhile(self: Client, secret: str) -> str | None:
        column = real(self, secret)
        Client.objects.update(client_secret=values.store("new"))
        return column

    monkeypatch.setattr(Client, "which_secret", reset_meanwhile)
    verify_client(client_id=client.client_id, secret=SECRET)
    client.refresh_from_db()
    assert client.client_secret == values.store("new")


def test_the_use_of_an_older_secret_is_written_beside_it() -> None:
    ClientFactory(previous_secret="old", previous_secret_ends_at=timezone.now() + timedelta(hours=1))
    verify_client(client_id=Client.objects.get().client_id, secret="old")
    client = Client.objects.get()
    assert client.previous_secret_used_at is not None
    assert client.secret_used_at is None
