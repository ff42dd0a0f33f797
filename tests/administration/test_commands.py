"""The same rules from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from clients.db import clock
from clients.errors import InvalidToken
from clients.events import Act
from clients.models import Client, Event
from clients.system import diagnosis
from tests.factories import REDIRECT_URI, SECRET, ClientFactory, FamilyFactory, UserFactory
from tokens.models import TokenFamily
from tokens.rules.roles import ROLES
from tokens.rules.verification import verify, verify_client

pytestmark = pytest.mark.django_db


def run(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--json", stdout=out, stderr=StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


# ---------------------------------------------------------------- oauth_client


def test_a_client_is_created_and_its_secret_printed_once() -> None:
    ada = UserFactory(username="ada")
    found = run("oauth_client", "create", "--name", "Bot", "--redirect-uri", REDIRECT_URI, "--owner", "ada")
    client = verify_client(client_id=found["client_id"], secret=found["client_secret"])
    assert (client.user, client.own_use_of) == (ada, ada)
    assert "client_secret" not in run("oauth_client", "show", client.client_id)


def test_a_public_client_has_no_secret_to_print() -> None:
    found = run("oauth_client", "create", "--name", "App", "--redirect-uri", REDIRECT_URI, "--public")
    assert "client_secret" not in found
    assert found["state"] == "Open to everyone"


def test_a_dry_run_creates_nothing_and_prints_no_secret() -> None:
    found = run("oauth_client", "create", "--name", "Bot", "--redirect-uri", REDIRECT_URI, "--dry-run")
    assert found["name"] == "Bot"
    assert "client_secret" not in found
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("act", "columns", "done"),
    [
        ("approve", {"owner_only": True}, Act.CLIENT_APPROVED),
        ("withdraw", {"user": True}, Act.CLIENT_WITHDRAWN),
        ("suspend", {}, Act.CLIENT_SUSPENDED),
        ("resume", {"suspended": True}, Act.CLIENT_RESUMED),
        ("withdraw-password-flow", {"user": True, "password_grant_secret": "x"}, Act.PASSWORD_FLOW_WITHDRAWN),
    ],
)
def test_a_decision_is_made_once_and_then_refused(act: str, columns: dict[str, Any], done: Act) -> None:
    client = ClientFactory(**{**columns, **({"user": UserFactory()} if "user" in columns else {})})
    run("oauth_client", act, client.client_id, "--reason", "Because.")
    assert Event.objects.get(act=done).details["note"] == "Because."
    with pytest.raises(CommandError, match="changes nothing"):
        run("oauth_client", act, client.client_id)


def test_the_password_flow_is_allowed_with_its_secret() -> None:
    client = ClientFactory(user=UserFactory())
    assert run("oauth_client", "allow-password-flow", client.client_id)["password_grant_secret"].startswith("oas_pg_")
    with pytest.raises(CommandError):
        run("oauth_client", "allow-password-flow", client.client_id)


def test_a_secret_is_reset_with_grace() -> None:
    client = ClientFactory()
    secret = run("oauth_client", "reset-secret", client.client_id, "--grace-hours", "0")["client_secret"]
    assert verify_client(client_id=client.client_id, secret=secret) == client


def test_a_dry_reset_leaves_the_secret_as_it_is() -> None:
    client = ClientFactory()
    run("oauth_client", "reset-secret", client.client_id, "--dry-run")
    assert verify_client(client_id=client.client_id, secret=SECRET) == client


@pytest.mark.parametrize(
    "words",
    [
        ("show", "nobody"),
        ("create", "--name", "Bot", "--redirect-uri", "javascript:x"),
        ("create", "--name", "Bot", "--redirect-uri", REDIRECT_URI, "--owner", "nobody"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refused:
        run("oauth_client", *words)
    assert refused.value.returncode == 1


def test_people_read_lines() -> None:
    out = StringIO()
    call_command("oauth_client", "show", ClientFactory(name="Bot").client_id, stdout=out)
    assert "name           Bot\n" in out.getvalue()
    assert "live tokens    0\n" in out.getvalue()


# ---------------------------------------------------------------- oauth_revoke


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (("--user", "ada"), {"bob"}),
        (("--user", "ada", "--group", "tablet"), {"ada", "bob"}),
        (("--group", "phone"), {"bob"}),
        (("--ip", "192.0.2.1"), set()),
        (("--ip", "::ffff:192.0.2.1"), set()),
        (("--client", "one"), {"bob"}),
        (("--unused-days", "0"), set()),
        (("--unused-days", "1"), {"ada", "bob"}),
        (("--all",), set()),
    ],
)
def test_tokens_are_revoked_by_rule(words: tuple[str, ...], left: set[str]) -> None:
    FamilyFactory(user=UserFactory(username="ada"), client=ClientFactory(client_id="one"), token_group="phone")
    FamilyFactory(user=UserFactory(username="bob"), token_group="tablet")
    assert run("oauth_revoke", *words)["revoked"] == 2 - len(left)
    assert {family.user.username for family in TokenFamily.objects.live()} == left


def test_days_to_come_are_refused() -> None:
    value = FamilyFactory()[1]
    with pytest.raises(CommandError, match="0 or more"):
        run("oauth_revoke", "--unused-days=-1")
    verify(value)


def test_a_dry_run_revokes_nothing() -> None:
    value = FamilyFactory()[1]
    assert run("oauth_revoke", "--all", "--dry-run") == {"would_be_revoked": 1}
    verify(value)


def test_a_revoked_token_is_dead_and_the_history_says_why() -> None:
    value = FamilyFactory()[1]
    run("oauth_revoke", "--all", "--reason", "Leaked")
    with pytest.raises(InvalidToken):
        verify(value)
    assert Event.objects.get().details == {"by": "oauth_revoke", "note": "Leaked"}


@pytest.mark.parametrize("words", [(), ("--all", "--user", "ada"), ("--ip", "nonsense")])
def test_without_a_clear_rule_nothing_is_revoked(words: tuple[str, ...]) -> None:
    FamilyFactory()
    with pytest.raises(CommandError):
        run("oauth_revoke", *words)
    assert TokenFamily.objects.live().exists()


# ---------------------------------------------------------------- oauth_setup_roles


def test_the_groups_are_made_once_and_keep_what_they_were_given() -> None:
    assert run("oauth_setup_roles") == {name: len(wanted) for name, wanted in ROLES.items()}
    auditors = Group.objects.get(name="OAuth auditors")
    auditors.permissions.add(Group.objects.get(name="OAuth operators").permissions.get(codename="reset_secret"))
    assert run("oauth_setup_roles") == dict.fromkeys(ROLES, 0)
    assert auditors.permissions.count() == len(ROLES["OAuth auditors"]) + 1


def test_auditors_see_and_do_nothing() -> None:
    run("oauth_setup_roles")
    assert {p.codename.partition("_")[0] for p in Group.objects.get(name="OAuth auditors").permissions.all()} == {
        "view"
    }


def test_a_dry_run_makes_no_group() -> None:
    run("oauth_setup_roles", "--dry-run")
    assert not Group.objects.exists()


# ---------------------------------------------------------------- oauth_doctor


def told(*words: str) -> tuple[int, set[str]]:
    out, code = StringIO(), 0
    try:
        call_command("oauth_doctor", "--json", *words, stdout=out)
    except SystemExit as stopped:
        code = int(str(stopped.code))
    return code, {finding["id"] for finding in json.loads(out.getvalue())["findings"]}


def test_a_site_that_was_never_cleaned_up_hears_of_it() -> None:
    code, ids = told()
    assert "oauth_clients.W104" in ids
    assert not [name for name in ids if name.startswith("oauth2_provider")]  # of endpoints that are not routed
    assert code == 0
    assert told("--strict")[0] == 1


def test_after_a_clean_up_it_is_content() -> None:
    call_command("oauth_cleanup", stdout=StringIO())
    assert "oauth_clients.W104" not in told()[1]
    Event.objects.update(created=timezone.now() - timedelta(days=3))
    assert "oauth_clients.W104" in told()[1]


def test_an_error_of_the_configuration_ends_in_one(settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "TYPO": 1}
    assert told()[0] == 1
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("oauth_doctor", stdout=out)
    assert "ERROR oauth_clients.E002: OAUTHSITE: Unknown key" in out.getvalue()


def test_nothing_to_mend_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.management.commands.oauth_doctor.run_checks", lambda **_: [])
    monkeypatch.setattr("clients.management.commands.oauth_doctor.examine", list)
    out = StringIO()
    call_command("oauth_doctor", stdout=out)
    assert out.getvalue() == "Nothing to mend.\n"


def test_a_cache_that_forgets_or_fails_is_found(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "get", lambda *_: None)
    assert "oauth_clients.W103" in told()[1]

    def away(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "set", away)
    assert "oauth_clients.W103" in told()[1]


def test_owners_whom_nobody_answers_are_counted() -> None:
    ClientFactory(owner_only=True, audience_requested_at=timezone.now() - timedelta(days=8))
    assert "oauth_clients.W105" in told()[1]


# X5
@pytest.mark.parametrize(("ahead", "told_so"), [(-30, ["behind"]), (0, []), (30, ["ahead"])])
def test_a_clock_that_is_wrong_is_found(ahead: int, told_so: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def directions() -> list[str]:
        return [w.msg.split()[6] for w in diagnosis.examine() if w.id == "oauth_clients.W106"]

    with time_machine.travel(timezone.now() + timedelta(seconds=ahead)):
        assert directions() == told_so
        monkeypatch.delitem(clock.NOW, connection.vendor)  # an engine that we don't know
        assert directions() == []


def test_a_database_that_is_away_or_not_migrated_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unmigrated:
        def __init__(self, _: Any) -> None:
            self.loader = self
            self.graph = self

        def leaf_nodes(self) -> list[str]:
            return []

        def migration_plan(self, _: Any) -> list[str]:
            return ["one"]

    monkeypatch.setattr(diagnosis, "MigrationExecutor", Unmigrated)
    assert "oauth_clients.E102" in told()[1]

    def away(*_: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(Unmigrated, "migration_plan", away)
    assert told()[0] == 1
    assert "oauth_clients.E101" in told()[1]
