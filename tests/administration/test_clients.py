"""Clients in the Django admin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.test import Client as Browser
from django.urls import reverse

from clients import values
from clients.admin import words
from clients.events import Act
from clients.models import Client, Event
from clients.rules.client_secrets import reset_secret
from tests.factories import REDIRECT_URI, SECRET, ClientFactory, FamilyFactory, UserFactory
from tokens.rules.verification import verify_client

pytestmark = pytest.mark.django_db
LIST = "/admin/oauth_clients/client/"
SECRET_VALUE = re.compile(r"oas_(?:cs|pg)_\w+")


def page_of(client: Any) -> str:
    return f"{LIST}{client.pk}/change/"


def send(browser: Browser, name: str, chosen: Any, *, query: str = "", **more: Any) -> Any:
    """An action of the list, as its form sends it."""
    data = {"action": name, "index": "0", "_selected_action": [c.pk for c in chosen], "select_across": "0", **more}
    return browser.post(LIST + query, data)


# ---------------------------------------------------------------- the list


@pytest.mark.parametrize("rows", [1, 100])
def test_the_list_takes_at_most_ten_statements(
    rows: int, root: Browser, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    Client.objects.bulk_create([ClientFactory.build(user=UserFactory()) for _ in range(rows)])
    with django_assert_max_num_queries(10):
        assert root.get(LIST).status_code == 200


def test_staff_without_all_rights_needs_no_more(
    staff: Callable[..., Browser], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    ClientFactory.create_batch(3)
    browser = staff("oauth_clients.view_client", "oauth_clients.approve_client")
    with django_assert_max_num_queries(10):
        browser.get(LIST)


def test_the_list_says_state_grants_and_numbers_in_words(root: Browser) -> None:
    waiting = ClientFactory(owner_only=True, audience_requested_at="2026-01-01T00:00Z", name="Waits")
    ClientFactory(suspended=True, name="Stopped", implicit_allowed=True, password_grant_secret="x")
    ClientFactory(owner_only=True, name="Mine")
    FamilyFactory(client=waiting, user=waiting.user)
    page = root.get(LIST).content.decode()
    for said in ("Waits for approval", "Suspended", "Only its owner", "password · implicit", "code · app · device"):
        assert said in page
    assert f'href="{reverse("admin:auth_user_change", args=[waiting.user.pk])}"' in page
    assert '<td class="field-live_tokens">1</td>' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=waiting", {"waiting"}),
        ("?state=suspended", {"suspended"}),
        ("?state=for_everyone", {"open", "suspended", "flows"}),
        ("?state=restricted_to_owner", {"waiting"}),
        ("?state=nonsense", {"waiting", "suspended", "open", "flows"}),
        ("?flow=using_password_flow", {"flows"}),
        ("?flow=with_implicit_flow", {"flows"}),
        ("?flow=introspecting_all", {"flows"}),
        ("?secret=with_unused_secret", {"waiting", "suspended", "flows"}),
        ("?secret=with_old_secret", {"open"}),
        ("?secret=with_two_secrets", {"flows"}),
        ("?owned=owned", {"waiting", "flows"}),
        ("?owned=ownerless", {"open", "suspended"}),
        ("?q=waiting", {"waiting"}),
        ("?q=somewhere.example", {"open"}),
        ("?q=ada", {"flows"}),
    ],
)
def test_the_list_is_narrowed(query: str, found: set[str], root: Browser) -> None:
    ClientFactory(owner_only=True, audience_requested_at="2026-01-01T00:00Z", name="waiting")
    ClientFactory(suspended=True, name="suspended")
    ClientFactory(
        name="open",
        redirect_uris="https://somewhere.example/cb",
        secret_created_at="2020-01-01T00:00Z",
        secret_used_at="2021-01-01T00:00Z",
    )
    flows = ClientFactory(
        name="flows",
        user=UserFactory(username="ada"),
        implicit_allowed=True,
        introspects_all=True,
        password_grant_secret="sha256$x",
    )
    reset_secret(flows, actor=None, grace_hours=1)
    assert {row.name for row in root.get(LIST + query).context["cl"].result_list} == found


def test_the_waiting_room_serves_first_who_asked_first(root: Browser) -> None:
    ClientFactory(owner_only=True, audience_requested_at="2026-03-01T00:00Z", name="later")
    ClientFactory(owner_only=True, audience_requested_at="2026-01-01T00:00Z", name="first")
    page = root.get(LIST + "?state=waiting")
    assert [row.name for row in page.context["cl"].result_list] == ["first", "later"]
    assert "column-asked" in page.content.decode()


# ---------------------------------------------------------------- one client


def test_the_page_takes_at_most_ten_statements(
    root: Browser, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = ClientFactory(user=UserFactory())
    with django_assert_max_num_queries(10):
        page = root.get(page_of(client))
    assert page.status_code == 200
    assert len(page.content) < 60 * 1024


def test_the_page_tells_of_secrets_and_shows_none(root: Browser, staff: Callable[..., Browser]) -> None:  # A9
    client = ClientFactory(user=UserFactory(), password_grant_secret=values.store("oas_pg_x"), implicit_allowed=True)
    reset_secret(client, actor=None, grace_hours=24)
    for browser in (root, staff("oauth_clients.view_client")):
        page = browser.get(page_of(client)).content.decode()
        assert "last used" in page
        assert "ends" in page
        assert "sha256$" not in page
        assert values.digest(SECRET) not in page


def test_a_public_clients_page_says_that_there_is_no_secret(root: Browser) -> None:
    client = ClientFactory(public=True, decided_by=UserFactory(), decided_at="2026-01-01T00:00Z")
    page = root.get(page_of(client)).content.decode()
    assert "None: a public client" in page
    assert "/act/reset_secret/" not in page


def test_links_lead_to_tokens_and_events(root: Browser, staff: Callable[..., Browser]) -> None:
    client = ClientFactory()
    page = root.get(page_of(client)).content.decode()
    assert f"/admin/oauth_tokens/tokenfamily/?client={client.pk}" in page
    assert f"/admin/oauth_clients/event/?client={client.client_id}" in page
    assert (
        "/admin/oauth_tokens/tokenfamily/?client="
        not in staff("oauth_clients.view_client").get(page_of(client)).content.decode()
    )


def form_of(client: Any, **changes: Any) -> dict[str, Any]:
    return {
        "name": client.name,
        "user": client.user_id or "",
        "website": client.website,
        "redirect_uris": client.redirect_uris,
        "scopes": client.scopes,
        "grant_types": client.grant_types.split(),
        "token_lifetime": "",
        "refresh_token_lifetime": "",
        **changes,
    }


def test_a_new_face_is_an_event_and_asks_for_consent_anew(root: Browser) -> None:  # A8
    client = ClientFactory()
    answer = root.post(page_of(client), form_of(client, redirect_uris="https://other.example/cb", require_pkce="on"))
    assert answer.status_code == 302
    client.refresh_from_db()
    assert client.redirect_uris == "https://other.example/cb"
    assert client.changed_at is not None
    event = Event.objects.get(act=Act.CLIENT_CHANGED)
    assert set(event.details["changed"]) == {"redirect_uris", "require_pkce"}
    assert event.actor == root.user


def test_what_is_no_face_asks_nobody_anew(root: Browser) -> None:  # A8
    client = ClientFactory()
    root.post(page_of(client), form_of(client, require_pkce="on"))
    client.refresh_from_db()
    assert client.require_pkce
    assert client.changed_at is None


def test_saving_nothing_new_is_no_event(root: Browser) -> None:
    client = ClientFactory()
    root.post(page_of(client), form_of(client))
    assert not Event.objects.exists()


def test_saving_an_old_form_does_not_bring_an_old_secret_back(root: Browser) -> None:
    client = ClientFactory()
    form = form_of(client, name="Another name")
    secret = reset_secret(Client.objects.get(pk=client.pk), actor=None, grace_hours=0)
    root.post(page_of(client), form)
    assert verify_client(client_id=client.client_id, secret=secret).name == "Another name"


def test_another_owner_gives_back_the_slot_of_the_one_before(root: Browser) -> None:
    client = ClientFactory(owner_only=True)
    heir = UserFactory()
    root.post(page_of(client), form_of(client, user=heir.pk))
    client.refresh_from_db()
    assert (client.user, client.own_use_of) == (heir, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"redirect_uris": "javascript:alert(1)"}, "redirect_uris"),
        ({"redirect_uris": ""}, "redirect_uris"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 300}, "name"),  # which the column refuses as well: one reason is enough
        ({"website": "ftp://x"}, "website"),
        ({"scopes": "nonsense"}, "scopes"),
        ({"user": ""}, "user"),
    ],
)
def test_the_rules_of_registration_hold_in_the_form(changes: dict[str, str], field: str, root: Browser) -> None:
    client = ClientFactory(owner_only=True)
    answer = root.post(page_of(client), form_of(client, **changes))
    assert len(answer.context["adminform"].form.errors[field]) == 1
    client.refresh_from_db()
    assert client.redirect_uris == REDIRECT_URI


@pytest.mark.rfc("7591", "2")
def test_a_client_that_sends_nobody_anywhere_needs_no_redirect_uri(root: Browser) -> None:
    client = ClientFactory(redirect_uris="", grant_types="client_credentials")
    assert root.post(page_of(client), form_of(client, name="Machine")).status_code == 302
    client.refresh_from_db()
    assert (client.name, client.redirect_uris) == ("Machine", "")
    given = form_of(client, name="Another", client_type="confidential", scopes="read")
    assert root.post(LIST + "add/", given).status_code == 200  # the page with its secret
    assert Client.objects.get(name="Another").redirect_uris == ""


def test_what_only_acts_decide_cannot_be_sent_along(root: Browser) -> None:  # P1, A9
    client = ClientFactory(owner_only=True)
    root.post(
        page_of(client),
        form_of(
            client,
            name="Renamed",
            audience="everyone",
            status="suspended",
            implicit_allowed="on",
            password_grant_secret="x",
            client_secret="y",
            client_type="public",
        ),
    )
    client.refresh_from_db()
    assert client.name == "Renamed"
    assert (client.audience, client.status, client.implicit_allowed, client.password_grant_secret) == (
        "owner",
        "active",
        False,
        "",
    )
    assert (client.client_secret, client.client_type) == (values.store(SECRET), "confidential")


def test_a_grant_type_that_the_form_does_not_know_stays(root: Browser) -> None:
    client = ClientFactory(grant_types="authorization_code urn:example:own")
    root.post(page_of(client), form_of(client, grant_types=["authorization_code", "refresh_token"]))
    client.refresh_from_db()
    assert client.grant_types == "authorization_code refresh_token urn:example:own"


def test_who_has_no_page_in_this_admin_is_named_without_a_link() -> None:
    ada = UserFactory(username="ada")
    assert words.link(AdminSite(name="bare"), ada) == "ada"


# ---------------------------------------------------------------- adding and deleting


def test_adding_shows_the_secret_once_on_its_own_page(root: Browser) -> None:
    ada = UserFactory()
    given = {"name": "New", "user": ada.pk, "client_type": "confidential", "redirect_uris": REDIRECT_URI}
    page = root.post(LIST + "add/", {**given, "scopes": "read", "grant_types": ["authorization_code"]})
    (secret,) = SECRET_VALUE.findall(page.content.decode())
    client = verify_client(client_id=Client.objects.get().client_id, secret=secret)
    assert (client.user, client.own_use_of, client.audience) == (ada, ada, "owner")
    assert "no-store" in page.headers["Cache-Control"]
    event = Event.objects.get()
    assert (event.act, event.actor, event.subject) == (Act.CLIENT_REGISTERED, root.user, ada)
    assert secret not in str(LogEntry.objects.values())  # A10


def test_adding_a_public_client_shows_no_secret(root: Browser) -> None:
    given = {"name": "New", "user": "", "client_type": "public", "redirect_uris": REDIRECT_URI, "scopes": "read"}
    assert root.post(LIST + "add/", {**given, "grant_types": []}).status_code == 302
    assert Client.objects.get().is_public


def test_an_owner_who_has_their_one_client_gets_no_second(root: Browser) -> None:
    owner = ClientFactory(owner_only=True).user
    given = {"name": "New", "user": owner.pk, "client_type": "confidential", "redirect_uris": REDIRECT_URI}
    page = root.post(LIST + "add/", {**given, "scopes": "read"})
    assert "already have a client" in page.content.decode()
    assert Client.objects.count() == 1


def test_the_form_of_a_new_client_is_six_fields_with_the_usual_grants(root: Browser) -> None:
    form = root.get(LIST + "add/").context["adminform"].form
    assert form.initial["grant_types"][0] == "authorization_code"
    assert "introspects_all" not in form.fields


def test_deleting_says_how_many_tokens_go_and_leaves_an_event(root: Browser) -> None:
    client = ClientFactory(name="Gone soon")
    FamilyFactory(client=client, user=UserFactory())
    page = root.get(f"{LIST}{client.pk}/delete/")
    assert "Live tokens: 1" in page.content.decode()
    assert root.post(f"{LIST}{client.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Client.objects.exists()
    assert Event.objects.get(act=Act.CLIENT_DELETED).client_name == "Gone soon"


def test_several_are_deleted_from_the_list(root: Browser) -> None:
    chosen = ClientFactory.create_batch(2)
    send(root, "delete_selected", chosen, post="yes")
    assert not Client.objects.exists()
    assert Event.objects.filter(act=Act.CLIENT_DELETED).count() == 2


def test_who_may_not_delete_is_told_so(staff: Callable[..., Browser]) -> None:
    client = ClientFactory()
    assert staff("oauth_clients.view_client").get(f"{LIST}{client.pk}/delete/").status_code == 403


# ---------------------------------------------------------------- as its developer sees it


def test_staff_sees_the_page_of_the_developer_and_can_do_nothing_there(root: Browser) -> None:
    client = ClientFactory(owner_only=True, name="Ada's bot", status="suspended", note="It posted too much.")
    reset_secret(client, actor=None, grace_hours=1)
    page = root.get(page_of(client)).content.decode()
    address = f"{LIST}{client.pk}/developer/"
    assert f'href="{address}"' in page
    seen = root.get(address)
    html = seen.content.decode()
    for said in ("what the developer of this client sees", "suspended this client", "It posted too much", "one before"):
        assert said in html
    assert f'href="{page_of(client)}"' in html
    main = html.partition("<main")[2]
    assert "<form" not in main
    assert f"/dev/clients/{client.client_id}" not in main
    assert "no-store" in seen.headers["Cache-Control"]
    assert root.get(f"{LIST}0/developer/").status_code == 404


def test_only_who_may_see_clients_sees_that_page(staff: Callable[..., Browser]) -> None:
    client = ClientFactory(owner_only=True)
    assert staff("oauth_clients.view_client").get(f"{LIST}{client.pk}/developer/").status_code == 200
    assert staff("oauth_tokens.view_tokenfamily").get(f"{LIST}{client.pk}/developer/").status_code == 403
    assert Browser().get(f"{LIST}{client.pk}/developer/").status_code == 302
