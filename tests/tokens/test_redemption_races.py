"""Codes under pressure: real threads, two processes, and a process that dies in the middle (K1, X2)."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPErrorProcessor, build_opener

import pytest
from django.db import connection, connections, transaction
from rest_framework.test import APIClient

from clients.errors import InvalidToken
from tests.factories import REDIRECT_URI, SECRET, ClientFactory, UserFactory
from tests.racing import PATIENCE
from tokens.models import AccessToken, Grant, RefreshToken, TokenFamily
from tokens.origin import Origin
from tokens.rules.redemption import grant_code
from tokens.rules.verification import verify

ROOT = Path(__file__).parent.parent.parent
THREADS, CODES = 16, 50

Send = Callable[[str], tuple[int, dict[str, Any]]]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs rows that lock: PostgreSQL"),
    pytest.mark.slow,
]


def a_code(client: Any, user: Any) -> str:
    return grant_code(client=client, user=user, scope=["read"], redirect_uri=REDIRECT_URI, origin=Origin())[1]


def form(client: Any, code: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "client_id": client.client_id,
        "client_secret": SECRET,
    }


def race(send: Send, client: Any, user: Any) -> list[tuple[int, dict[str, Any]]]:
    """CODES codes, each sent THREADS times at one moment; all answers.

    The family is locked here until every request waits for it: so all of them are in flight together, whatever the
    machine is doing, and nobody's luck decides.
    """

    def run(code: str) -> tuple[int, dict[str, Any]]:
        try:
            return send(code)
        finally:
            connections.close_all()

    answers = []
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(CODES):
            code = a_code(client, user)
            with transaction.atomic():
                TokenFamily.objects.select_for_update().get(issued_at=None)
                sent = [pool.submit(run, code) for _ in range(THREADS)]
                wait_until_blocked(THREADS)
            answers += [future.result() for future in sent]
    return answers


def wait_until_blocked(number: int) -> None:
    """Return when this many connections to our database wait for a lock."""
    for _ in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone() == (number,):
                return
        time.sleep(0.005)
    raise AssertionError("the requests did not all come so far")


def stampede(send: Send, codes: list[str]) -> list[tuple[int, dict[str, Any]]]:
    """Every code sent THREADS times as fast as they come. The last ones may begin when the first have ended."""
    barrier = Barrier(THREADS)

    def run(code: str) -> tuple[int, dict[str, Any]]:
        try:
            barrier.wait(PATIENCE)
            return send(code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return [answer for code in codes for answer in pool.map(run, [code] * THREADS)]


def assert_each_code_gave_one_token(answers: list[tuple[int, dict[str, Any]]], *, alive: bool) -> None:
    assert Counter(status for status, _ in answers) == {200: CODES, 400: CODES * (THREADS - 1)}
    assert {body["error"] for status, body in answers if status == 400} == {"invalid_grant"}
    assert AccessToken.objects.count() == RefreshToken.objects.count() == CODES
    assert len(set(AccessToken.objects.values_list("family", flat=True))) == CODES
    for status, body in answers:
        if status == 200 and alive:
            assert verify(body["access_token"]).granted == "read"


def in_this_process(client: Any) -> Send:
    def send(code: str) -> tuple[int, dict[str, Any]]:
        answer = APIClient(raise_request_exception=False).post("/oauth/token", form(client, code))
        return answer.status_code, answer.json()

    return send


def over_http(client: Any, address: str) -> Send:
    opener = build_opener(KeepErrors)

    def send(code: str) -> tuple[int, dict[str, Any]]:
        with opener.open(f"{address}/oauth/token", urlencode(form(client, code)).encode(), PATIENCE) as answer:
            return answer.status, json.load(answer)

    return send


def assert_sixteen_times_fifty(send: Send, client: Any, user: Any) -> None:
    assert_each_code_gave_one_token(race(send, client, user), alive=True)
    # What begins later is a replay, and takes everything along.
    code = a_code(client, user)
    status, body = send(code)
    assert status == 200
    assert send(code)[0] == 400
    with pytest.raises(InvalidToken):
        verify(body["access_token"])


def test_sixteen_threads_and_fifty_codes_make_fifty_tokens_that_live() -> None:  # C1, K1
    client, user = ClientFactory(grant_types="authorization_code refresh_token"), UserFactory()
    assert_sixteen_times_fifty(in_this_process(client), client, user)


def test_a_stampede_makes_one_token_for_each_code_too() -> None:  # C1, K1
    client, user = ClientFactory(grant_types="authorization_code refresh_token"), UserFactory()
    codes = [a_code(client, user) for _ in range(CODES)]
    assert_each_code_gave_one_token(stampede(in_this_process(client), codes), alive=False)


def on_this_database() -> dict[str, str]:
    """The environment of another process of the same site."""
    found = connection.settings_dict
    address = f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": address}


@pytest.fixture
def two_processes() -> Iterator[str]:
    """The site under gunicorn with two workers, on the test's own database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = on_this_database()
    command = [sys.executable, "-m", "gunicorn", "oauthsite.wsgi:application", "--workers", "2", "--threads", "16"]
    command += ["--no-control-socket"]  # it would lie in the home folder, one for all
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "--log-level", "error"], env=environment, cwd=ROOT
    ) as server:
        for _ in range(100):
            try:
                if build_opener(KeepErrors).open(f"{address}/healthz", timeout=PATIENCE).status == 200:
                    break
            except OSError:
                time.sleep(0.2)
        yield address
        server.terminate()
        try:
            server.wait(PATIENCE)
        finally:
            server.kill()  # does nothing to a process that has ended


class KeepErrors(HTTPErrorProcessor):
    """An error is an answer too."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response


def test_two_processes_give_each_code_one_token_that_lives(two_processes: str) -> None:  # C1, K1
    client, user = ClientFactory(grant_types="authorization_code refresh_token"), UserFactory()
    assert_sixteen_times_fifty(over_http(client, two_processes), client, user)


def test_a_stampede_on_two_processes_makes_one_token_for_each_code_too(two_processes: str) -> None:  # C1, K1
    client, user = ClientFactory(grant_types="authorization_code refresh_token"), UserFactory()
    codes = [a_code(client, user) for _ in range(CODES)]
    assert_each_code_gave_one_token(stampede(over_http(client, two_processes), codes), alive=False)


DYING = """
import os, signal, sys
import django
django.setup()
from django.db import connection, connections, transaction
from tests.factories import SECRET
from rest_framework.test import APIClient
from tests.tokens.test_redemption_races import form
from clients.models import Client
left = int(sys.argv[2])
def die_after(execute, sql, params, many, context):
    global left
    result = execute(sql, params, many, context)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
client = Client.objects.get()
with connection.execute_wrapper(die_after):
    APIClient().post("/oauth/token", form(client, sys.argv[1]))
print("survived", left)
"""


@pytest.mark.parametrize("statement", range(1, 12))
def test_a_process_that_dies_leaves_the_code_usable_or_one_family(statement: int) -> None:  # X2
    client, user = ClientFactory(grant_types="authorization_code refresh_token"), UserFactory()
    code = a_code(client, user)
    environment = on_this_database()
    died = subprocess.run(
        [sys.executable, "-c", DYING, code, str(statement)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert died.returncode == -signal.SIGKILL or "survived" in died.stdout, died.stderr
    was_spent = AccessToken.objects.exists()
    again = APIClient().post("/oauth/token", form(client, code))
    assert again.status_code == (400 if was_spent else 200)
    assert AccessToken.objects.count() == RefreshToken.objects.count() == 1
    assert TokenFamily.objects.count() == Grant.objects.count() == 1
