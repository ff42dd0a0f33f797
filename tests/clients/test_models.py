"""What a client row answers about itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from oauth2_provider.models import AbstractApplication

from clients import models, values
from clients.events import Act, record
from clients.models import Client, Event
from tests.factories import SECRET, ClientFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_it_is_called_by_its_name_or_its_id() -> None:
    assert str(Client(name="App", client_id="id")) == "App"
    assert str(Client(name="", client_id="id")) == "id"


def test_fixtures_name_it_by_its_id() -> None:
    client = ClientFactory()
    assert client.natural_key() == (client.client_id,)
    assert Client.objects.get_by_natural_key(client.client_id) == client


def test_its_audience_is_its_owner_or_everyone() -> None:
    mine = ClientFactory(owner_only=True)
    assert mine.is_owner_only
    assert mine.may_be_authorized_by(mine.user)
    assert not mine.may_be_authorized_by(UserFactory())
    assert not mine.may_be_authorized_by(None)
    assert not Client(audience="owner").may_be_authorized_by(AnonymousUser())
    assert ClientFactory().may_be_authorized_by(UserFactory())


@pytest.mark.parametrize("fields", [{"audience": "everyone"}, {"user": None}])
def test_the_database_keeps_the_one_client_with_its_owner(fields: dict[str, Any]) -> None:  # A5
    client = ClientFactory(owner_only=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.update(**fields)
    client.refresh_from_db()
    assert client.is_owner_only


def test_the_database_keeps_it_to_one() -> None:  # A5
    client = ClientFactory(owner_only=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientFactory(owner_only=True, user=client.user)


@pytest.mark.rfc("6749", "4.4")
@pytest.mark.parametrize(
    ("client", "grant", "may"),
    [
        (Client(), models.CODE, True),
        (Client(), models.CLIENT_CREDENTIALS, True),
        (Client(), models.DEVICE, True),
        (Client(), models.REFRESH, True),
        (Client(), "urn:other", False),
        (Client(client_type="public"), models.CLIENT_CREDENTIALS, False),
        (Client(client_type="public"), models.CODE, True),
        (Client(grant_types="authorization_code"), models.DEVICE, False),
        (Client(grant_types="password implicit"), models.PASSWORD, False),
        (Client(grant_types="password implicit"), models.IMPLICIT, False),
        (Client(password_grant_secret="x", implicit_allowed=True), models.PASSWORD, False),
        (Client(password_grant_secret="x", implicit_allowed=True), models.IMPLICIT, False),
        (Client(user_id=1, password_grant_secret="x"), models.PASSWORD, True),
        (Client(user_id=1, implicit_allowed=True), models.IMPLICIT, True),
        (Client(user_id=1), models.PASSWORD, False),
        (Client(user_id=1), models.IMPLICIT, False),
    ],
)
def test_which_grants_it_may_use(client: Client, grant: str, may: bool) -> None:  # A3, P1
    assert client.may_use_grant(grant) is may


def test_the_toolkit_asks_in_its_own_spelling() -> None:
    client = Client()
    assert client.allows_grant_type(AbstractApplication.GRANT_AUTHORIZATION_CODE)
    assert client.allows_grant_type(models.DEVICE)
    assert not client.allows_grant_type("password", "implicit")


def test_who_registered_for_refreshing_or_asks_to_stay_gets_a_refresh_token() -> None:
    assert not Client().gets_refresh_token(["read"])
    assert Client().gets_refresh_token(["read", "offline_access"])
    assert Client(grant_types="refresh_token").gets_refresh_token(["read"])


@pytest.mark.rfc("9700", "2.1.1")
def test_who_needs_pkce(settings: Any) -> None:
    assert not Client().needs_pkce
    assert Client(client_type="public").needs_pkce
    assert Client(require_pkce=True).needs_pkce
    settings.OAUTHSITE = {"REQUIRE_PKCE": True}
    assert Client().needs_pkce


def test_its_redirect_uris(settings: Any) -> None:
    client = Client(redirect_uris="https://c.example/cb\ncom.example.app:/cb")
    assert client.redirect_uri_list == ["https://c.example/cb", "com.example.app:/cb"]
    assert client.get_allowed_schemes() == ["com.example.app", "https"]
    assert client.redirect_uri_allowed("https://c.example/cb?x=1")
    client.exact_redirects = True
    assert not client.redirect_uri_allowed("https://c.example/cb?x=1")
    settings.OAUTHSITE = {"EXACT_REDIRECTS": True}
    client.exact_redirects = False
    assert not client.redirect_uri_allowed("https://c.example/cb?x=1")


# R6: a row that came in past the rules leads nowhere.
def test_a_planted_script_matches_nothing() -> None:
    assert not Client(redirect_uris="javascript:alert(1)").redirect_uri_allowed("javascript:alert(1)")


@pytest.mark.rfc("6749", "2.3.1")
def test_a_secret_proves_it_and_an_old_one_until_its_end() -> None:
    now = timezone.now()
    client = Client(
        client_secret=values.store("new"),
        previous_secret=values.store("old"),
        previous_secret_ends_at=now + timedelta(hours=1),
    )
    assert client.which_secret("new") == "client_secret"
    assert client.which_secret("old") == "previous_secret"
    assert client.which_secret("neither") is None
    client.previous_secret_ends_at = now
    assert client.which_secret("old") is None
    client.previous_secret_ends_at = None
    assert client.which_secret("old") is None


def test_no_secret_proves_a_client_that_has_none() -> None:  # T14
    assert Client(client_type="public", client_secret=values.store("x")).which_secret("x") is None
    assert Client(client_secret="").which_secret("") is None


def test_its_scopes_are_worth_what_it_registered() -> None:  # T9
    client = Client(scopes="read")
    assert client.scope_names == ("read",)
    assert client.effective_scopes("read:accounts write") == ("read:accounts",)


def test_the_toolkits_own_rules_are_not_asked() -> None:
    Client(redirect_uris="com.example.app:/cb").clean()


def test_its_state_in_words() -> None:
    assert ClientFactory(suspended=True).is_suspended
    assert not ClientFactory().is_suspended
    assert ClientFactory(password_grant_secret="x").is_password_flow_approved
    assert not ClientFactory().is_password_flow_approved


def test_the_words_for_many_clients() -> None:
    everyones, mine, bad = ClientFactory(), ClientFactory(owner_only=True), ClientFactory(suspended=True)
    assert set(Client.objects.owned_by(mine.user)) == set(Client.objects.restricted_to_owner()) == {mine}
    assert set(Client.objects.for_everyone()) == {everyones, bad}
    assert set(Client.objects.active()) == {everyones, mine}
    assert Client.objects.lock(mine.pk) == mine
    assert Client.objects.with_secret(mine.pk, "client_secret", values.store(SECRET)).exists()
    assert not Client.objects.with_secret(mine.pk, "client_secret", values.store("other")).exists()


def test_history_tells_each_person_what_concerns_them() -> None:
    ada, bob, client = UserFactory(), UserFactory(), ClientFactory()
    first = record(Act.CLIENT_CHANGED, actor=ada, client=client)
    second = record(Act.TOKENS_REVOKED, actor=bob, subject=ada, count=3)
    assert list(Event.objects.about(ada).newest_first()) == [second, first]
    assert list(Event.objects.about(bob)) == [second]
    assert list(Event.objects.of_client(client)) == [first]
    assert str(first) == f"Client changed #{first.pk}"


def test_history_outlives_what_it_speaks_of() -> None:
    client = ClientFactory(name="Gone")
    event = record(Act.CLIENT_DELETED, client=client, actor=AnonymousUser())
    client.delete()
    event.refresh_from_db()
    assert (event.client, event.client_name, event.actor) == (None, "Gone", None)
