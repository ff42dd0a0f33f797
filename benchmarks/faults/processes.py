"""Faults of the site's own processes: restarted in turn, killed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from benchmarks.faults.bench import Bench
from benchmarks.faults.data import prepare
from benchmarks.faults.machine import WORKERS, Site, is_running, wait_until
from benchmarks.faults.page import Finding, progress, table_of_counts
from benchmarks.faults.traffic import Program, Seen, Traffic, counted, quantile

RATE = 20
ROUNDS = 3
KILLS = 20


def restarted_in_turn(bench: Bench) -> Finding:
    """X3."""
    seen: dict[str, list[Seen]] = {}
    acts = {
        "workers renewed (SIGHUP)": Site.renew,
        "each worker ended (SIGTERM)": end_each,
        "gunicorn replaced (SIGUSR2, SIGTERM)": Site.upgrade,
    }
    for name, act in acts.items():
        seen[name] = watched(bench, act)
    seen["workers renewed, without --preload"] = watched(bench, Site.renew, "--no-sendfile")
    rows = [("", "200", "other", "p50", "longest")]
    for name, answers in seen.items():
        good = sum(one.status == 200 for one in answers)
        longest = max(one.seconds for one in answers)
        rows.append((name, good, len(answers) - good, f"{quantile(answers, 0.5):.0f} ms", f"{longest:.1f} s"))
    with_preload = [one for name in acts for one in seen[name]]
    return Finding(
        "Workers are restarted in turn (X3)",
        f"{RATE} requests a second as above, each on a new connection, as nginx opens them unless told otherwise, "
        f"while gunicorn (`--preload`) is restarted {ROUNDS} times in each of these ways.",
        rows,
        {
            "no request fails": all(one.status == 200 for one in with_preload),
            "no half-written rows, by SQL": not bench.halves(),
        },
        "Without `--preload` nobody takes a connection while the new workers import the site: requests wait for that "
        "long, and fail where their client does not.",
    )


def watched(bench: Bench, act: Callable[[Site], None], *options: str) -> list[Seen]:
    """Traffic, while the act is done a few times."""
    held = prepare(codes=300)
    with bench.site(*options) as site, Traffic(Program(site.port, held).act, rate=RATE).running() as seen:
        for _ in range(ROUNDS):
            time.sleep(2)
            act(site)
        time.sleep(2)
    return seen


def end_each(site: Site) -> None:
    """End one worker after the other; gunicorn replaces each."""
    for worker in site.workers():
        os.kill(worker, signal.SIGTERM)
        wait_until(lambda gone=worker: len(site.workers() - {gone}) == WORKERS and not is_running(gone), "a new worker")


def killed(bench: Bench) -> Finding:
    """X2."""
    held = prepare(codes=800, refresh_tokens=100)
    with bench.site() as site:
        program = Program(site.port, held)
        with Traffic(program.act, rate=RATE, kinds=("refresh", "code")).running() as seen:
            for number in range(KILLS):
                time.sleep(2 + random.random())  # noqa: S311
                with suppress(ProcessLookupError):
                    os.kill(random.choice(sorted(site.workers())), signal.SIGKILL)  # noqa: S311
                progress(f"  kill {number + 1}")
            time.sleep(5)
    refused = [one for one in seen if one.status in (400, 401)]
    return Finding(
        "Workers are killed (X2)",
        f"{RATE} requests a second, refreshes and codes only. {KILLS} times a worker is killed (SIGKILL) in the middle "
        "of whatever it does. A program whose answer was lost tries again.",
        table_of_counts({"answers": counted(seen)}),
        {
            "no 5xx": all(one.status < 500 for one in seen),
            "refused is only who lost an answer that was committed": all(
                one.error == "after an answer that was lost" for one in refused
            ),
            "no half-written rows and no code with two families, by SQL": not bench.halves(),
        },
    )
