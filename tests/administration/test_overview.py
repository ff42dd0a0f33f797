"""What an administrator looks at first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from clients.events import Act, record
from clients.models import Event
from clients.rules.failures import Failing, failing
from tests.factories import SECRET, ClientFactory, FamilyFactory, UserFactory
from tokens.models import TokenFamily
from tokens.numbers.overview import overview

pytestmark = pytest.mark.django_db
PAGE = "/admin/oauth_tokens/tokenfamily/overview/"


def test_it_names_what_waits_oldest_first_and_what_is_risky(root: Browser) -> None:
    ClientFactory(owner_only=True, audience_requested_at="2026-02-01T00:00Z", name="Later")
    ClientFactory(owner_only=True, audience_requested_at="2026-01-01T00:00Z", name="First")
    ClientFactory(suspended=True)
    ClientFactory(user=UserFactory(), password_grant_secret="sha256$x", name="Trusted")
    for path in ("/admin/", PAGE):
        page = root.get(path).content.decode()
        assert "2 clients wait for approval" in page
        assert page.index("First") < page.index("Later")
        assert "1 client is suspended" in page
        assert "1 client may use the password flow" in page
        assert "Trusted" in page
        assert "Nothing was cleaned up within a year" in page


def test_tokens_are_counted_by_age_and_by_day_at_most_every_ten_minutes(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    now = timezone.now()
    for days in (0, 3, 20, 100, 500):
        family = FamilyFactory()[0]
        TokenFamily.objects.keyed([family.pk]).update(created=now - timedelta(days=days))
    FamilyFactory()
    TokenFamily.objects.keyed([FamilyFactory()[0].pk]).update(revoked_at=now)
    found = overview()
    assert [count for _, count in found.ages] == [2, 1, 1, 1, 1]
    assert found.issued[-1][1] == 3
    FamilyFactory()
    assert overview().ages == found.ages
    with django_assert_max_num_queries(7):
        overview()


def test_without_a_cache_tokens_are_counted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:  # X4
    monkeypatch.setattr("tokens.numbers.overview.cache", None)
    FamilyFactory()
    assert overview().ages[0][1] == 1
    FamilyFactory()
    assert overview().ages[0][1] == 2


def test_it_tells_of_the_last_clean_up(root: Browser) -> None:
    call_command("oauth_cleanup", stdout=StringIO())
    assert "Last clean-up" in root.get(PAGE).content.decode()


def test_who_may_not_see_tokens_sees_no_overview(staff: Callable[..., Browser]) -> None:  # A9
    browser = staff("oauth_clients.view_client")
    assert browser.get(PAGE).status_code == 403
    assert "oauth-overview" not in browser.get("/admin/").content.decode()
    assert (
        "Overview"
        not in staff("oauth_tokens.view_tokenfamily").get("/admin/oauth_tokens/tokenfamily/").content.decode()
    )


def test_failed_authentications_are_one_row_an_hour(api: APIClient, root: Browser) -> None:
    client = ClientFactory(name="Guessed at")
    for _ in range(3):
        given = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": "wrong"}
        assert api.post("/oauth/token", given).status_code == 401
    event = Event.objects.of_act(Act.CLIENT_FAILED).get()
    assert (event.client, event.count) == (client, 3)
    assert failing() == [Failing(client.pk, "Guessed at", 3)]
    assert "Guessed at" in root.get(PAGE).content.decode()


def test_a_deleted_client_is_named_still(root: Browser) -> None:
    record(Act.CLIENT_FAILED, client=ClientFactory(name="Gone"), count=2)
    event = Event.objects.get()
    event.client.delete()
    assert failing() == [Failing(None, "Gone", 2)]
    assert "Gone" in root.get(PAGE).content.decode()


def test_of_an_unknown_client_nothing_is_kept(api: APIClient) -> None:
    api.post("/oauth/token", {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"})
    assert not Event.objects.exists()


def test_a_refusal_costs_the_same_statements_whether_the_client_exists_or_not(api: APIClient) -> None:  # T16
    client = ClientFactory()
    seen = []
    for client_id in (client.client_id, client.client_id, "nobody"):  # the first one begins the row of this hour
        with CaptureQueriesContext(connection) as queries:
            api.post("/oauth/token", {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "x"})
        seen.append([query["sql"].split()[0] for query in queries])
    assert seen[1] == seen[2]


def test_a_good_secret_costs_no_statement_more(
    api: APIClient, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = ClientFactory(secret_used_at=timezone.now())
    given = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": SECRET}
    with django_assert_max_num_queries(5):
        assert api.post("/oauth/token", given).status_code == 200
    assert not Event.objects.of_act(Act.CLIENT_FAILED).exists()
