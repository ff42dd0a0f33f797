"""One transaction per act, begun again when the database broke a deadlock in another's favour."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 3
COMMITTED_WITHIN = timedelta(seconds=10)  # of the moment that a transaction writes down for its own commit, at most
# PostgreSQL: serialization_failure, deadlock_detected. MariaDB: lock wait timed out, deadlock.
TRANSIENT = frozenset({"40001", "40P01", 1205, 1213})


def in_one_transaction(act: Callable[P, R]) -> Callable[P, R]:
    """Run `act` in a transaction; up to three times, if the database undid it to end a deadlock.

    Inside a transaction of the caller's it runs once: only the whole can be begun again.
    """

    @wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        tries_left = 1 if connection.in_atomic_block else TRIES
        while True:
            tries_left -= 1
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except OperationalError as error:
                if not (tries_left and is_transient(error)):
                    raise

    return run


@contextmanager
def afterwards() -> Iterator[None]:
    """What is written down after the commit and may be missing: a database that went meanwhile costs nobody the answer.

    Inside a transaction of the caller's nothing is committed yet, and the failure is theirs.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        logger.warning("not_written_after_commit", exc_info=True)


def is_transient(error: OperationalError) -> bool:
    """Whether the database undid a transaction that may well succeed when begun again."""
    code = getattr(error.__cause__, "sqlstate", None) or next(iter(error.args), None)
    return code in TRANSIENT
