"""The rule by which the applications of a site that ran plain django-oauth-toolkit become clients here.

They stay open to everyone, as each was there; who may do what goes on, but for what this site leaves to an
administrator. The old tables are read and never written. A run notes in its one event how far it came, in the
transaction of each batch: whoever begins again goes on there, and nothing comes back that was deleted since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from oauth2_provider.models import get_application_model

from clients import events
from clients.events import Act
from clients.models import Event
from clients.querysets_former import FormerRows
from clients.rules.conversion import as_client

if TYPE_CHECKING:
    from clients.models import Client

TAKEN = ("clients", "access_tokens", "refresh_tokens")


@dataclass
class Adoption:
    """One run: what it may do, how far it and those before it came, and what it did."""

    scope: Sequence[str]  # what every client registers, as far as the catalogue knows it
    batch_size: int = 1_000
    is_dry: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)  # scopes that tokens had and are worth nothing here
    notes: list[str] = field(default_factory=list)
    event: Event | None = None

    def __post_init__(self) -> None:
        last = Event.objects.of_act(Act.ADOPTED).newest_first().first()
        self.reached: dict[str, int] = dict(last.details["reached"]) if last else {}

    def unseen(self, rows: FormerRows) -> FormerRows:
        """The rows that no run has seen."""
        return rows.after(self.reached.get(rows.model.__name__, 0))

    def batch(self, rows: FormerRows) -> list[Any]:
        """The next of these."""
        return [*self.unseen(rows)[: self.batch_size]]

    def note(self, page: list[Any]) -> None:
        """Write down that these are done, in the transaction of what was made of them."""
        self.reached[type(page[-1]).__name__] = page[-1].pk
        if self.is_dry:
            return
        self.event = self.event or events.record(Act.ADOPTED)
        self.event.count = sum(self.counts[name] for name in TAKEN)
        self.event.details = {"reached": self.reached, **self.counts}
        self.event.save(update_fields=["count", "details"])


def adopt_applications(run: Adoption, applications: FormerRows) -> Iterator[str]:
    """Make clients of them; a line for each batch. One whose `client_id` is known here already stays as it is."""
    done, total = 0, run.unseen(applications).count()
    while page := run.batch(applications):
        with transaction.atomic():
            made = _adopted(run, page)
            if not run.is_dry:
                get_application_model().objects.bulk_create(made)
            run.note(page)
        done += len(page)
        yield f"applications: {done:,} of {total:,}"


def _adopted(run: Adoption, page: list[Any]) -> list[Client]:
    known, made = _known(page), []
    for row in page:
        if row.client_id in known:
            run.counts["clients_known"] += 1
            continue
        client, notes = as_client(row, run.scope)
        run.notes += [f"{row.client_id}: {note}" for note in notes]
        run.counts["clients" if client else "clients_left_out"] += 1
        made += [client] if client else []
    return made


def clients_of(run: Adoption, applications: list[Any]) -> dict[int, Client]:
    """The client that each of these became, by the key it had: in a dry run, the one that it would become."""
    known = _known(applications)
    found = {row.pk: known.get(row.client_id) for row in applications}
    if run.is_dry:
        found |= {row.pk: as_client(row, run.scope)[0] for row in applications if found[row.pk] is None}
    return {key: client for key, client in found.items() if client is not None}


def _known(applications: list[Any]) -> dict[str, Client]:
    """The clients here with the same `client_id`, by it."""
    clients: Any = get_application_model().objects
    found: dict[str, Client] = clients.in_bulk([row.client_id for row in applications], field_name="client_id")
    return found
