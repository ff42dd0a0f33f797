"""What was found, as Markdown."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HEAD = """# When things break

`make faults` does this again on your machine, and writes this page. It starts a PostgreSQL cluster, a Redis and a
gunicorn (two workers of four threads) of its own, runs the reference site on them with its production settings and its
rate limits on, sends steady traffic, and takes something away. Each request comes on a connection of its own and from
an address of its own. Here: {versions}, on two cores that were shared with other work and that also
ran the clients, so take counts and ratios, not milliseconds. It is no part of the test suite.
"""


@dataclass
class Finding:
    """One fault: what was done, what was counted, and which promises that bears out."""

    title: str
    done: str
    rows: list[Sequence[object]] = field(default_factory=list)  # the first is the head
    promises: dict[str, bool] = field(default_factory=dict)
    said: str = ""

    @property
    def held(self) -> bool:
        """Whether every promise was kept."""
        return all(self.promises.values())

    def markdown(self) -> str:
        """A section of the page."""
        parts = [f"## {self.title}", self.done]
        if self.rows:
            head, *body = [[str(cell) for cell in row] for row in self.rows]
            lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
            parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
        parts.append(
            "\n".join(f"- {'held' if kept else '**did not hold**'}: {said}" for said, kept in self.promises.items())
        )
        return "\n\n".join(part for part in [*parts, self.said] if part)


def written(findings: Sequence[Finding], versions: str) -> str:
    """The whole page."""
    return "\n".join([HEAD.format(versions=versions), *(f"{found.markdown()}\n" for found in findings)])


def table_of_counts(by_phase: Mapping[str, Mapping[str, int]]) -> list[Sequence[object]]:
    """Answers by phase: a line for each, a column for each kind of answer that came."""
    names = sorted({name for counts in by_phase.values() for name in counts})
    return [("", *names), *((phase, *(counts.get(name, 0) for name in names)) for phase, counts in by_phase.items())]


def progress(text: str) -> None:
    """Tell whoever waits."""
    print(text, file=sys.stderr, flush=True)
