"""Remove rows that no longer serve. Meant to run every night."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import CommandParser

from clients.events import Act, record
from clients.management.output import AnsweringCommand
from clients.rules.forgetting import forget_addresses, last_forgotten
from tokens.rules.cleanup import clean_up, outlook
from tokens.rules.reminders import remind_of_ends


class Command(AnsweringCommand):
    help = (
        "Removes expired and revoked tokens, spent codes, old device authorizations, clients that never held a token, "
        "and addresses from the history; writes to people whose tokens are about to end. In small batches beside live "
        "traffic; may be killed and begun again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How gently."""
        super().add_arguments(parser)
        parser.add_argument("--batch-size", type=int, default=1_000, help="rows in one transaction (1000)")
        parser.add_argument("--pause", type=float, default=0.0, help="seconds to rest after each batch (0)")

    def handle(self, *_: Any, as_json: bool, dry_run: bool, batch_size: int, pause: float, **__: Any) -> None:
        """Remove, and leave one event that says how much."""
        if dry_run:
            self.answer(outlook(), as_json=as_json)
            return
        done: Counter[str] = Counter(reminders=remind_of_ends())
        for batch in clean_up(batch_size=batch_size, pause=pause):
            done[batch.kind] += batch.count
            self.progress(f"{batch.kind.replace('_', ' ')}: {done[batch.kind]:,}", as_json=as_json)
        forgotten_to = last_forgotten()
        for forgotten_to, count in forget_addresses(batch_size=batch_size):  # noqa: B007  (the last one is kept)
            done["addresses"] += count
        details: dict[str, Any] = {**done, "forgotten_to": forgotten_to}
        record(Act.CLEANED_UP, count=sum(done.values()), **details)
        self.answer({**done, "in_all": sum(done.values())}, as_json=as_json)
