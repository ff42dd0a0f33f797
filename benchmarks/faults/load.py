"""What one part of the load does to the others: a clean-up, a flood of wrong secrets. And a refusal's time."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.faults.bench import Bench
from benchmarks.faults.data import prepare
from benchmarks.faults.machine import ROOT
from benchmarks.faults.page import Finding, progress
from benchmarks.faults.traffic import Program, Seen, Traffic, counted, quantile

RATE = 20
ROWS = int(os.environ.get("ROWS", "200000"))
IDLE = 10  # seconds
FLOOD = 200  # requests a second, as far as the machine gives them
TURNS, TURN = 4, 6  # the second in seconds
AT_ONCE = 8  # of them at a time: as many as the site has threads
SAMPLES = int(os.environ.get("SAMPLES", "500"))
TOKENS = ("client_credentials", "refresh", "code")

EXPIRED = """
    WITH families AS (
        INSERT INTO oauth_tokens_tokenfamily
            (id, client_id, user_id, grant_type, scope, resource, token_group, hint, ip_address, user_agent, created,
             issued_at, expires)
        SELECT gen_random_uuid(), client_id, user_id, grant_type, scope, resource, token_group, hint, ip_address,
            user_agent, now() - interval '400 days', now() - interval '400 days', now() - interval '40 days'
        FROM oauth_tokens_tokenfamily, generate_series(1, %s) WHERE id = %s RETURNING id, user_id, client_id
    )
    INSERT INTO oauth_tokens_accesstoken
        (token_checksum, family_id, user_id, application_id, scope, resource, created, expires)
    SELECT md5(random()::text) || md5(id::text), id, user_id, client_id, 'read', '[]', now() - interval '400 days',
        now() - interval '40 days' FROM families"""


def cleaning_up(bench: Bench) -> Finding:
    """X8."""
    held = prepare(codes=2_000)
    one = bench.cluster.ask("SELECT id FROM oauth_tokens_tokenfamily WHERE issued_at IS NOT NULL LIMIT 1")
    progress(f"  {ROWS} expired families")
    bench.cluster.ask(EXPIRED, ROWS, one)
    bench.cluster.ask("VACUUM ANALYZE")
    bench.cluster.ask("CHECKPOINT")  # of those rows, and not of their removal
    waits = len(long_waits(bench))
    with bench.site() as site, Traffic(Program(site.port, held).act, rate=RATE, kinds=TOKENS).running() as seen:
        time.sleep(3 + IDLE)
        began = time.monotonic()
        clean = subprocess.run(
            [sys.executable, "manage.py", "oauth_cleanup", "--json"],
            cwd=ROOT,
            env=site.environment,
            capture_output=True,
            text=True,
            timeout=540,
            check=False,
        )
        ended = time.monotonic()
        time.sleep(IDLE)
    beside = [one for one in seen if began <= one.at < ended]
    times = {
        "before and after": [one for one in seen if began - IDLE <= one.at < began or one.at >= ended],
        "beside the clean-up": beside,
    }
    left = bench.cluster.ask("SELECT count(*) FROM oauth_tokens_tokenfamily WHERE expires < now() - interval '30 days'")
    waited = long_waits(bench)[waits:]
    calm, busy = (quantile(found, 0.99) for found in times.values())
    return Finding(
        "A clean-up beside traffic (X8)",
        f"{RATE} token requests a second (app tokens, refreshes, codes), before, after, and while `oauth_cleanup` "
        f"removes {ROWS:,} expired families with an access token each, in batches of a thousand.",
        timed_rows(times),
        {
            "every request is answered 200": all(one.status == 200 for one in seen),
            "p99 at most twice that of before and after": busy <= 2 * calm,
            "nobody waits 100 ms for a lock (the server's own log)": not waited,
            "all of them are gone": clean.returncode == 0 and left == 0,
        },
        f"The clean-up took {ended - began:.0f} s on the same two cores.",
    )


def long_waits(bench: Bench) -> list[str]:
    """What the server wrote about waits for a lock."""
    return re.findall(r".*still waiting for.*", bench.cluster.log.read_text(errors="replace"))


def timed_rows(times: dict[str, list[Seen]]) -> list[Sequence[object]]:
    """A table of quantiles."""
    rows: list[Sequence[object]] = [("", "requests", "p50", "p95", "p99")]
    for name, found in times.items():
        rows.append((name, len(found), *(f"{quantile(found, share):.0f} ms" for share in (0.5, 0.95, 0.99))))
    return rows


def flooded(bench: Bench) -> Finding:
    """T17."""
    held = prepare(codes=2_000)
    floods = {"alone": None, "beside wrong secrets": "wrong_secret", "beside as many /healthz": "healthz"}
    times: dict[str, list[Seen]] = {name: [] for name in floods}
    sent: dict[str, list[Seen]] = {name: [] for name in floods}
    with bench.site() as site:
        program = Program(site.port, held)
        for number in range(TURNS):  # in turns, so that whatever else the machine does strikes all of them
            progress(f"  turn {number + 1}")
            for name, kind in floods.items():
                flood = Traffic(program.act, rate=FLOOD, kinds=(kind or "",), most=AT_ONCE)
                with Traffic(program.act, rate=RATE).running() as seen, flood.running() if kind else ExitStack():
                    time.sleep(TURN)
                times[name] += seen
                sent[name] += flood.seen
    wrong, cheap = sent["beside wrong secrets"], sent["beside as many /healthz"]
    alone, beside, control = (quantile(found, 0.95) for found in times.values())
    return Finding(
        "Many wrong secrets a second (T17)",
        f"{RATE} requests a second as in the first section, {TURNS} times {TURN} seconds each and in turns: alone, "
        f"beside up to {FLOOD} token requests a second with the right client and a wrong secret, {AT_ONCE} at a time, "
        "and beside as many of the cheapest request there is. The clients run on the same two cores.",
        timed_rows({**times, "those wrong secrets": wrong, "those /healthz": cheap}),
        {
            "the others are answered 200": all(one.status == 200 for found in times.values() for one in found),
            "a wrong secret is refused with 401": set(counted(wrong)) <= {"401 invalid_client"},
            "p95 of the others less than twice that beside the cheapest request": beside < 2 * control,
        },
        f"The machine gave {len(wrong) / TURN / TURNS:.0f} wrong secrets a second. p95 of the others is "
        f"{beside / alone:.1f} times that alone; beside {len(cheap) / TURN / TURNS:.0f} `/healthz` a second, "
        f"{control / alone:.1f} times: here either flood fills the cores. So this says what a wrong secret costs "
        "beside the least that a request can cost, and not what a site with cores of its own would show.",
    )


def guessed(bench: Bench) -> Finding:
    """T16."""
    held = prepare(codes=0, refresh_tokens=0)
    kinds = {
        "right client, wrong secret": {"client_id": held.client_id},
        "unknown client": {"client_id": "nobody-has-this-one"},
    }
    times: dict[str, list[Seen]] = {name: [] for name in kinds}
    with bench.site() as site:
        program = Program(site.port, held)
        for number in range(SAMPLES + 20):
            for name, sent in kinds.items():
                seen = program.post(name, grant_type="client_credentials", client_secret="wrong", **sent)
                if number >= 20:  # the first ones open connections
                    times[name].append(seen)
    answers = {(one.status, str(one.content)) for found in times.values() for one in found}
    right, unknown = (statistics.median(one.seconds for one in found) for found in times.values())
    return Finding(
        "What the time of a refusal tells (T16)",
        f"{SAMPLES} samples of each, in turns, one at a time.",
        timed_rows(times),
        {
            "both are 401, with the same words": len(answers) == 1,
            "the medians lie within 10 %": abs(right / unknown - 1) < 0.1,
        },
        f"Medians: {right * 1_000:.2f} and {unknown * 1_000:.2f} ms, {(right / unknown - 1) * 100:+.1f} %.",
    )
