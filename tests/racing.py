"""Several requests at the same moment: real threads, each with its own database connection."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections

needs_concurrency = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only PostgreSQL runs these side by side without lock waits"
)
# RACE_ROUNDS=200 is what the numbers in docs/conformance.md were measured with.
ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
PATIENCE = 60  # seconds for what takes one; nothing here waits for ever


class Crew:
    """A fixed number of threads that begin their tasks together."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pool = ThreadPoolExecutor(size)
        self.together = threading.Barrier(size)

    def run(self, tasks: Sequence[Callable[[], Any]]) -> list[Any]:
        """The results, in the order of the tasks; there must be as many as threads."""
        assert len(tasks) == self.size

        def one(task: Callable[[], Any]) -> Any:
            self.together.wait(PATIENCE)  # so each task is on a thread of its own
            return task()

        return list(self.pool.map(one, tasks))

    def close(self) -> None:
        """End the threads and their connections."""
        self.run([connections.close_all] * self.size)
        self.pool.shutdown()


@contextmanager
def crew(size: int) -> Iterator[Crew]:
    """`with crew(16) as threads: threads.run([...])`."""
    threads = Crew(size)
    try:
        yield threads
    finally:
        threads.close()
