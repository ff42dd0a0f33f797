"""These apps beside plain django-oauth-toolkit, in the same run: `python -m benchmarks.run` (or `make bench`).

Each system runs in a process of its own with its own settings, in turns, so that whatever else the
machine does strikes all of them. DATABASE_URL names the database server; without it, SQLite files.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from typing import Any

TURNS = int(os.environ.get("TURNS", "3"))
SYSTEMS = {
    "oauthsite": ("bare", {}),
    "plain DOT": ("plain", {}),
    "plain DOT, cheap secret hash": ("plain", {"FAST_SECRETS": "1"}),
}


def main() -> None:
    """Measure in turns and print a table in Markdown."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SYSTEMS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(TURNS):
            for name, (system, more) in SYSTEMS.items():
                found[name].append(turn(system, {**more, "DATABASE_URL": database(folder, system)}))
    names = list(SYSTEMS)
    print("| act | " + " | ".join(names) + " | " + " | ".join(f"{name} ÷ oauthsite" for name in names[1:]) + " |")
    print("| --- |" + " ---: |" * (2 * len(names) - 1))
    for act in found[names[0]][0]:
        times = {name: statistics.median(turn[act]["ms"] for turn in found[name]) for name in names}
        statements = {name: int(found[name][0][act]["statements"]) for name in names}
        cells = [f"{times[name]:.2f} ms, {statements[name]} statements" for name in names]
        ratios = [f"{times[name] / times[names[0]]:.1f}" for name in names[1:]]
        print(f"| {act} | " + " | ".join(cells + ratios) + " |")


def turn(system: str, more: dict[str, str]) -> dict[str, Any]:
    """One process."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.measure", system],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        sys.exit(answer.stderr)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def database(folder: str, system: str) -> str:
    """The server that the environment names, or a file."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/{system}.sqlite3"


if __name__ == "__main__":
    main()
