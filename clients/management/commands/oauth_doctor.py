"""Tell what is misconfigured, and how to mend it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.checks import ERROR, CheckMessage, run_checks
from django.core.management.base import CommandParser

from clients.management.output import AnsweringCommand
from clients.system.diagnosis import examine

# The toolkit's own checks speak of its endpoints, which are not routed (E003), and of models that are swapped (E001).
OURS = ("oauth_clients.", "oauth_tokens.")


class Command(AnsweringCommand):
    help = (
        "Runs the system checks of these apps as for a deployment, and looks at the running site: migrations, cache, "
        "clean-up, who waits, clocks. Exits with 1 where something has to be mended; with --strict also for warnings."
    )
    has_dry_run = False
    requires_system_checks: list[str] = []  # it runs them itself, and explains instead of stopping

    def add_arguments(self, parser: CommandParser) -> None:
        """How strict."""
        super().add_arguments(parser)
        parser.add_argument("--strict", action="store_true", help="warnings count as well")

    def handle(self, *_: Any, as_json: bool, strict: bool, **__: Any) -> None:
        """Look everywhere, and tell all at once."""
        checks = run_checks(include_deployment_checks=True)
        ours = [check for check in checks if str(check.id).startswith(OURS) and not check.is_silenced()]
        findings = [*ours, *examine()]
        if as_json:
            self.answer({"findings": [_told(finding) for finding in findings]}, as_json=True)
        else:
            for finding in findings:
                self.stdout.write(_line(finding))
            self.stdout.write("Nothing to mend." if not findings else f"{len(findings)} findings.")
        if any(strict or finding.level >= ERROR for finding in findings):
            sys.exit(1)


def _told(finding: CheckMessage) -> dict[str, Any]:
    level = "error" if finding.level >= ERROR else "warning"
    return {"id": finding.id, "level": level, "message": str(finding.msg), "hint": finding.hint}


def _line(finding: CheckMessage) -> str:
    told = _told(finding)
    hint = f"\n    {told['hint']}" if told["hint"] else ""
    return f"{told['level'].upper()} {told['id']}: {told['message']}{hint}"
