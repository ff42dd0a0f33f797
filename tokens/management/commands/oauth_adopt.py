"""Take over the applications and tokens of a site that ran plain django-oauth-toolkit."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from oauth2_provider.scopes import get_scopes_backend

from clients import scopes
from clients.errors import InvalidScope
from clients.management.output import AnsweringCommand
from clients.querysets_former import former
from clients.rules.adoption import Adoption, adopt_applications
from tokens.rules.adoption import Former, adopt_tokens

COUNTS = (
    "clients",
    "clients_known",
    "clients_left_out",
    "access_tokens",
    "refresh_tokens",
    "tokens_known",
    "tokens_without_client",
    "expired",
)
TOLD = 20  # names in a line for people; the JSON has all


class Command(AnsweringCommand):
    help = (
        "Copies applications, unexpired access tokens and their refresh tokens out of the tables that plain "
        "django-oauth-toolkit left behind: secrets and tokens go on working. In batches; may be killed and begun "
        "again. The old tables stay as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How much at a time, and what clients may ask for."""
        super().add_arguments(parser)
        parser.add_argument("--batch-size", type=int, default=1_000, help="rows in one transaction (1000)")
        parser.add_argument(
            "--scope", default="", help="the scopes that every client registers (those of OAUTH2_PROVIDER)"
        )

    def handle(self, *_: Any, as_json: bool, dry_run: bool, batch_size: int, scope: str, **__: Any) -> None:
        """Take over: a line for each batch, then for each thing that does not go on as it was, then the numbers."""
        tables = _tables()
        try:
            names = scopes.parse(scope or " ".join(get_scopes_backend().get_all_scopes()))
        except InvalidScope as error:
            raise CommandError(error.description) from error
        run = Adoption(scope=names, batch_size=batch_size, is_dry=dry_run)
        for lines in (adopt_applications(run, tables.applications), adopt_tokens(run, tables)):
            for line in lines:
                self.progress(line, as_json=as_json)
        found = {
            **{name: run.counts[name] for name in COUNTS},
            "revoked": tables.refresh_tokens.revoked().count(),
            "orphaned": tables.refresh_tokens.orphaned().count(),
        }
        said = {
            "scopes_lost": {
                name: run.lost[name] for name in (*names, *run.lost) if run.lost[name] or not scopes.describe(name)
            },
            "owners_of_several": tables.applications.owners_of_several(),
        }
        if as_json:
            self.answer({**found, **said, "notes": run.notes}, as_json=True)
            return
        self.stdout.writelines(f"{note}\n" for note in run.notes)
        self.answer(found | {name: _line(rows) for name, rows in said.items()}, as_json=False)


def _line(rows: dict[str, int]) -> str:
    told = [f"{name} ({count})" for name, count in [*rows.items()][:TOLD]]
    return ", ".join([*told, *([f"and {len(rows) - TOLD} more"] if len(rows) > TOLD else [])]) or "none"


def _tables() -> Former:
    applications, access_tokens, refresh_tokens = map(former, ("application", "accesstoken", "refreshtoken"))
    if applications is None or access_tokens is None or refresh_tokens is None:
        raise CommandError("This database has no tables of plain django-oauth-toolkit (oauth2_provider_application).")
    return Former(applications=applications, access_tokens=access_tokens, refresh_tokens=refresh_tokens)
