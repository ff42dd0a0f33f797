"""What an administrator looks at first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, cast

from django.core.cache import cache
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import get_application_model

from clients.border.caching import CacheAway, ask
from clients.local_time import today
from clients.rules.failures import Failing, failing
from clients.rules.forgetting import last_clean_up
from tokens.models import TokenFamily

DAYS = 30  # of the chart
MOST_NAMED = 5
KEPT = 600  # seconds: what counts the whole table is counted once in ten minutes
CACHE_KEY = "oauth_overview"
AGES: dict[str, tuple[Promise, timedelta]] = {
    "day": (_("younger than a day"), timedelta(days=1)),
    "week": (_("younger than a week"), timedelta(days=7)),
    "month": (_("younger than a month"), timedelta(days=30)),
    "year": (_("younger than a year"), timedelta(days=365)),
    "all": (_("older"), timedelta(days=36_500)),
}


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What waits, what is risky, what fails, and how much is in use."""

    waiting: list[Any]
    count_waiting: int
    count_suspended: int
    password_flow: list[Any]
    count_password_flow: int
    failures: list[Failing]
    ages: list[tuple[str | Promise, int]]
    issued: list[tuple[date, int]]
    cleaned: Any


def may_see_overview(user: Any) -> bool:
    """Whether this person may see what it shows."""
    return bool(user.has_perms(["oauth_clients.view_client", "oauth_tokens.view_tokenfamily"]))


def overview() -> Overview:
    """The overview of now; the numbers of tokens are at most ten minutes old."""
    clients = get_application_model().objects
    ages, issued = _counted_tokens()
    return Overview(
        waiting=[*clients.waiting().with_owner().order_by("audience_requested_at")[:MOST_NAMED]],
        count_waiting=clients.waiting().count(),
        count_suspended=clients.suspended().count(),
        password_flow=[*clients.using_password_flow().order_by("name")[:MOST_NAMED]],
        count_password_flow=clients.using_password_flow().count(),
        failures=failing(),
        ages=[(AGES[name][0], count) for name, count in ages.items()],
        issued=issued,
        cleaned=last_clean_up(),
    )


def _counted_tokens() -> tuple[dict[str, int], list[tuple[date, int]]]:
    """What `_count_tokens` found, at most so long ago."""
    with suppress(CacheAway):
        if kept := ask(cache, "get", CACHE_KEY):
            return cast("tuple[dict[str, int], list[tuple[date, int]]]", kept)
    found = _count_tokens()
    with suppress(CacheAway):
        ask(cache, "set", CACHE_KEY, found, KEPT)
    return found


def _count_tokens() -> tuple[dict[str, int], list[tuple[date, int]]]:
    """Live families by age, and families begun on each of the last thirty days."""
    now = timezone.now()
    sums = TokenFamily.objects.live().by_age({name: now - span for name, (_words, span) in AGES.items()})
    first = next(iter(AGES))
    ages = {first: sums[first]} | {older: sums[older] - sums[younger] for younger, older in pairwise(AGES)}
    begun = dict(TokenFamily.objects.issued().per_day_of_creation(now - timedelta(days=DAYS)))
    last = today()
    calendar = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return ages, [(day, begun.get(day, 0)) for day in calendar]
