"""The JavaScript world's programs, unpatched and over real HTTP: its strict clients, and masto.js for Mastodon."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from oauthsite.demo.models import Follow
from tests.factories import UserFactory
from tests.people import Person
from tests.programs import talking_to

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.rfc("8414", "3")
@pytest.mark.rfc("7591", "3")
@pytest.mark.rfc("7636", "4")
@pytest.mark.rfc("9207", "2")
@pytest.mark.rfc("7009", "2")
@pytest.mark.rfc("7662", "2")
@pytest.mark.parametrize("program", ["openid-client.mjs", "oauth4webapi.mjs"])
def test_a_strict_client_goes_through_everything(program: str, packages: Path, live_server: Any, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": live_server.url, "DEVICE_POLL_INTERVAL": 1}
    run(program, packages, Person(live_server.url))


def test_masto_js_goes_through_everything(packages: Path, live_server: Any, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": live_server.url}
    bob = UserFactory(username="bob")
    for _ in range(5):
        Follow.objects.create(follower_id=UserFactory().pk, followed_id=bob.pk)
    run("masto.mjs", packages, Person(live_server.url))


def run(program: str, packages: Path, person: Person) -> None:
    """Run it to its end, with a person beside it."""
    with talking_to("node", program, person.site, cwd=packages) as node:
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
