"""Failed client authentications: one row of the history per client and hour, however many there were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from oauth2_provider.models import get_application_model

from clients import events
from clients.db.commits import unhurried
from clients.events import Act
from clients.models import Event

NOBODY = 0  # no client has this key


@dataclass(frozen=True)
class Failing:
    """A client that failed to prove itself, and how often."""

    client_id: int | None
    name: str
    count: int


def note_failure(client_id: str) -> None:
    """Count a failed authentication of the client that was named; of an unknown one nothing is kept.

    For that one the same statements run, and for neither does anybody wait for the disk: the time of a refusal does
    not tell which clients there are.

    An UPDATE raises the number of this hour's row; two first failures at once may make two rows, which
    are added up when they are read.
    """
    named = get_application_model().objects.named(client_id)
    key = named.values_list("pk", flat=True).first()
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    with unhurried():
        raised = Event.objects.of_act(Act.CLIENT_FAILED).of_client(key or NOBODY).since(hour).raise_count()
        for client in () if key is None or raised else named.with_owner():
            events.record(Act.CLIENT_FAILED, client=client, subject=client.user, count=1)


def failing(*, hours: int = 24, most: int = 10) -> list[Failing]:
    """The clients that failed most often of late."""
    recent: Any = Event.objects.of_act(Act.CLIENT_FAILED).since(timezone.now() - timedelta(hours=hours))
    return [Failing(*row) for row in recent.count_by_client()[:most]]
