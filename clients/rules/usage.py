"""How much a client is used, asked of whoever keeps tokens: this app does not know them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from clients import signals

if TYPE_CHECKING:
    from clients.models import Client
    from clients.querysets import ClientQuerySet


@dataclass(frozen=True)
class Usage:
    """Live authorizations, the users who gave them, and when one of them was used last."""

    tokens: int = 0
    users: int = 0
    latest: datetime | None = None


def of_each(clients: Iterable[Client]) -> dict[int, Usage]:
    """The usage of each client: for the rows of one page."""
    found: dict[int, Usage] = {}
    answers: Any = signals.usage_asked.send(sender=Usage, clients=clients, each=True)
    for _, answer in answers:
        found |= answer or {}  # a host's receiver that only listens says nothing
    return found


def of_all(clients: ClientQuerySet, *, grant_type: str | None = None, others_only: bool = False) -> Usage:
    """The usage of all these clients together: what an act upon them will stop.

    `others_only` leaves out what owners hold of their own clients.
    """
    answers: Any = signals.usage_asked.send(
        sender=Usage, clients=clients, each=False, grant_type=grant_type, others_only=others_only
    )
    return next((answer for _, answer in answers if answer is not None), Usage())
