"""How much a client was used on each of the last thirty days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from clients.local_time import today
from tokens.models import TokenFamily

DAYS = 30


@dataclass(frozen=True)
class Day:
    """One day: tokens that came into being, and tokens that were in use."""

    date: date
    issued: int
    in_use: int


def days(client: Any) -> list[Day]:
    """The last thirty days, the oldest first, in two statements.

    A token counts as in use from its first day to the day of its last use: each use is not kept.
    """
    last = today()
    calendar = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    families = TokenFamily.objects.of_client(client).issued()
    since = timezone.now() - timedelta(days=DAYS)
    issued = dict(families.per_day_of_creation(since))
    spans = list(families.spans_of_use(since))
    return [
        Day(day, issued.get(day, 0), sum(count for first, last, count in spans if first <= day <= last))
        for day in calendar
    ]
