"""Transactions whose loss in a crash would not matter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# PostgreSQL answers a commit before it is on disk; elsewhere that is a matter of the server's settings.
UNHURRIED = {"postgresql": "SET LOCAL synchronous_commit TO off"}


@contextmanager
def unhurried() -> Iterator[None]:
    """A transaction that nobody waits for the disk for. What others see of it is the same."""
    with transaction.atomic():
        if statement := UNHURRIED.get(connection.vendor):
            with connection.cursor() as cursor:
                cursor.execute(statement)
        yield
