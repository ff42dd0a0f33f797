"""Programs that run beside the suite. None outlives its test, and nobody waits for one for ever."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

PATIENCE = 120  # seconds for a conversation that takes a few


@contextmanager
def talking_to(*command: str | Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A program with pipes to its input and output, killed at the end or when it keeps us waiting."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, text=True, **{**pipes, **options}) as program:
        impatience = Timer(PATIENCE, program.kill)
        impatience.start()
        try:
            yield program
        finally:
            impatience.cancel()
            program.kill()
