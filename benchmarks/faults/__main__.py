"""`python -m benchmarks.faults [--write] [NAME...]`: all faults, or those that are named."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.faults import answers, bench, database, load, machine, neighbours, page, processes

FAULTS: dict[str, Callable[[bench.Bench], page.Finding]] = {
    "X1": database.restarted,
    "X11": database.exhausted,
    "X9": database.failing_at_commit,
    "X10": answers.lost,
    "X3": processes.restarted_in_turn,
    "X2": processes.killed,
    "X4": neighbours.without_cache,
    "X13": neighbours.with_silent_mail,
    "X8": load.cleaning_up,
    "T17": load.flooded,
    "T16": load.guessed,
}
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Start the machine, break it, tell what was seen. Fails if a promise did not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    parser.add_argument("faults", nargs="*", metavar="NAME", help=f"{', '.join(FAULTS)} (all)")
    asked = parser.parse_args()
    for number in ENDS:
        signal.signal(number, leave)
    findings = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True)))
        cluster = stack.enter_context(machine.postgresql(folder))
        redis = stack.enter_context(machine.redis(folder)) if shutil.which("redis-server") else None
        set_up(cluster)
        for name in asked.faults or FAULTS:
            page.progress(f"{name}")
            try:
                found = FAULTS[name](bench.Bench(folder, cluster, redis))
            except Exception:  # noqa: BLE001  (the others are worth knowing all the same)
                traceback.print_exc()
                found = page.Finding(name, "", promises={"it could be tried": False})
            page.progress(f"{found.markdown()}\n")
            findings.append(found)
        versions = f"PostgreSQL {cluster.ask('SHOW server_version').split('.')[0]}, Python {sys.version.split()[0]}"
    written = page.written(findings, versions)
    if asked.write:
        (machine.ROOT / "docs/reliability.md").write_text(written, encoding="utf-8")
    else:
        print(written)
    sys.exit(not all(found.held for found in findings))


def leave(number: int, _frame: object) -> None:
    """End what was started, undisturbed: whoever presses Ctrl-C often sends many signals."""
    for each in ENDS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def set_up(cluster: machine.PostgreSQL) -> None:
    """The site's own rules make the rows, in this process."""
    os.environ.update(bench.environment(cluster), ISSUER="http://127.0.0.1")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
