"""What is wrong with the running site, as far as one can see from inside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core.cache import cache
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from oauth2_provider.models import get_application_model

from clients.db import clock
from clients.rules.forgetting import last_clean_up

CLEAN_UP_EVERY = timedelta(days=2)
PATIENCE = timedelta(days=7)
LARGEST_DIFFERENCE = 2  # seconds between two clocks


def examine() -> list[CheckMessage]:
    """All findings. Without its tables there is nothing further to look at."""
    if found := _database():
        return found
    probes: tuple[Callable[[], list[CheckMessage]], ...] = (_cache, _clean_up, _waiting, _clock)
    return [finding for probe in probes for finding in probe()]


def _database() -> list[CheckMessage]:
    """E101, E102: the database is away, or not migrated."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return [Error(f"The database does not answer: {type(error).__name__}.", id="oauth_clients.E101")]
    if not plan:
        return []
    return [
        Error(f"{len(plan)} migrations are not applied.", hint="Run: python manage.py migrate", id="oauth_clients.E102")
    ]


def _cache() -> list[CheckMessage]:
    """W103: without the cache nothing is limited."""
    try:
        cache.set("oauth_doctor", "well", 10)
        is_well = cache.get("oauth_doctor") == "well"
    except Exception:  # noqa: BLE001  (each cache backend fails in its own way)
        is_well = False
    if is_well:
        return []
    return [Warning("The cache does not keep what it is given: no rate is limited.", id="oauth_clients.W103")]


def _clean_up() -> list[CheckMessage]:
    """W104: rows that nobody removes."""
    last = last_clean_up()
    if last and last.created > timezone.now() - CLEAN_UP_EVERY:
        return []
    return [
        Warning(
            f"The last clean-up was {last.created:%Y-%m-%d}." if last else "There was no clean-up within a year.",
            hint="Let a timer run every night: python manage.py oauth_cleanup",
            id="oauth_clients.W104",
        )
    ]


def _waiting() -> list[CheckMessage]:
    """W105: owners who ask, and whom nobody answers."""
    count = get_application_model().objects.waiting_since(timezone.now() - PATIENCE).count()
    if not count:
        return []
    return [
        Warning(
            f"{count} clients have waited for approval for more than a week.",
            hint="In the admin: OAuth clients, filter by «Waits for approval».",
            id="oauth_clients.W105",
        )
    ]


def _clock() -> list[CheckMessage]:
    """W106: lifetimes, and who was in flight with whom, are told by the clock of the machine that answers."""
    ahead = clock.difference()
    if abs(ahead) <= LARGEST_DIFFERENCE:
        return []
    direction, effect = ("ahead of", "early") if ahead > 0 else ("behind", "late")
    return [
        Warning(
            f"This machine's clock is {abs(ahead):.0f} seconds {direction} the database's: tokens expire too {effect}.",
            hint="Keep the clocks of all machines on the same time by NTP (chrony, systemd-timesyncd).",
            id="oauth_clients.W106",
        )
    ]
