"""What our management commands have in common: answers for people and for programs."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class AnsweringCommand(BaseCommand):
    """A command with --json and --dry-run. Exit codes: 0 done, 1 refused or failed, 2 wrongly called."""

    has_dry_run = True

    def add_arguments(self, parser: CommandParser) -> None:
        """The options that every one has."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="answer with one JSON object")
        if self.has_dry_run:
            parser.add_argument("--dry-run", action="store_true", help="say what would happen, and do nothing")

    def answer(self, found: dict[str, Any], *, as_json: bool) -> None:
        """Write the result: one JSON object, or a line for each entry."""
        if as_json:
            self.stdout.write(json.dumps(found, default=str, ensure_ascii=False))
            return
        width = max(map(len, found), default=0)
        for name, value in found.items():
            self.stdout.write(f"{name.replace('_', ' '):<{width}}  {value}")

    def progress(self, line: str, *, as_json: bool) -> None:
        """A line on the way; not into the JSON."""
        (self.stderr if as_json else self.stdout).write(line)
