"""Faults of the database: restarted, full, out of connections."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress

import psycopg

from benchmarks.faults.bench import Bench
from benchmarks.faults.data import prepare
from benchmarks.faults.page import Finding, progress, table_of_counts
from benchmarks.faults.traffic import Program, Traffic, counted, quantile

RATE = 20  # requests a second
RESTARTS = 5


def restarted(bench: Bench) -> Finding:
    """X1."""
    held, away = prepare(codes=600), []
    with bench.site() as site, Traffic(Program(site.port, held).act, rate=RATE).running() as seen:
        time.sleep(3)
        for number in range(RESTARTS):
            progress(f"  restart {number + 1}")
            gone = time.monotonic()
            bench.cluster.stop()
            time.sleep(1.5)
            bench.cluster.start()
            away.append((gone, time.monotonic()))
            time.sleep(4)
    first = [
        min(one.at + one.seconds - back for one in seen if one.at >= back and one.status == 200) for _, back in away
    ]
    missing = [one for one in seen if any(one.at < back and one.at + one.seconds >= gone for gone, back in away)]
    there = [one for one in seen if one not in missing]
    late = [min(abs(one.at - back) for _, back in away) for one in there if one.status == 503]
    refused = [one for one in seen if one.status in (400, 401)]
    lost = sum(one.error == "after an answer that was lost" for one in refused)
    return Finding(
        "The database is restarted (X1)",
        f"{RATE} requests a second: app tokens, user tokens shown to the API, refreshes, codes, in equal parts. "
        f"PostgreSQL is shut down fast {RESTARTS} times and stays away for a second and a half.",
        table_of_counts(
            {
                "while it was there": counted(there),
                "in flight while it went, was away and came": counted(missing),
            }
        ),
        {
            "valid credentials never get 400 or 401": len(refused) == lost,
            "every other answer is 503 with `Retry-After`": all(
                one.status in (200, 400) or (one.status == 503 and one.retry_after) for one in seen
            ),
            "the first 200 within a second of its return": max(first) < 1,
            "no half-written rows, by SQL": not bench.halves(),
        },
        f"The slowest first 200 came {max(first):.2f} s after the database let anybody in; the last refusal was sent "
        f"{max(late, default=0):.2f} s after that. The slowest 503 took {max(one.seconds for one in missing):.2f} s. "
        f"{lost} programs found their code or refresh token spent by a commit whose answer was lost.",
    )


def exhausted(bench: Bench) -> Finding:
    """X11."""
    held = prepare(codes=400)
    with bench.site() as site, ExitStack() as hog, Traffic(Program(site.port, held).act, rate=RATE).running() as seen:
        time.sleep(4)
        taken = time.monotonic()
        hold_all(bench, hog)
        full = time.monotonic()
        time.sleep(8)
        freed = time.monotonic()
        hog.close()
        back = time.monotonic()
        time.sleep(5)
    phases = {
        "before": [one for one in seen if one.at + one.seconds < taken],
        "no connection left": [one for one in seen if full <= one.at < freed - 1],
        "after": [one for one in seen if one.at > back],
    }
    starved = [one for one in phases["no connection left"] if one.status != 200]
    worst = quantile(starved, 0.99)
    first = min((one.at + one.seconds for one in phases["after"] if one.status == 200), default=0) - back
    last = max((one.at for one in phases["after"] if one.status != 200), default=back) - back
    return Finding(
        "No connection is left (X11)",
        f"{RATE} requests a second as above. Somebody else takes every connection that PostgreSQL has and the site's "
        "are cut, for eight seconds.",
        table_of_counts({name: counted(found) for name, found in phases.items()}),
        {
            "503 with `Retry-After`, never 400, 401 or 500": all(
                one.status in (200, 503) and (one.status == 200 or one.retry_after) for one in seen
            ),
            "and at once: 99 of 100 within three seconds": bool(starved) and worst < 3_000,
            "200 again within two seconds, and no refusal after that": 0 < first < 2 and last < 2,
        },
        f"p99 of the 503: {worst:.0f} ms. First 200 after {first:.2f} s, last refusal after {last:.2f} s.",
    )


def hold_all(bench: Bench, hog: ExitStack) -> None:
    """Take every connection, and cut the site off from those it has, until it gets none."""
    of_the_site = "FROM pg_stat_activity WHERE application_name = '' AND usename = 'site'"
    for _ in range(20):
        bench.cluster.ask(f"SELECT count(pg_terminate_backend(pid)) {of_the_site}")
        with suppress(psycopg.OperationalError):
            while True:
                address = f"{bench.cluster.url}?application_name=hog&connect_timeout=5"
                hog.enter_context(psycopg.connect(address.replace("postgres://", "postgresql://")))
        if not bench.cluster.ask(f"SELECT count(*) {of_the_site}"):
            return


def failing_at_commit(bench: Bench) -> Finding:
    """X9."""
    held = prepare(codes=400)
    ask = bench.cluster.ask
    ask(
        """CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"""
    )
    with bench.site() as site, Traffic(Program(site.port, held).act, rate=RATE).running() as seen:
        time.sleep(3)
        began = time.monotonic()
        ask(
            """CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON oauth_tokens_accesstoken
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION full_disk()"""
        )
        full = time.monotonic()
        rows = (
            ask("SELECT count(*) FROM oauth_tokens_accesstoken"),
            ask("SELECT count(*) FROM oauth_tokens_tokenfamily"),
        )
        time.sleep(5)
        after = (
            ask("SELECT count(*) FROM oauth_tokens_accesstoken"),
            ask("SELECT count(*) FROM oauth_tokens_tokenfamily"),
        )
        freed = time.monotonic()
        ask("DROP TRIGGER full_disk ON oauth_tokens_accesstoken")
        back = time.monotonic()
        time.sleep(5)
    ask("DROP FUNCTION full_disk")
    phases = {
        "before": [one for one in seen if one.at + one.seconds < began],
        "no space at commit": [one for one in seen if full <= one.at < freed - 0.5],
        "after": [one for one in seen if one.at > back],
    }
    writing = [one for one in phases["no space at commit"] if one.kind != "verify_credentials"]
    halves = bench.halves()
    return Finding(
        "A write fails at commit (X9)",
        f"{RATE} requests a second as above. For five seconds every transaction that wrote an access token fails when "
        "it commits, with PostgreSQL's error for a full disk.",
        table_of_counts({name: counted(found) for name, found in phases.items()}),
        {
            "whatever writes is answered 503": bool(writing) and all(one.status == 503 for one in writing),
            "what only reads goes on": all(
                one.status == 200 for one in phases["no space at commit"] if one.kind == "verify_credentials"
            ),
            "no row of it stays, by SQL": rows == after and not halves,
            "the same codes and refresh tokens work afterwards": all(one.status == 200 for one in phases["after"]),
        },
        f"Access tokens and families in the database: {rows[0]} and {rows[1]} before, {after[0]} and {after[1]} after.",
    )
