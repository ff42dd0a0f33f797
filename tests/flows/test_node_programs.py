"""openid-client and oauth4webapi, the strict clients of the JavaScript world, unpatched and over real HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.people import Person
from tests.programs import talking_to

FOLDER = Path(__file__).parent.parent / "node"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("npm") is None, reason="no Node on this machine (apt-get install nodejs npm)"),
]


@pytest.fixture(scope="session")
def packages() -> Path:
    """The packages, in the versions of the lock file."""
    if not (FOLDER / "node_modules" / "openid-client").is_dir():
        npm = subprocess.run(["npm", "ci"], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=300)
        if npm.returncode and not os.environ.get("CI"):
            pytest.skip("npm could not install the packages of tests/node")
        assert npm.returncode == 0, npm.stderr
    return FOLDER


@pytest.mark.rfc("8414", "3")
@pytest.mark.rfc("7591", "3")
@pytest.mark.rfc("7636", "4")
@pytest.mark.rfc("9207", "2")
@pytest.mark.rfc("7009", "2")
@pytest.mark.rfc("7662", "2")
@pytest.mark.parametrize("program", ["openid-client.mjs", "oauth4webapi.mjs"])
def test_a_strict_client_goes_through_everything(program: str, packages: Path, live_server: Any, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": live_server.url, "DEVICE_POLL_INTERVAL": 1}
    person = Person(live_server.url)
    with talking_to("node", program, live_server.url, cwd=packages) as node:
        said = serve(node, person)
        node.kill()  # it may still wait for an answer
        assert said == {"done": True}, node.stderr.read() if node.stderr else ""


def serve(node: subprocess.Popen[str], person: Person) -> dict[str, Any]:
    """Do what the program asks of its person, until it ends; its last words."""
    assert node.stdin
    assert node.stdout
    said: dict[str, Any] = {}
    for line in node.stdout:
        said = json.loads(line)
        if "done" in said:
            break
        if "open" in said:
            print(person.decide(said["open"]), file=node.stdin, flush=True)
        elif "connect" in said:
            print(len(person.connect(said["connect"])), file=node.stdin, flush=True)
    return said
