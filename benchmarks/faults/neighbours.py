"""Faults of what the site could do without: the cache, the mail server."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.faults.bench import Bench
from benchmarks.faults.data import PASSWORD, PG_SECRET, person, prepare
from benchmarks.faults.machine import free_port
from benchmarks.faults.page import Finding, progress
from benchmarks.faults.tap import Tap
from benchmarks.faults.traffic import Program, Seen, Traffic, call, counted, quantile

RATE = 20
SECONDS = 8
GUESSES = 30
LETTERS = 20


def without_cache(bench: Bench) -> Finding:
    """X4."""
    seen: dict[str, list[Seen]] = {}
    guessed: dict[str, list[Seen]] = {}
    with ExitStack() as stack:
        ports = {
            "there": bench.redis,
            "away: the connection is refused": free_port(),
            "slow: each answer takes 2 s": stack.enter_context(Tap(bench.redis, 2.0)).port,
            "silent: it takes connections and never answers": stack.enter_context(Tap()).port,
        }
        for name, port in ports.items():
            progress(f"  {name}")
            held, user = prepare(codes=100), person().username
            with bench.site(CACHE_URL=f"redis://127.0.0.1:{port}/0") as site:
                with Traffic(Program(site.port, held).act, rate=RATE).running() as answers:
                    time.sleep(SECONDS)
                seen[name] = answers
                guessed[name] = [guess(site.port, held.client_id, user) for _ in range(GUESSES)]
    calm, *troubled = seen.values()
    names = list(seen)
    rows = [("the cache is", "requests", "200", "other", "p50", "p99", "of 30 guesses looked at")]
    for name in names:
        good = sum(one.status == 200 for one in seen[name])
        rows.append(
            (
                name,
                len(seen[name]),
                good,
                len(seen[name]) - good,
                *(f"{quantile(seen[name], share):.0f} ms" for share in (0.5, 0.99)),
                sum(one.status == 400 for one in guessed[name]),
            )
        )
    return Finding(
        "The cache is away, slow, or silent (X4)",
        f"{RATE} requests a second as above for {SECONDS} seconds, while Redis is each of these. Then {GUESSES} wrong "
        "passwords for one account, from one address.",
        rows,
        {
            "tokens go on: every answer is 200": all(one.status == 200 for found in seen.values() for one in found),
            "no request waits a second longer for it": all(
                quantile(found, 0.99) < quantile(calm, 0.99) + 1_000 for found in troubled
            ),
            "guessing stays limited: at most 20 passwords are looked at (django-axes counts in the database)": all(
                sum(one.status == 400 for one in found) <= 20 for found in guessed.values()
            ),
        },
        "Without the cache the courtesy limits do not limit, and the log says so.",
    )


def guess(port: int, client_id: str, username: str) -> Seen:
    """A wrong password, from always the same address."""
    sent = {"grant_type": "password", "client_id": client_id, "password_grant_secret": PG_SECRET}
    address = {"X-Forwarded-For": "203.0.113.9"}
    return call(
        port, "guess", "POST", "/oauth/access_token", {**sent, "username": username, "password": "no"}, headers=address
    )


def with_silent_mail(bench: Bench) -> Finding:
    """X13."""
    answers: dict[str, list[Seen]] = {}
    rows: list[Sequence[object]] = [("the mail server", "tokens by password", "median", "workers renewed in")]
    failed = 0
    with ExitStack() as stack:
        servers = {
            "takes no part (mail is thrown away)": "dummymail://",
            "refuses connections": f"smtp://127.0.0.1:{free_port()}",
            "takes connections and never answers": f"smtp://127.0.0.1:{stack.enter_context(Tap()).port}",
        }
        held = prepare(codes=300)
        sites = {name: stack.enter_context(bench.site(EMAIL_URL=url)) for name, url in servers.items()}
        for _ in range(LETTERS):
            for name, site in sites.items():  # in turns, so that whatever else the machine does strikes all of them
                answers.setdefault(name, []).append(by_password(site.port, held.client_id))
        for name, site in sites.items():
            progress(f"  {name}")
            with Traffic(Program(site.port, held).act, rate=RATE).running() as seen:
                began = time.monotonic()
                site.renew()
                took = time.monotonic() - began
            failed += sum(one.status != 200 for one in seen)
            said = ", ".join(f"{status}: {count}" for status, count in counted(answers[name]).items())
            rows.append((name, said, f"{_median(answers[name]):.0f} ms", f"{took:.1f} s"))
    calm, *others = (_median(found) for found in answers.values())
    return Finding(
        "The mail server hangs (X13)",
        f"{LETTERS} times a program gets a token by its user's password, of which the user is told by mail, at three "
        f"sites in turns; then the workers of each are renewed (SIGHUP) under {RATE} requests a second.",
        rows,
        {
            "the token is issued": all(one.status == 200 for found in answers.values() for one in found),
            "without waiting for the mail server: no 100 ms more": max(others) < calm + 100,
            "no request fails while the workers are renewed": not failed,
        },
        "Old workers try to send what waits; gunicorn ends them after its `--timeout` of 30 seconds, and those letters "
        "are lost. An hour without a mail server is an hour without letters, and nothing else.",
    )


def _median(found: Sequence[Seen]) -> float:
    return statistics.median(one.seconds for one in found) * 1_000


def by_password(port: int, client_id: str) -> Seen:
    """A token by a user's password; the user has never been seen before."""
    sent = {"grant_type": "password", "client_id": client_id, "password_grant_secret": PG_SECRET, "scope": "read"}
    more = {"username": person().username, "password": PASSWORD}
    return call(port, "password", "POST", "/oauth/access_token", {**sent, **more})
