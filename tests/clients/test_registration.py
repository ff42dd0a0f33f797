"""The rule by which programs become clients."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, IntegrityError, connection

from clients import events, signals, values
from clients.errors import Invalid, LoginRequired, OAuthError, OneClientOnly, RegistrationClosed
from clients.models import Client, Event
from clients.rules import registration
from clients.rules.registration import admit, check_website, register
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db
FIELDS: dict[str, Any] = {"name": "App", "redirect_uris": ["https://c.example/cb"], "source": "apps"}


def reasons(**fields: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        register(**FIELDS | fields)
    return refusal.value.reasons


def test_without_an_owner_it_is_everyones() -> None:
    registered = register(**FIELDS)
    client = Client.objects.get()
    assert (client.user, client.own_use_of, client.audience) == (None, None, "everyone")
    assert client.registration_source == "apps"
    assert values.matches(registered.secret or "", client.client_secret)


def test_with_an_owner_it_is_theirs_alone() -> None:
    ada = UserFactory()
    client = register(**FIELDS, owner=ada).client
    assert (client.user, client.own_use_of, client.audience) == (ada, ada, "owner")


def test_a_second_one_is_refused() -> None:  # A5
    ada = UserFactory()
    register(**FIELDS, owner=ada)
    with pytest.raises(OneClientOnly):
        register(**FIELDS, owner=ada)
    assert Client.objects.count() == Event.objects.count() == 1


def test_one_that_came_first_by_a_hair_is_found_by_the_database(monkeypatch: pytest.MonkeyPatch) -> None:  # A5
    ada = UserFactory()
    ClientFactory(owner_only=True, user=ada)
    monkeypatch.setattr(Client.objects._queryset_class, "restricted_to_owner", lambda self: self.none())
    with pytest.raises(OneClientOnly):
        register(**FIELDS, owner=ada)
    assert Client.objects.count() == 1


def test_another_conflict_is_not_mistaken_for_it() -> None:
    register(**FIELDS, client_id="taken")
    with pytest.raises(IntegrityError):
        register(**FIELDS, client_id="taken")


def test_who_holds_the_right_may_have_more() -> None:
    ada = UserFactory()
    ada.user_permissions.add(Permission.objects.get(codename="add_public_client"))
    for _ in range(3):
        client = register(**FIELDS, owner=ada).client
        assert (client.own_use_of, client.audience) == (None, "owner")


def test_a_public_client_has_no_secret() -> None:
    registered = register(**FIELDS, is_public=True)
    assert registered.secret is None
    assert registered.client.is_public
    assert (registered.client.client_secret, registered.client.secret_created_at) == ("", None)


def test_grant_types_are_the_ones_asked_for() -> None:
    assert register(**FIELDS, grant_types=["refresh_token"]).client.grant_types == "refresh_token"


@pytest.mark.rfc("7591", "2")
@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"name": ""}, {"name"}),
        ({"redirect_uris": []}, {"redirect_uris"}),
        ({"redirect_uris": [f"https://c.example/{i}" for i in range(11)]}, {"redirect_uris"}),
        ({"redirect_uris": ["https://a.example/cb https://evil.example/cb"]}, {"redirect_uris"}),  # R8
        ({"redirect_uris": ["https://c.example/" + "a" * 2_000]}, {"redirect_uris"}),  # R8
        ({"redirect_uris": ["javascript:alert(1)"]}, {"redirect_uris"}),  # R6
        ({"scope": "admin:read"}, {"scopes"}),  # A3
        ({"scope": "a\tb"}, {"scopes"}),
        ({"website": "javascript:alert(1)"}, {"website"}),
        (
            {"name": "a  b", "redirect_uris": ["x"], "scope": "y", "website": "z"},
            {"name", "redirect_uris", "scopes", "website"},
        ),
    ],
)
def test_each_field_that_breaks_a_rule_has_its_reason(fields: dict[str, Any], broken: set[str]) -> None:
    assert set(reasons(**fields)) == broken
    assert not Client.objects.exists()


def test_the_same_uri_twice_counts_once() -> None:
    client = register(**FIELDS | {"redirect_uris": ["app:/cb", "https://c.example", "app:/cb"]}).client
    assert client.redirect_uris == "app:/cb\nhttps://c.example"


@pytest.mark.parametrize("url", ["", "https://c.example", "http://c.example/a?b=c#d", "https://[2001:db8::1]:8443/"])
def test_a_website_is_an_address_or_nothing(url: str) -> None:
    assert check_website(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://c.example",
        "c.example",
        "https://",
        "https://u:p@c.example",
        "https://c.example/<script>",
        "https://c.example/#<script>",
        "https://c.example/#a#b",
        "https://c.example/ x",
        "https://[x",
        "https://c.example/\nx",
        "https://c.example/" + "a" * 2_000,
        "urn:ietf:wg:oauth:2.0:oob",
    ],
)
def test_a_website_is_nothing_else(url: str) -> None:  # F10
    with pytest.raises(ValueError, match="must be a valid URL"):
        check_website(url)


@pytest.mark.parametrize(
    ("policy", "has_user", "refusal"),
    [
        ("open", False, None),
        ("open", True, None),
        ("authenticated", False, LoginRequired),
        ("authenticated", True, None),
        ("closed", False, RegistrationClosed),
        ("closed", True, RegistrationClosed),
    ],
)
def test_the_policy_decides_who_is_admitted(settings: Any, policy: str, has_user: bool, refusal: Any) -> None:
    settings.OAUTHSITE = {"OPEN_REGISTRATION": policy}
    user = UserFactory.build() if has_user else None
    if refusal is None:
        admit(user)
    else:
        with pytest.raises(refusal):
            admit(user)


def test_history_tells_who_registered_what_from_where() -> None:
    ada = UserFactory()
    register(**FIELDS, owner=ada, ip_address="192.0.2.1")
    event = Event.objects.get()
    assert (event.act, event.actor, event.subject) == (events.Act.CLIENT_REGISTERED, ada, ada)
    assert (event.client_name, event.ip_address, event.details) == ("App", "192.0.2.1", {"source": "apps"})


@pytest.mark.django_db(transaction=True)
def test_others_are_told_after_the_commit_and_cannot_break_it() -> None:  # X14
    heard: list[Any] = []

    def listen(**kwargs: Any) -> None:
        heard.append(kwargs["client"])
        raise RuntimeError

    signals.client_created.connect(listen)
    try:
        assert [register(**FIELDS).client] == heard
    finally:
        signals.client_created.disconnect(listen)


@pytest.fixture
def in_parallel() -> Callable[..., list[Any]]:
    """`in_parallel(20, act)`: what twenty threads, each with a connection of its own, got at once."""

    def run(count: int, act: Callable[[], Any]) -> list[Any]:
        def one(_: int) -> Any:
            try:
                return act()
            except (OAuthError, DatabaseError) as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_client(in_parallel: Callable[..., list[Any]]) -> None:  # A5, K6
    ada = UserFactory()
    outcomes = in_parallel(20, lambda: register(**FIELDS, owner=ada))
    assert sum(isinstance(outcome, registration.Registered) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, OneClientOnly) for outcome in outcomes) == 19
    assert Client.objects.count() == Event.objects.count() == 1
