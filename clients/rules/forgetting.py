"""The rule by which the history forgets where people were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from clients.conf import options
from clients.events import Act
from clients.models import Event


def forget_addresses(*, batch_size: int = 1_000) -> Iterator[tuple[int, int]]:
    """Blank the addresses of old events, in batches; yields the last event of each, and how many had one.

    Goes on where the last clean-up stopped, so that a long history is not read every night.
    """
    kept = options().EVENT_ADDRESS_RETENTION
    if kept is None:
        return
    old = Event.objects.older_than(timezone.now() - timedelta(seconds=kept))
    after = last_forgotten()
    while keys := [*old.after(after).values_list("pk", flat=True)[:batch_size]]:
        after = keys[-1]
        yield after, Event.objects.these(keys).with_address().update(ip_address=None)


def last_forgotten() -> int:
    """The event up to which addresses were blanked already."""
    last = last_clean_up()
    return int(last.details.get("forgotten_to", 0)) if last else 0


def last_clean_up() -> Event | None:
    """The event of the last clean-up, if it was within a year."""
    year = timezone.now() - timedelta(days=365)
    return Event.objects.of_act(Act.CLEANED_UP).since(year).newest_first().first()
