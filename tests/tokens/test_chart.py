"""The chart of a client, and devices in two words."""

import sys
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import timezone

from tests.factories import ClientFactory, FamilyFactory
from tokens import useragents
from tokens.models import TokenFamily
from tokens.numbers import chart


def made(client: Any, *, days_ago: float, used_days_ago: float | None) -> None:
    now = timezone.now().replace(hour=12)
    family, _ = FamilyFactory(client=client)
    TokenFamily.objects.only_this(family.pk).update(
        created=now - timedelta(days=days_ago),
        last_used=None if used_days_ago is None else now - timedelta(days=used_days_ago),
    )


@pytest.mark.django_db
def test_a_day_counts_what_was_made_and_what_was_in_use() -> None:
    client = ClientFactory()
    made(client, days_ago=2, used_days_ago=1)
    made(client, days_ago=2, used_days_ago=None)
    made(client, days_ago=90, used_days_ago=28)
    made(client, days_ago=90, used_days_ago=60)
    made(ClientFactory(), days_ago=2, used_days_ago=1)
    days = chart.days(client)
    assert len(days) == 30
    assert days[-1].date == timezone.localdate()
    assert [(day.issued, day.in_use) for day in days[-4:]] == [(0, 0), (2, 1), (0, 1), (0, 0)]
    assert [(day.issued, day.in_use) for day in days[:3]] == [(0, 1), (0, 1), (0, 0)]


def drawn(client: Any) -> str:
    return Template("{% load oauth_tokens %}{% client_chart client %}").render(Context({"client": client}))


@pytest.mark.django_db
def test_bars_and_table_say_the_same() -> None:
    client = ClientFactory()
    made(client, days_ago=1, used_days_ago=0)
    html = drawn(client)
    assert html.count("<rect") == 60
    assert html.count("<tr>") == 31
    assert html.count("<td>1</td>") == 3


@pytest.mark.django_db
def test_without_a_number_there_is_a_sentence() -> None:
    assert "No token was made or used" in drawn(ClientFactory())


AGENTS = [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox · Linux", "Mozilla"),
    ("toot/0.49 (+https://example.org)", None, "toot"),
    ("tides-cli/2.1", None, "tides-cli"),
    ("", "", ""),
]


@pytest.mark.parametrize(("agent", "known", "plain"), AGENTS)
def test_devices_in_two_words(agent: str, known: str | None, plain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert useragents.describe(agent) == (plain if known is None else known)
    monkeypatch.setitem(sys.modules, "ua_parser", None)
    assert useragents.describe(agent) == plain
