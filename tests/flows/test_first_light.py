"""What Mastodon's documentation tells people to send, sent to a site that a newcomer started with `make run`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.db import connection

ROOT = Path(__file__).parent.parent.parent
NOT_COPIED = shutil.ignore_patterns(
    *".git .venv .env .coverage* .hypothesis .*_cache *.sqlite3* __pycache__ build dist htmlcov staticfiles".split()
)
PATIENCE = 300  # seconds for an installation from nothing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same whatever database the suite runs on"),
    pytest.mark.skipif(not (shutil.which("curl") and shutil.which("make")), reason="needs curl and make"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def newcomers_environment() -> dict[str, str]:
    """The environment without what this suite, its virtual environment and its coverage put into it."""
    ours = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    foreign = {*ours, "ENV_FILE", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL"}
    return {name: value for name, value in os.environ.items() if name not in foreign and "COV" not in name}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that `make run` serves out of a fresh copy of this checkout."""
    checkout = tmp_path_factory.mktemp("newcomer") / "oauthsite"
    shutil.copytree(ROOT, checkout, ignore=NOT_COPIED)
    port = free_port()
    log = (checkout.parent / "log").open("w+")
    server = subprocess.Popen(
        ["make", "run", f"PORT={port}"],
        cwd=checkout,
        env=newcomers_environment(),
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        home = f"http://127.0.0.1:{port}"
        _wait_for(f"{home}/healthz", server, log.name)
        yield home
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
        log.close()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urlopen(url, timeout=5).close()  # noqa: S310  (our own site)
        except (URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(Path(log).read_text()[-3_000:])


def curl(*arguments: str) -> Any:
    """What curl prints; a status of 400 or more fails."""
    answer = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail-with-body", "--noproxy", "*", "--max-time", "60", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return json.loads(answer.stdout)


def multipart(fields: dict[str, str]) -> list[str]:
    return [part for name, value in fields.items() for part in ("-F", f"{name}={value}")]


def form(fields: dict[str, str]) -> list[str]:
    return [part for name, value in fields.items() for part in ("--data-urlencode", f"{name}={value}")]


def as_json(fields: dict[str, str]) -> list[str]:
    return ["-H", "Content-Type: application/json", "-d", json.dumps(fields)]


@pytest.mark.parametrize("written", [multipart, form, as_json])
def test_the_four_commands_of_the_documentation(site: str, written: Callable[[dict[str, str]], list[str]]) -> None:
    app = curl(
        "-X",
        "POST",
        *written(
            {
                "client_name": "Test Application",
                "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
                "scopes": "read write push",
                "website": "https://myapp.example",
            }
        ),
        f"{site}/api/v1/apps",
    )
    assert (app["name"], app["redirect_uris"]) == ("Test Application", ["urn:ietf:wg:oauth:2.0:oob"])
    token = curl(
        "-X",
        "POST",
        *written(
            {
                "client_id": app["client_id"],
                "client_secret": app["client_secret"],
                "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
                "grant_type": "client_credentials",
            }
        ),
        f"{site}/oauth/token",
    )
    assert (token["token_type"], token["scope"]) == ("Bearer", "read")
    header = f"Authorization: Bearer {token['access_token']}"
    found = curl("-H", header, f"{site}/api/v1/apps/verify_credentials")
    assert (found["name"], found["website"]) == ("Test Application", "https://myapp.example")
    following = curl("-H", header, f"{site}/api/v1/accounts/1/following")
    assert following
    assert all(account["id"].isdigit() and account["acct"] for account in following)


def test_the_line_that_it_prints_works_when_pasted(site: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    log = next(tmp_path_factory.getbasetemp().glob("newcomer*/log")).read_text()
    lines = [line.strip() for line in log.splitlines() if line.strip().startswith("curl ")]
    assert lines
    for line in lines:
        answer = subprocess.run(
            ["bash", "-c", f"{line} --fail --silent --max-time 60"], capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, line
        json.loads(answer.stdout)
