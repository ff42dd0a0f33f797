"""Faults between the site and its clients: an answer that never arrives."""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlencode

from benchmarks.faults.bench import Bench
from benchmarks.faults.data import SECRET, Holdings, prepare
from benchmarks.faults.machine import wait_until
from benchmarks.faults.page import Finding, table_of_counts
from benchmarks.faults.traffic import Program, counted

CALLS = 100
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: end the connection at once, whatever is still in it
SPENT = "SELECT count(*) FROM oauth_tokens_refreshtoken WHERE used_at IS NOT NULL"


def lost(bench: Bench) -> Finding:
    """X10."""
    seen, standing, asked = {}, {}, CALLS
    for name, grace in (("REFRESH_TOKEN_GRACE 60", "60"), ("REFRESH_TOKEN_GRACE 0, the default", "0")):
        held = prepare(refresh_tokens=asked, codes=0)
        with bench.site(REFRESH_TOKEN_GRACE=grace) as site:
            program, tokens = Program(site.port, held), []
            for _ in range(asked):
                tokens.append(held.refresh_tokens.get_nowait())
                spend_and_hang_up(bench, site.port, held, tokens[-1])
            again = [program.post("refresh", grant_type="refresh_token", refresh_token=token) for token in tokens]
        seen[name] = counted(again)
        standing[name] = bench.cluster.ask(
            """SELECT count(*) FROM oauth_tokens_tokenfamily f JOIN oauth_clients_client c ON c.id = f.client_id
            WHERE c.client_id = %s AND f.revoked_at IS NULL AND EXISTS
            (SELECT 1 FROM oauth_tokens_refreshtoken r WHERE r.family_id = f.id)""",
            held.client_id,
        )
    with_grace, without = seen.values()
    return Finding(
        "The answer is lost after the commit (X10)",
        f"{asked} refreshes whose connection is reset once the database has committed them; then each program sends "
        "its old refresh token again.",
        [*table_of_counts(seen)],
        {
            "within REFRESH_TOKEN_GRACE every one gets tokens": with_grace == {"200": asked},
            "and its family stands": next(iter(standing.values())) == asked,
            "without it, every one is refused, and its family revoked as a replay's": without
            == {"400 invalid_grant": asked}
            and list(standing.values())[1] == 0,
        },
    )


def spend_and_hang_up(bench: Bench, port: int, held: Holdings, token: str) -> None:
    """Refresh, wait for the commit, and reset the connection without having read the answer."""
    sent = {"client_id": held.client_id, "client_secret": SECRET, "grant_type": "refresh_token", "refresh_token": token}
    body = urlencode(sent).encode()
    before = bench.cluster.ask(SPENT)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        head = f"POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode() + body)
        wait_until(lambda: bench.cluster.ask(SPENT) > before, "the commit")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
