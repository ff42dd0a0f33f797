"""Make the groups *OAuth operators* and *OAuth auditors*."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from clients.management.output import AnsweringCommand
from tokens.rules.roles import ROLES, set_up_roles


class Command(AnsweringCommand):
    help = f"Makes the groups {' and '.join(ROLES)}, and gives each the permissions that it lacks."

    @transaction.atomic
    def handle(self, *_: Any, as_json: bool, dry_run: bool, **__: Any) -> None:
        """Give, and say how many permissions were new."""
        given = set_up_roles()
        transaction.set_rollback(dry_run)
        self.answer(given, as_json=as_json)
