"""Numbers about families: how much a client is used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clients.rules.usage import Usage
from tokens.models import TokenFamily


def of_each_client(clients: Iterable[Any]) -> dict[int, Usage]:
    """The usage of each of these clients, by its key, in one statement. Meant for the rows of one page."""
    return {row.pop("client"): Usage(**row) for row in TokenFamily.objects.live().of_clients(clients).usage_by_client()}


def of_clients(clients: Any, *, grant_type: str | None = None, others_only: bool = False) -> Usage:
    """The usage of these clients together; of one grant type, and without what owners hold, if so asked."""
    families = TokenFamily.objects.live().of_clients(clients)
    if grant_type:
        families = families.by_grant(grant_type)
    if others_only:
        families = families.of_strangers()
    return Usage(**families.usage())
