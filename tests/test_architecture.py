"""The rules of the house that a program can hold."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = ("clients", "tokens", "oauthsite")
MODULES = sorted(
    path
    for package in OURS
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.relative_to(ROOT).parts
)
TEXTS = ("*.py", "*.html", "*.txt", "*.css", "*.js", "*.toml", "*.md", "*.yml", "Makefile", ".ci/run", ".env.example")
# Declarations: each would be two modules only to keep a number.
LONG = {"clients/models.py", "clients/querysets.py", "tokens/models.py", "tokens/querysets.py", "oauthsite/settings.py"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts() -> Iterator[Path]:
    for pattern in TEXTS:
        for path in ROOT.rglob(pattern):
            first = path.relative_to(ROOT).parts[0]
            if first not in (".venv", "build", "dist", "staticfiles", "htmlcov", "shots") and path != Path(__file__):
                yield path


def test_imports_go_one_way() -> None:
    # In a process of its own: it silences the loggers of the one it runs in.
    linter = Path(sys.executable).parent / "lint-imports"
    answer = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert answer.returncode == 0, answer.stdout


def test_a_filter_is_a_word_of_a_queryset() -> None:
    found = [
        named(path)
        for path in MODULES
        if not path.name.startswith("querysets") and re.search(r"\.(?:filter|exclude)\(", path.read_text())
    ]
    assert not found, "say it in querysets.py"


def test_a_module_is_read_in_one_go() -> None:
    assert not [named(path) for path in MODULES if named(path) not in LONG and path.read_text().count("\n") > 250]


def test_a_function_is_seen_at_once() -> None:
    functions = [
        (f"{named(path)}: {node.name}", (node.end_lineno or 0) - node.lineno)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    ]
    assert not [name for name, lines in functions if lines > 50]
    assert statistics.median(lines for _, lines in functions) <= 8


def test_a_module_says_what_it_is() -> None:
    sources = {path: path.read_text() for path in MODULES if path.stat().st_size}
    assert not [
        named(path) for path, text in sources.items() if text.strip() and not ast.get_docstring(ast.parse(text))
    ]


def test_the_style_sheets_say_start_and_end_so_that_they_hold_from_right_to_left() -> None:
    physical = re.compile(
        r"\b(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b"
        r"|(?<![\w-])(?:left|right)\s*:|\b(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
    )
    sheets = [path for package in OURS for path in (ROOT / package).rglob("*.css")]
    assert len(sheets) >= 3
    assert not [f"{named(path)}: {found}" for path in sheets for found in physical.findall(path.read_text())]


def test_nothing_is_left_to_do_and_no_machine_is_named() -> None:
    unwanted = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|(?<![\w.:/])/(?:home|root|work|opt)/\w")
    assert not [f"{named(path)}: {word}" for path in texts() for word in unwanted.findall(path.read_text())]
