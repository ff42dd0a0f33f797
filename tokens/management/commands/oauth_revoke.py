"""Revoke tokens from the command line."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from clients.border.addresses import canonical
from clients.management.output import AnsweringCommand
from tokens.models import TokenFamily
from tokens.querysets import TokenFamilyQuerySet
from tokens.rules.revocation import Reason, revoke


class Command(AnsweringCommand):
    help = "Revokes every token to which all the given rules apply. They stop working with their next use."

    def add_arguments(self, parser: CommandParser) -> None:
        """By what."""
        super().add_arguments(parser)
        parser.add_argument("--user", help="exact user name")
        parser.add_argument("--client", help="client_id")
        parser.add_argument("--group", help="exact token group")
        parser.add_argument("--ip", help="the address from which they were authorized")
        parser.add_argument("--unused-days", type=_days, help="not used, and not made, for so many days")
        parser.add_argument("--all", action="store_true", dest="everything", help="every token of this site")
        parser.add_argument("--reason", default="", help="for the history")

    def handle(self, *_: Any, as_json: bool, dry_run: bool, reason: str, **rules: Any) -> None:
        """Revoke, and say how many stopped working."""
        families = self.chosen(
            **{name: rules[name] for name in ("user", "client", "group", "ip", "unused_days", "everything")}
        )
        if dry_run:
            self.answer({"would_be_revoked": families.live().count()}, as_json=as_json)
            return
        said = {"by": "oauth_revoke", "note": reason}
        self.answer({"revoked": revoke(families, Reason(details=said))}, as_json=as_json)

    def chosen(
        self,
        *,
        user: str | None,
        client: str | None,
        group: str | None,
        ip: str | None,
        unused_days: int | None,
        everything: bool,
    ) -> TokenFamilyQuerySet:
        """The families to which all rules apply. Raises CommandError without a rule."""
        if everything == any(rule is not None for rule in (user, client, group, ip, unused_days)):
            raise CommandError("Say which tokens: --user, --client, --group, --ip or --unused-days, or --all alone.")
        families = TokenFamily.objects.all()
        if user is not None:
            families = families.of_user_named(user)
        if client is not None:
            families = families.of_client_called(client)
        if group is not None:
            families = families.in_group(group)
        if ip is not None:
            address = canonical(ip)
            if address is None:
                raise CommandError(f"{ip!r} is no IP address.")
            families = families.authorized_from(address)
        if unused_days is not None:
            families = families.unused_since(timezone.now() - timedelta(days=unused_days))
        return families


def _days(text: str) -> int:
    """A span that lies behind: before a moment to come would be every token."""
    if not text.isdecimal():
        raise ArgumentTypeError("0 or more, as a whole number")
    return int(text)
