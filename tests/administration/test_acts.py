"""Acts that are confirmed first: by whom, with what in sight, and what they leave behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client as Browser

from clients import values
from clients.admin.client_acts import ACTS
from clients.errors import Invalid, InvalidToken
from clients.events import Act
from clients.models import Client, Event
from tests.factories import SECRET, ClientFactory, FamilyFactory, UserFactory
from tokens.admin.families import FamilyAdmin
from tokens.models import TokenFamily
from tokens.rules.verification import verify, verify_client

pytestmark = pytest.mark.django_db
LIST = "/admin/oauth_clients/client/"
FAMILIES = "/admin/oauth_tokens/tokenfamily/"
SECRET_VALUE = re.compile(r"oas_(?:cs|pg)_\w+")
EVERY_ACT = [act.name for act in ACTS]
PERMISSION = {
    act.name: f"oauth_clients.{act.permission}" if "." not in act.permission else act.permission for act in ACTS
}
# A client to which each act applies.
READY: dict[str, dict[str, Any]] = {
    "approve": {"owner_only": True},
    "decline": {"owner_only": True, "audience_requested_at": "2026-01-01T00:00Z"},
    "resume": {"suspended": True},
    "withdraw_password_flow": {"password_grant_secret": "sha256$x"},
    "withdraw_implicit_flow": {"implicit_allowed": True},
}
DONE = {
    "approve": Act.CLIENT_APPROVED,
    "decline": Act.CLIENT_DECLINED,
    "withdraw": Act.CLIENT_WITHDRAWN,
    "suspend": Act.CLIENT_SUSPENDED,
    "resume": Act.CLIENT_RESUMED,
    "allow_password_flow": Act.PASSWORD_FLOW_ALLOWED,
    "withdraw_password_flow": Act.PASSWORD_FLOW_WITHDRAWN,
    "allow_implicit_flow": Act.IMPLICIT_FLOW_ALLOWED,
    "withdraw_implicit_flow": Act.IMPLICIT_FLOW_WITHDRAWN,
    "reset_secret": Act.SECRET_RESET,
    "revoke_tokens": Act.TOKENS_REVOKED,
    "give_right": Act.RIGHTS_GIVEN,
    "take_right": Act.RIGHTS_TAKEN,
}


def ready_for(name: str) -> Any:
    from clients.rules.administration import Decision
    from clients.rules.rights import give_right

    owner = UserFactory()
    client = ClientFactory(**{"user": owner, **READY.get(name, {})})
    if name == "take_right":
        give_right(owner, Decision())
        Event.objects.all().delete()
    FamilyFactory(client=client, user=UserFactory())
    return client


def select(browser: Browser, name: str, chosen: Any, *, query: str = "", path: str = LIST, **more: Any) -> Any:
    """An action of the list, as its form sends it."""
    data = {"action": name, "index": "0", "_selected_action": [c.pk for c in chosen], "select_across": "0", **more}
    return browser.post(path + query, data)


def confirmed(page: Any, **more: Any) -> dict[str, Any]:
    """What the form of a confirmation page sends."""
    effect = page.context["form"].effect
    return {"confirmed": "1", "reason": "Because.", "shown": effect.count, "stamp": effect.stamp, **more}


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("name", EVERY_ACT)
def test_an_act_needs_its_own_permission_and_sight_of_clients(  # A9
    name: str, staff: Callable[..., Browser], act_path: Callable[..., str]
) -> None:
    client = ready_for(name)
    others = {f"oauth_clients.{verb}_client" for verb in ("view", "change", "add", "delete")}
    others |= set(PERMISSION.values()) | {"oauth_tokens.view_tokenfamily", "oauth_tokens.view_token_ip"}
    everything_else = staff(*others - {PERMISSION[name]})
    blind = staff(PERMISSION[name])
    before = Client.objects.values().get(pk=client.pk)
    for browser in (everything_else, blind, staff()):
        for answer in (
            browser.get(act_path(client, name)),
            browser.post(act_path(client, name), {"confirmed": "1", "reason": "x", "shown": "1", "grace_hours": "0"}),
        ):
            assert answer.status_code == 403
        select(browser, name, [client], confirmed="1", reason="x", shown="1", grace_hours="0")
    assert Client.objects.values().get(pk=client.pk) == before
    assert TokenFamily.objects.live().count() == 1
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", EVERY_ACT)
def test_with_it_the_act_is_done_from_the_page(  # A9
    name: str, staff: Callable[..., Browser], confirm: Callable[..., Any]
) -> None:
    client = ready_for(name)
    browser = staff("oauth_clients.view_client", PERMISSION[name])
    assert f"/act/{name}/" in browser.get(f"{LIST}{client.pk}/change/").content.decode()
    answer = confirm(browser, client, name, grace_hours="0")
    assert answer.status_code in (200, 302)
    event = Event.objects.get(act=DONE[name])
    assert (event.actor, event.details["note"]) == (browser.user, "Because.")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message.split(". ")[1]) == (
        browser.user,
        str(client.pk),
        "Because.",
    )


@pytest.mark.parametrize("name", EVERY_ACT)
def test_and_from_the_list(name: str, staff: Callable[..., Browser]) -> None:  # A9
    client = ready_for(name)
    browser = staff("oauth_clients.view_client", PERMISSION[name])
    page = select(browser, name, [client])
    assert client.name in page.content.decode()
    assert not Event.objects.exists()
    select(browser, name, [client], **confirmed(page, grace_hours="0"))
    assert Event.objects.get(act=DONE[name]).actor == browser.user


@pytest.mark.parametrize("name", EVERY_ACT)
def test_who_only_looks_is_offered_nothing(  # A9
    name: str, staff: Callable[..., Browser]
) -> None:
    client = ready_for(name)
    looker = staff("oauth_clients.view_client")
    assert "/act/" not in looker.get(f"{LIST}{client.pk}/change/").content.decode()
    assert f'value="{name}"' not in looker.get(LIST).content.decode()


@pytest.mark.parametrize("path", ["1/act/nonsense/", "999/act/suspend/"])
def test_what_does_not_exist_is_not_found(path: str, root: Browser) -> None:
    assert root.get(LIST + path).status_code == 404


def test_outside_the_staff_every_path_leads_to_the_login(act_path: Callable[..., str], client: Browser) -> None:
    answer = client.get(act_path(ClientFactory(), "suspend"))
    assert answer.status_code == 302
    assert "/login/" in answer.headers["Location"]


# ---------------------------------------------------------------- what one sees before


def test_the_page_names_what_stops_in_numbers(root: Browser, act_path: Callable[..., str]) -> None:
    client = ClientFactory(user=UserFactory())
    ada = UserFactory()
    for _ in range(2):
        FamilyFactory(client=client, user=ada)
    FamilyFactory(client=client, user=client.user)
    assert "3 live tokens stop working, of 2 users." in root.get(act_path(client, "suspend")).content.decode()
    assert "2 live tokens stop working, of 1 user." in root.get(act_path(client, "withdraw")).content.decode()
    assert "No token stops working." in root.get(act_path(client, "allow_implicit_flow")).content.decode()


def test_of_many_it_names_twenty(root: Browser) -> None:
    chosen = ClientFactory.create_batch(25)
    page = select(root, "suspend", chosen).content.decode()
    assert page.count("<bdi>Application") == 20
    assert "and 5 more" in page
    assert "No live token is concerned." in page


def test_what_already_is_so_is_said(root: Browser, act_path: Callable[..., str]) -> None:
    answer = root.get(act_path(ClientFactory(suspended=True), "suspend"), follow=True)
    assert "nothing that this would change" in answer.content.decode()


def test_a_reason_is_asked_for_where_something_is_taken(root: Browser, confirm: Callable[..., Any]) -> None:
    client = ClientFactory()
    page = confirm(root, client, "suspend", reason="")
    assert page.context["form"].errors["reason"]
    assert not Client.objects.suspended().exists()


def test_more_than_a_thousand_have_to_be_typed(root: Browser) -> None:
    Client.objects.bulk_create(ClientFactory.build_batch(1_001))
    page = select(root, "suspend", Client.objects.all()[:1], select_across="1")
    assert "type 1001 to confirm" in page.content.decode()
    again = select(root, "suspend", Client.objects.all()[:1], select_across="1", **confirmed(page, typed="1000"))
    assert again.context["form"].non_field_errors()
    assert not Client.objects.suspended().exists()
    select(root, "suspend", Client.objects.all()[:1], select_across="1", **confirmed(page, typed="1001"))
    assert Client.objects.suspended().count() == 1_001


# ---------------------------------------------------------------- what happens


def test_all_that_match_are_meant_by_the_filter_not_by_their_keys(root: Browser) -> None:
    ClientFactory.create_batch(60, name="spam")
    other = ClientFactory(name="honest")
    page = select(root, "suspend", Client.objects.all()[:1], query="?q=spam", select_across="1")
    assert page.content.decode().count("_selected_action") == 1
    select(root, "suspend", Client.objects.all()[:1], query="?q=spam", select_across="1", **confirmed(page))
    assert Client.objects.suspended().count() == 60
    other.refresh_from_db()
    assert not other.is_suspended
    assert LogEntry.objects.count() == 60


def test_beyond_a_hundred_the_admins_history_has_one_entry(root: Browser) -> None:
    Client.objects.bulk_create(ClientFactory.build_batch(120))
    page = select(root, "suspend", Client.objects.all()[:1], select_across="1")
    select(root, "suspend", Client.objects.all()[:1], select_across="1", **confirmed(page))
    assert LogEntry.objects.get().object_repr == "more than 100 clients"
    assert Event.objects.count() == 120


def test_the_new_secret_is_shown_once_and_nowhere_else(root: Browser, confirm: Callable[..., Any]) -> None:  # A10
    client = ClientFactory(user=UserFactory())
    page = confirm(root, client, "reset_secret", grace_hours="1")
    (secret,) = SECRET_VALUE.findall(page.content.decode())
    assert verify_client(client_id=client.client_id, secret=secret) == client
    assert verify_client(client_id=client.client_id, secret=SECRET) == client
    assert "no-store" in page.headers["Cache-Control"]
    assert secret not in str([*LogEntry.objects.values(), *Event.objects.values(), root.session.items()])
    assert secret not in str(root.cookies)
    assert secret not in root.get(f"{LIST}{client.pk}/change/").content.decode()
    assert secret not in root.get(f"{LIST}{client.pk}/history/").content.decode()


def test_reloading_that_page_does_not_reset_again(root: Browser, act_path: Callable[..., str]) -> None:
    client = ClientFactory()
    path = act_path(client, "reset_secret")
    sent = confirmed(root.get(path), grace_hours="0")
    root.post(path, sent)
    again = root.post(path, sent)
    assert again.context["form"].non_field_errors()
    assert Event.objects.filter(act=Act.SECRET_RESET).count() == 1


def test_the_password_flow_is_allowed_with_a_secret_of_its_own(
    root: Browser, confirm: Callable[..., Any]
) -> None:  # P1
    client = ClientFactory(user=UserFactory())
    page = confirm(root, client, "allow_password_flow")
    (secret,) = SECRET_VALUE.findall(page.content.decode())
    client.refresh_from_db()
    assert secret.startswith("oas_pg_")
    assert values.matches(secret, client.password_grant_secret)


def test_what_a_rule_refuses_is_said_on_the_page(
    root: Browser, confirm: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Invalid({"client": "Not this one."})

    monkeypatch.setattr("clients.admin.client_acts.reset_secret", refuse)
    page = confirm(root, ClientFactory(), "reset_secret", grace_hours="0")
    assert "Not this one." in page.content.decode()


def test_the_owner_gets_the_reason_by_mail(
    root: Browser, confirm: Callable[..., Any], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = ClientFactory(owner_only=True, audience_requested_at="2026-01-01T00:00Z")
    with django_capture_on_commit_callbacks(execute=True):
        confirm(root, client, "decline", reason="Tell us more first.")
    assert mail.outbox[0].to == [client.user.email]
    assert "Tell us more first." in mail.outbox[0].body


def test_suspending_in_the_admin_stops_the_next_request(root: Browser, confirm: Callable[..., Any]) -> None:  # T6
    client = ClientFactory()
    value = FamilyFactory(client=client, user=UserFactory())[1]
    verify(value)
    confirm(root, client, "suspend")
    with pytest.raises(InvalidToken):
        verify(value)


def test_a_scope_taken_from_the_client_is_gone_at_the_next_request(root: Browser) -> None:  # T9
    client = ClientFactory(scopes="read write")
    value = FamilyFactory(client=client, user=UserFactory(), scope="read write")[1]
    assert verify(value).allows("write")
    given = {
        "name": client.name,
        "website": client.website,
        "redirect_uris": client.redirect_uris,
        "scopes": "read",
        "grant_types": client.grant_types.split(),
    }
    assert root.post(f"{LIST}{client.pk}/change/", given).status_code == 302
    assert verify(value).scope == ("read",)
    assert not verify(value).allows("write")


# ---------------------------------------------------------------- families


def test_revoking_needs_its_own_permission(staff: Callable[..., Browser], act_path: Callable[..., str]) -> None:  # A9
    family, value = FamilyFactory(user=UserFactory())
    for browser in (
        staff("oauth_tokens.view_tokenfamily", "oauth_clients.suspend_client"),
        staff("oauth_tokens.revoke_token"),
        staff("oauth_tokens.view_token_ip"),
    ):
        assert browser.get(act_path(family, "revoke")).status_code == 403
        assert browser.post(act_path(family, "revoke"), {"confirmed": "1", "shown": "1"}).status_code == 403
        select(browser, "revoke", [family], path=FAMILIES, confirmed="1", shown="1")
    verify(value)
    assert [act.name for act in FamilyAdmin.acts] == ["revoke"]


def test_one_family_is_revoked_from_its_page(staff: Callable[..., Browser], confirm: Callable[..., Any]) -> None:
    family, value = FamilyFactory(user=UserFactory())
    browser = staff("oauth_tokens.view_tokenfamily", "oauth_tokens.revoke_token")
    confirm(browser, family, "revoke")
    with pytest.raises(InvalidToken):
        verify(value)
    assert Event.objects.get(act=Act.TOKENS_REVOKED).details == {"note": "Because."}
    assert value not in str(LogEntry.objects.values())  # A10


def test_ten_thousand_selected_are_revoked_in_a_dozen_statements(
    root: Browser, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client, ada = ClientFactory(), UserFactory()
    now = TokenFamily._meta.get_field("created").get_default()
    TokenFamily.objects.bulk_create(
        [TokenFamily(client=client, user=ada, grant_type="authorization_code", issued_at=now) for _ in range(10_000)],
        batch_size=500,
    )
    other = FamilyFactory()[1]
    query, one = f"?client={client.pk}", TokenFamily.objects.of_client(client)[:1]
    page = select(root, "revoke", one, path=FAMILIES, query=query, select_across="1")
    sent = confirmed(page, typed="10000")
    with django_assert_max_num_queries(12):
        select(root, "revoke", one, path=FAMILIES, query=query, select_across="1", **sent)
    assert not TokenFamily.objects.of_client(client).live().exists()
    assert Event.objects.get(act=Act.TOKENS_REVOKED).count == 10_000
    verify(other)
