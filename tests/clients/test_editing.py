"""Changing a client, asking for everyone, and taking a client away."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from oauth2_provider.models import get_access_token_model, get_grant_model

from clients.errors import Invalid
from clients.events import Act
from clients.models import Client, Event
from clients.rules import editing
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules.redemption import grant_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Any:
    return ClientFactory(owner_only=True, name="Bot", scopes="read", website="")


def edit(client: Any, **changes: Any) -> list[str]:
    given = {
        "name": client.name,
        "redirect_uris": client.redirect_uri_list,
        "scope": client.scopes,
        "website": client.website,
        "implicit_allowed": client.implicit_allowed,
        "token_lifetime": client.token_lifetime,
    }
    return editing.edit(client, actor=client.user, ip_address="192.0.2.1", **{**given, **changes})


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Another bot"},
        {"website": "https://bot.example"},
        {"redirect_uris": ["https://elsewhere.example/cb"]},
        {"scope": "read write"},
    ],
)
def test_a_new_face_is_dated_and_told(own: Any, change: dict[str, Any]) -> None:  # A8
    changed = edit(own, **change)
    own.refresh_from_db()
    event = Event.objects.get()
    assert own.changed_at is not None
    assert (event.act, event.details, event.actor) == (Act.CLIENT_CHANGED, {"changed": changed}, own.user)


def test_what_stays_the_same_is_no_news(own: Any) -> None:
    assert edit(own) == []
    own.refresh_from_db()
    assert (own.changed_at, Event.objects.count()) == (None, 0)


def test_a_lifetime_is_not_part_of_the_face(own: Any) -> None:
    edit(own, token_lifetime=3600)
    own.refresh_from_db()
    assert (own.token_lifetime, own.changed_at) == (3600, None)


def test_the_implicit_flow_is_told_by_its_name(own: Any) -> None:
    edit(own, implicit_allowed=True)
    edit(Client.objects.get(pk=own.pk), implicit_allowed=False)
    acts = Event.objects.order_by("pk").values_list("act", flat=True)
    assert [*acts] == [Act.IMPLICIT_FLOW_ALLOWED, Act.IMPLICIT_FLOW_WITHDRAWN]


def test_without_the_implicit_flow_its_tokens_end_and_no_others(own: Any) -> None:
    edit(own, implicit_allowed=True)
    given, other = (
        FamilyFactory(client=own, user=own.user, grant_type=name)[0] for name in ("implicit", "self_issued")
    )
    edit(Client.objects.get(pk=own.pk), implicit_allowed=True, name="Another bot")
    assert TokenFamily.objects.live().count() == 2
    edit(Client.objects.get(pk=own.pk), implicit_allowed=False)
    assert [*TokenFamily.objects.live()] == [other]
    revoked = Event.objects.get(act=Act.TOKENS_REVOKED)
    assert (revoked.actor, revoked.client, revoked.count) == (own.user, own, 1)
    given.refresh_from_db()
    assert given.is_revoked


def test_what_breaks_a_rule_changes_nothing(own: Any) -> None:
    with pytest.raises(Invalid):
        edit(own, name="", scope="read write")
    own.refresh_from_db()
    assert (own.name, own.scopes) == ("Bot", "read")


def grown_up() -> Any:
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="add_public_client"))
    return user


def test_who_may_asks_for_everyone_and_takes_it_back() -> None:
    client = ClientFactory(user=grown_up(), audience="owner")
    editing.ask_for_everyone(client, actor=client.user, wanted=True)
    client.refresh_from_db()
    assert client.audience_requested_at is not None
    editing.ask_for_everyone(client, actor=client.user, wanted=True)  # once is enough
    editing.ask_for_everyone(client, actor=client.user, wanted=False)
    client.refresh_from_db()
    assert client.audience_requested_at is None
    acts = Event.objects.order_by("pk").values_list("act", flat=True)
    assert [*acts] == [Act.AUDIENCE_REQUESTED, Act.CLIENT_CHANGED]


def test_without_the_right_nobody_is_asked(own: Any) -> None:
    editing.ask_for_everyone(own, actor=own.user, wanted=True)
    own.refresh_from_db()
    assert own.audience_requested_at is None


def test_what_is_open_needs_no_asking() -> None:
    client = ClientFactory(user=grown_up())
    editing.ask_for_everyone(client, actor=client.user, wanted=True)
    client.refresh_from_db()
    assert client.audience_requested_at is None


def test_deleting_takes_all_that_was_granted_and_keeps_the_history(own: Any) -> None:
    FamilyFactory(client=own, user=own.user)
    grant_code(client=own, user=own.user, scope=["read"], redirect_uri="", origin=Origin())
    kept, _ = FamilyFactory()
    editing.delete(own, actor=own.user)
    assert not Client.objects.filter(pk=own.pk).exists()
    assert [*TokenFamily.objects.all()] == [kept]
    assert get_access_token_model().objects.count() == 1
    assert get_grant_model().objects.count() == 0
    event = Event.objects.get(act=Act.CLIENT_DELETED)
    assert (event.client, event.client_name) == (None, "Bot")


@pytest.mark.parametrize("number", [1, 30])
def test_deleting_takes_as_many_statements_whatever_was_granted(
    own: Any, number: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(number):
        FamilyFactory(client=own, user=own.user)
    with django_assert_max_num_queries(20):
        editing.delete(own, actor=own.user)
