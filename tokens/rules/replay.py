"""A spent code or refresh token comes again: a duplicate in flight, or a replay (RFC 6749 §4.1.2, RFC 9700 §4.14.2).

Requests are in flight together when their handling overlaps, also by way of others: in a burst of
duplicates the last may begin when the first has its answer already. Who refuses a duplicate writes
down when that was, and only what begins after the last of them is a replay. A burst ends
LONGEST_BURST after the token was spent, so that nobody shields stolen tokens by sending duplicates.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tokens.origin import Origin

if TYPE_CHECKING:
    from tokens.models import Grant, RefreshToken

LONGEST_BURST = timedelta(seconds=10)
# Seconds that duplicates in flight get, to be refused first, before somebody is a replayer.
SETTLING = (0.1, 0.2, 0.3, 0.4)


def is_replay(spent: Grant | RefreshToken, *, origin: Origin, grace: timedelta = timedelta()) -> bool:
    """Whether this request began when all that were in flight together with the first, and `grace`, had ended."""
    rows: Any = type(spent).objects.all()  # Django's own choice for a row may be a replica
    for seconds in SETTLING:
        if not _began_later(spent, origin.began_at, grace):
            break
        time.sleep(seconds)
        spent.refresh_from_db(fields=["used_at", "settled_at"], from_queryset=rows)
    if _began_later(spent, origin.began_at, grace):
        return True
    note_duplicate(spent)
    return False


def note_duplicate(spent: Grant | RefreshToken) -> None:
    """A duplicate is being refused: whatever began before this moment was in flight together with it."""
    now = timezone.now()
    type(spent).objects.only_this(spent.pk).spent_after(now - LONGEST_BURST).update(settled_at=now)


def _began_later(spent: Grant | RefreshToken, moment: datetime, grace: timedelta) -> bool:
    return spent.used_at is not None and moment > max(spent.used_at + grace, spent.settled_at or spent.used_at)
