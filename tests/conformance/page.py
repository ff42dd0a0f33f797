"""docs/conformance.md, out of the clauses and of the tests that carry them as marks: `make conformance`."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
CLAUSES = Path(__file__).parent / "clauses.toml"
PAGE = ROOT / "docs" / "conformance.md"
HEAD = """\
# Conformance

Every clause that binds an authorization server, and the tests that hold it. Made from the marks of the tests by
`make conformance`; a test fails when this page is not what they say. What the RFCs leave open, and what is not served
here, is in the last column, with the reason.

Client ID metadata documents (`client_id_metadata_document_supported`) are not supported: the server would have to
fetch an address that a stranger chose, and it fetches nothing at all. Programs register themselves instead
(RFC 7591), which needs no more steps of them.
"""

Clause = tuple[str, str]


def clauses() -> list[dict[str, Any]]:
    """The RFCs with their clauses."""
    found: list[dict[str, Any]] = tomllib.loads(CLAUSES.read_text())["rfc"]
    return found


def marked() -> dict[Clause, list[str]]:
    """The tests that carry each clause, as `file::test`. Read from the source: nothing has to run for it."""
    found: dict[Clause, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                for clause in _marks(node):
                    found[clause].append(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def _marks(node: ast.FunctionDef) -> Iterator[Clause]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.rfc":
            number, section = (ast.literal_eval(argument) for argument in decorator.args)
            yield number, section


def page() -> str:
    """The page."""
    tests = marked()
    lines = [HEAD]
    for rfc in clauses():
        number = rfc["number"]
        lines += [f"## RFC {number}: {rfc['title']}\n", "| § | What it asks | Held by | Deviation, and why |"]
        lines += ["| --- | --- | --- | --- |"]
        for clause in rfc["clauses"]:
            section = clause["section"]
            held = "<br>".join(_link(test) for test in tests.get((number, section), []))
            other = clause.get("deviation") or clause.get("not_served", "")
            lines.append(f"| {section} | {clause['says']} | {held} | {other} |")
        lines.append("")
    return "\n".join(lines)


def _link(test: str) -> str:
    path, _, name = test.partition("::")
    words = name.removeprefix("test_").replace("_", " ")
    return f"[{words}](../{path})"


if __name__ == "__main__":
    PAGE.write_text(page())
