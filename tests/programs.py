"""Programs that run beside the suite. None outlives its test, and nobody waits for one for ever."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

PACKAGES = Path(__file__).parent / "node"
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


def install_packages() -> Path:
    """The packages of the JavaScript world, in the versions of the lock file; where they are."""
    if not all((PACKAGES / "node_modules" / name).is_dir() for name in ("masto", "oidc-client-ts", "openid-client")):
        npm = subprocess.run(["npm", "ci"], cwd=PACKAGES, capture_output=True, text=True, check=False, timeout=300)
        if npm.returncode and not os.environ.get("CI"):
            pytest.skip("npm could not install the packages of tests/node")
        assert npm.returncode == 0, npm.stderr
    return PACKAGES
