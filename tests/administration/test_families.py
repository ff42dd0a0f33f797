"""Token families in the Django admin."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from oauth2_provider.models import get_device_grant_model, get_grant_model, get_refresh_token_model

from clients import values
from clients.admin import bigtables
from clients.events import Act, record
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tokens.models import AccessToken, TokenFamily
from tokens.origin import Origin
from tokens.rules.redemption import grant_code

pytestmark = pytest.mark.django_db
LIST = "/admin/oauth_tokens/tokenfamily/"
COUNT_OF_ALL = re.compile(r"SELECT COUNT\(\*\)[^(]*FROM .oauth_tokens_tokenfamily")


def page_of(family: Any) -> str:
    return f"{LIST}{family.pk}/change/"


def found_by(browser: Browser, query: str) -> set[str]:
    return {row.token_group for row in browser.get(LIST + query).context["cl"].result_list}


@pytest.mark.parametrize("rows", [1, 100])
def test_the_list_takes_at_most_ten_statements_and_counts_no_whole_table(
    rows: int, root: Browser, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(rows):
        FamilyFactory(user=UserFactory())
    with django_assert_max_num_queries(10) as asked:
        page = root.get(LIST)
    assert page.status_code == 200
    assert len(page.content) < 80 * 1024
    spoken = [query["sql"] for query in asked.captured_queries]
    assert not [sql for sql in spoken if COUNT_OF_ALL.match(sql) or "DISTINCT" in sql]


def test_filters_cost_two_statements_at_most(
    staff: Callable[..., Browser], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = FamilyFactory(user=UserFactory(username="ada"))[0].client
    browser = staff("oauth_tokens.view_tokenfamily", "oauth_clients.view_client", "oauth_tokens.revoke_token")
    with django_assert_max_num_queries(10):
        page = browser.get(f"{LIST}?client={client.pk}&user=ada&state=live")
    assert f'<option value="{client.pk}" selected>{client}</option>' in page.content.decode()


def test_the_page_takes_at_most_ten_statements(
    root: Browser, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    family = FamilyFactory(user=UserFactory())[0]
    with django_assert_max_num_queries(10):
        page = root.get(page_of(family))
    assert page.status_code == 200
    assert len(page.content) < 60 * 1024


def test_the_list_counts_no_further_than_it_must(root: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bigtables, "COUNT_UP_TO", 3)
    for _ in range(3):
        FamilyFactory()
    assert "counts no further" not in root.get(LIST).content.decode()
    FamilyFactory()
    page = root.get(LIST)
    assert "counts no further" in page.content.decode()
    assert page.context["cl"].result_count == 3


def test_it_says_what_is_held_by_whom_in_words(root: Browser) -> None:
    family, value = FamilyFactory(user=UserFactory(username="ada"), scope="read write follow push profile")
    FamilyFactory()
    page = root.get(LIST).content.decode()
    assert values.mask(value) in page
    assert value not in page
    assert "read write follow push +1" in page
    assert "the client itself" in page
    assert reverse("admin:auth_user_change", args=[family.user_id]) in page


@pytest.fixture
def several() -> dict[str, TokenFamily]:
    """Families in every state, each called by its state as its group."""
    ada, bob, now = UserFactory(username="ada"), UserFactory(username="bob"), timezone.now()
    client = ClientFactory()
    made = {
        "live": FamilyFactory(user=ada, client=client, token_group="live")[0],
        "revoked": FamilyFactory(user=bob, token_group="revoked")[0],
        "expired": FamilyFactory(user=bob, token_group="expired", expires=now - timedelta(1))[0],
        "unused": FamilyFactory(user=bob, token_group="unused", origin=Origin(ip_address="2001:db8::1"))[0],
        "code": grant_code(
            client=client, user=bob, scope=["read"], redirect_uri="", origin=Origin(), token_group="code"
        )[0],
    }
    TokenFamily.objects.keyed([made["revoked"].pk]).update(revoked_at=now)
    TokenFamily.objects.keyed([made["unused"].pk]).update(created=now - timedelta(61))
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=live", {"live", "unused"}),
        ("?state=revoked", {"revoked"}),
        ("?state=expired", {"expired"}),
        ("?state=with_unspent_code", {"code"}),
        ("?state=unused_for_60_days", {"unused"}),
        ("?grant=client_credentials", set()),
        ("?grant=nonsense", {"live", "revoked", "expired", "unused", "code"}),
        ("?grant=authorization_code", {"live", "revoked", "expired", "unused", "code"}),
        ("?user=ada", {"live"}),
        ("?user=AD", set()),
        ("?user=+", {"live", "revoked", "expired", "unused", "code"}),
        ("?group=live", {"live"}),
        ("?group=%00", set()),
        ("?ip=2001:DB8:0::1", {"unused"}),
        ("?ip=nonsense", set()),
        ("?client=nonsense", set()),
        ("?client=99999999999999999999999", set()),
        ("?q=ada", {"live"}),
        ("?q=unused", {"unused"}),
        ("?q=%20", {"live", "revoked", "expired", "unused", "code"}),
    ],
)
def test_the_list_is_narrowed(query: str, found: set[str], root: Browser, several: Any) -> None:
    assert found_by(root, query) == found


def test_by_client_and_by_its_id(root: Browser, several: dict[str, TokenFamily]) -> None:
    client = several["live"].client
    assert found_by(root, f"?client={client.pk}") == {"live", "code"}
    assert found_by(root, f"?q={client.client_id}") == {"live", "code"}


@pytest.mark.parametrize("state", ["Works", "Revoked", "Expired", "Waits for its code"])
def test_each_has_its_state_in_words(state: str, root: Browser, several: Any) -> None:
    assert f'<td class="field-state">{state}</td>' in root.get(LIST).content.decode()


def test_a_token_is_never_found_by_its_value(root: Browser) -> None:  # A10
    family, value = FamilyFactory(user=UserFactory(), has_refresh_token=True)
    digest = values.digest(value)
    for term in (value, digest, value[-12:]):
        page = root.get(LIST, {"q": term})
        assert not page.context["cl"].result_list
        assert not root.get("/admin/oauth_clients/client/", {"q": term}).context["cl"].result_list
    assert digest not in root.get(page_of(family)).content.decode() + str(family) + repr(family)


def test_addresses_are_for_those_who_may_see_them(staff: Callable[..., Browser]) -> None:  # A9
    family = FamilyFactory(user=UserFactory(), origin=Origin(ip_address="203.0.113.77"))[0]
    record(Act.CONSENT_GIVEN, ip_address="203.0.113.77")
    event = "/admin/oauth_clients/event/"
    seeing = ("oauth_tokens.view_tokenfamily", "oauth_clients.view_event")
    blind, sees = staff(*seeing), staff(*seeing, "oauth_tokens.view_token_ip")
    for path in (LIST, page_of(family), event, f"{event}csv/"):
        texts = []
        for browser in (blind, sees):
            answer = browser.get(path)
            texts.append(answer.getvalue().decode())
        assert "203.0.113.77" not in texts[0]
        assert "203.0.113.77" in texts[1]
    assert blind.get(LIST + "?ip=203.0.113.78").status_code == 302  # not a filter for them: no oracle either
    assert blind.get(event + "?ip=203.0.113.78").status_code == 302


def test_nothing_is_added_changed_or_deleted_here(root: Browser) -> None:  # A9
    family = FamilyFactory(user=UserFactory())[0]
    assert root.get(LIST + "add/").status_code == 403
    assert root.post(page_of(family), {"token_group": "x"}).status_code == 403
    assert root.get(f"{LIST}{family.pk}/delete/").status_code == 403
    assert root.post(f"{LIST}{family.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in root.get(LIST).content.decode()
    assert TokenFamily.objects.count() == 1


def test_the_toolkits_own_pages_are_gone(root: Browser) -> None:  # A11
    for model in ("accesstoken", "refreshtoken", "grant", "idtoken", "devicegrant"):
        assert root.get(f"/admin/oauth_tokens/{model}/").status_code == 404
    assert root.get("/applications/register/").status_code == 404
    assert root.get("/authorized_tokens/").status_code == 404


def test_deleting_a_user_takes_everything_of_theirs_along(root: Browser) -> None:  # T7
    ada = UserFactory()
    client = ClientFactory(owner_only=True, user=ada)
    FamilyFactory(user=ada, client=client, has_refresh_token=True)
    FamilyFactory(user=ada)
    FamilyFactory(user=UserFactory(), client=client)
    grant_code(client=client, user=ada, scope=["read"], redirect_uri="", origin=Origin())
    get_device_grant_model().objects.create(
        client=client, user=ada, device_code="a", user_code="b", scope="", expires=timezone.now()
    )
    path = reverse("admin:auth_user_delete", args=[ada.pk])
    assert root.get(path).status_code == 200
    assert root.post(path, {"post": "yes"}).status_code == 302
    assert not get_user_model().objects.filter(pk=ada.pk).exists()
    for model in (TokenFamily, AccessToken, get_refresh_token_model(), get_grant_model(), get_device_grant_model()):
        assert not model.objects.exists()


def test_staff_who_may_delete_users_may_take_their_tokens_along(staff: Callable[..., Browser]) -> None:  # T7
    ada = FamilyFactory(user=UserFactory())[0].user
    browser = staff("auth.view_user", "auth.delete_user")
    assert browser.post(reverse("admin:auth_user_delete", args=[ada.pk]), {"post": "yes"}).status_code == 302
    assert not TokenFamily.objects.exists()


def test_no_secret_stands_in_the_admins_history(root: Browser, confirm: Callable[..., Any]) -> None:  # A10
    family, value = FamilyFactory(user=UserFactory())
    confirm(root, family, "revoke")
    entry = LogEntry.objects.get(content_type=ContentType.objects.get_for_model(TokenFamily))
    assert value not in entry.object_repr + entry.change_message
    assert values.digest(value) not in entry.object_repr + entry.change_message
