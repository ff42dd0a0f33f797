"""The history in the Django admin."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client as Browser

from clients.admin.events import harmless
from clients.events import Act, record
from clients.models import Event
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/oauth_clients/event/"


@pytest.mark.parametrize("rows", [1, 100])
def test_the_list_takes_at_most_ten_statements(
    rows: int, root: Browser, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(rows):
        record(Act.CONSENT_GIVEN, actor=UserFactory(), subject=UserFactory(), client=ClientFactory())
    with django_assert_max_num_queries(10):
        page = root.get(LIST)
    assert len(page.content) < 80 * 1024


def test_it_is_read_and_nothing_else(root: Browser) -> None:  # A9
    event = record(Act.CLIENT_SUSPENDED, client=ClientFactory(name="Bad"), note="Spam")
    page = root.get(f"{LIST}{event.pk}/change/")
    assert "Spam" in page.content.decode()
    assert root.get(LIST + "add/").status_code == 403
    assert root.post(f"{LIST}{event.pk}/change/", {"act": "x"}).status_code == 403
    assert root.post(f"{LIST}{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?user=ada", {"one", "two"}),
        ("?client=the-client", {"two"}),
        ("?ip=192.0.2.1", {"three"}),
        ("?ip=x", set()),
        ("?act__exact=client_resumed", {"three"}),
    ],
)
def test_it_is_narrowed(query: str, found: set[str], root: Browser) -> None:
    ada = UserFactory(username="ada")
    record(Act.CLIENT_SUSPENDED, actor=ada, note="one")
    record(Act.CLIENT_SUSPENDED, subject=ada, client=ClientFactory(client_id="the-client"), note="two")
    record(Act.CLIENT_RESUMED, ip_address="192.0.2.1", note="three")
    assert {row.details["note"] for row in root.get(LIST + query).context["cl"].result_list} == found


def test_a_client_that_is_gone_is_named(root: Browser) -> None:
    client = ClientFactory(name="Gone by now")
    record(Act.CLIENT_SUSPENDED, client=client)
    client.delete()
    assert "Gone by now" in root.get(LIST).content.decode()


def test_the_file_holds_what_the_filter_lets_through_and_is_streamed(root: Browser) -> None:
    record(Act.CLIENT_SUSPENDED, actor=root.user, client=ClientFactory(name="=1+1"), ip_address="192.0.2.1", note="a,b")
    record(Act.CLIENT_RESUMED)
    assert (
        f'href="{LIST}csv/?act__exact=client_suspended"'
        in root.get(LIST + "?act__exact=client_suspended").content.decode()
    )
    answer = root.get(LIST + "csv/?act__exact=client_suspended")
    assert isinstance(answer, StreamingHttpResponse)
    names, row = csv.reader(StringIO(answer.getvalue().decode()))
    found = dict(zip(names, row, strict=True))
    assert (found["act"], found["actor"], found["ip_address"]) == ("client_suspended", "root", "192.0.2.1")
    assert (found["client_name"], found["details"]) == ("'=1+1", '{"note": "a,b"}')
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_file_needs_the_permission_too(staff: Callable[..., Browser]) -> None:  # A9
    assert staff("oauth_clients.view_client").get(LIST + "csv/").status_code == 403


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_spreadsheet_calculates_nothing(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(("cell", "text"), [(None, ""), (3, "3"), ("plain", "plain")])
def test_other_cells_are_as_they_are(cell: Any, text: str) -> None:
    assert harmless(cell) == text
