"""Writes docs/reference.md (settings, signals, events, checks, commands, scopes) and docs/rooms.md from the code.

`make docs` runs it; a test compares what it would write with what is there.
"""

import ast
import importlib
import inspect
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
APPS = ("clients", "tokens")
ROOMS = """\
Where a change belongs. Written from the docstrings of the modules by `make docs`; a test holds the two together.

`clients` says who may ask, `tokens` what was granted, `oauthsite` is the reference site. `tokens` takes from
`clients` only what `pyproject.toml` lists under `tool.importlinter`, `clients` nothing from `tokens`, and nobody
imports `oauthsite`. Inside an app a request takes one road: a view (`views/`, `api/`, `protocol/`, `admin/`,
`management/`) reads it, by what `clients/border/` has in common for all of them, and calls one rule; a rule (`rules/`)
is a typed function without request or response, which returns a value or raises one of `errors.py`; rows are found by
the words of `querysets.py`. One act has one function, whatever the door. In `tokens/rules/`

- a token is **issued** by `issuance.py`, from a code by `redemption.py`, from a refresh token by `rotation.py`, from a
  device by `device.py`, from a password by `password.py`, for oneself by `selfissue.py`;
- it is **believed** by `verification.py`, which `tokens/authentication.py` asks at every request;
- it is **revoked** by `revocation.py`.

In `clients/rules/` a client is **registered** by `registration.py`, changed by its owner in `editing.py`, decided about
in `administration.py`."""


def main() -> None:
    """Write the pages."""
    (HERE / "reference.md").write_text(reference(), encoding="utf-8")
    (HERE / "rooms.md").write_text(rooms(), encoding="utf-8")


def reference() -> str:
    """The page as it should be."""
    parts = [
        "# Reference\n\nWritten from the code by `make docs`; a test holds the two together.",
        "## Settings\n\nThe keys of `OAUTHSITE = {...}`. Durations are seconds; `None` means never, or not set."
        " An unknown key or a value of the wrong type is an error of `manage.py check`.\n\n" + settings(),
        "## Signals\n\nSent with `send_robust` after the transaction has committed.\n\n" + signals(),
        "## System checks\n\n" + checks(),
        "## Commands\n\n" + commands(),
        "## Events\n\nWhat the history knows. One row per act, never per token, and no secret in any.\n\n" + acts(),
        "## Scopes\n\nThe catalogue of the reference site; `OAUTHSITE['SCOPES']` names another one.\n\n" + scopes(),
    ]
    return "\n\n".join(parts) + "\n"


def rooms() -> str:
    """The page for those who change the code: every module with the first line of its docstring."""
    parts = ["# Rooms\n\n" + ROOMS]
    for app in (*APPS, "oauthsite"):
        rows = []
        for path in sorted((ROOT / app).rglob("*.py")):
            promise = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            if promise and "migrations" not in path.parts:
                rows.append((f"`{path.relative_to(ROOT)}`", promise.split("\n\n")[0].replace("\n", " ")))
        parts.append(f"## {app}\n\n" + table(("module", "what it holds"), rows))
    return "\n\n".join(parts) + "\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(head)
    cells = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def settings() -> str:
    """The fields of `Options`, with the comments that stand behind them."""
    source = (ROOT / "clients/conf.py").read_text(encoding="utf-8")
    comments = dict(_comments(source))
    options = next(node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == "Options")
    rows = []
    for node in options.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            comment = " ".join(comments[line] for line in lines if line in comments)
            default = ast.unparse(node.value) if node.value else ""
            rows.append((f"`{node.target.id}`", f"`{ast.unparse(node.annotation)}`", f"`{_default(default)}`", comment))
    return table(("key", "type", "default", "meaning"), rows)


def signals() -> str:
    """Every signal with its arguments."""
    rows = []
    for app in APPS:
        source = (ROOT / app / "signals.py").read_text(encoding="utf-8")
        for name, arguments in re.findall(r"^(\w+) = Signal\(\)  # (.+)$", source, re.MULTILINE):
            rows.append((f"`{app}.signals.{name}`", arguments))
    return table(("signal", "arguments"), rows)


def checks() -> str:
    """Every system check with its ids, from the docstrings of the functions that are registered."""
    from django.core.checks import registry

    rows = []
    for function in registry.registry.get_checks(include_deployment_checks=True):
        found = re.match(r"([EW]\d{3}(?:(?:, | to )[EW]\d{3})*): (.+)", inspect.getdoc(function) or "", re.DOTALL)
        app = function.__module__.partition(".")[0]
        if found and app in APPS:
            ids = re.sub(r"([EW]\d{3})", rf"`oauth_{app}.\1`", found[1])
            text = " ".join(found[2].split())
            rows.append((ids, text[0].upper() + text[1:]))
    return table(("check", "what it says"), sorted(rows))


def commands() -> str:
    """Every command with its help."""
    rows = []
    for app in APPS:
        for path in sorted((ROOT / app / "management/commands").glob("oauth_*.py")):
            command = importlib.import_module(f"{app}.management.commands.{path.stem}").Command
            rows.append((f"`manage.py {path.stem}`", str(command.help)))
    return table(("command", "what it does"), sorted(rows))


def acts() -> str:
    """Every act that leaves an event."""
    from clients.events import Act

    return table(("act", "in words"), ((f"`{act.value}`", str(act.label)) for act in Act))


def scopes() -> str:
    """The catalogue that ships."""
    from clients.catalogues import ALL

    rows = (
        (
            f"`{name}`",
            str(scope.title),
            str(scope.description),
            ", ".join(f"`{part}`" for part in scope.contains) + (f"`{name}:…`" if scope.suffixes else ""),
            "an owner" if scope.restricted else "anyone",
        )
        for name, scope in ALL.items()
    )
    return table(("scope", "title", "in words", "contains", "may be registered by"), rows)


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("# ")


def _default(source: str) -> str:
    found = re.fullmatch(r"field\(default_factory=(?:lambda: )?(.+)\)", source)
    return {"dict": "{}", "catalogues.ALL": "Mastodon's and pnut's"}.get(found[1], found[1]) if found else source


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
