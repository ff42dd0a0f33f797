"""One page of a long list. The families' keys are in order of time, so that a page is a range of an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tokens.querysets import TokenFamilyQuerySet

if TYPE_CHECKING:
    from tokens.models import TokenFamily

LINES = 50
STATES = ("live", "ended", "all")


@dataclass(frozen=True)
class Listing:
    """The lines of one page, the newest first, and where its neighbours begin."""

    lines: list[TokenFamily]
    newer: UUID | None
    older: UUID | None

    @property
    def by_client(self) -> list[tuple[Any, list[TokenFamily]]]:
        """The lines of each client together, first those of the client that has the newest."""
        found: dict[int, list[TokenFamily]] = {}
        for line in self.lines:
            found.setdefault(line.client_id, []).append(line)
        return [(lines[0].client, lines) for lines in found.values()]


def page(
    families: TokenFamilyQuerySet, *, state: str = "live", before: UUID | None = None, after: UUID | None = None
) -> Listing:
    """Fifty families from the newest on; `before` or `after` this one. One statement."""
    shown = {"live": families.live, "ended": families.ended, "all": families.issued}[state]().for_a_list()
    if after:
        found = list(shown.newer_than(after)[: LINES + 1])
        lines = found[:LINES][::-1]
        return Listing(lines, newer=lines[0].pk if len(found) > LINES else None, older=lines[-1].pk if lines else None)
    if before:
        shown = shown.older_than(before)
    found = list(shown.newest_first()[: LINES + 1])
    lines = found[:LINES]
    return Listing(
        lines,
        newer=lines[0].pk if lines and before else None,
        older=lines[-1].pk if len(found) > LINES else None,
    )
