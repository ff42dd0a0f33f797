"""Collect and compile the translations: `make messages` (needs gettext).

Templates lie side by side in `templates/`, but each belongs to the catalogue of its app; while Django
collects, a link shows them to it there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de", "ja")
# What lies beside the package's own modules; the site's own templates are those of neither app.
TEMPLATES = {"clients": "templates/oauth_clients", "tokens": "templates/oauth_tokens", "oauthsite": "templates"}


def collect(root: Path, package: str) -> None:
    """Bring the catalogues of one package up to date with its texts."""
    link = root / package / "collected"
    link.symlink_to(root / TEMPLATES[package])
    try:
        (root / package / "locale").mkdir(exist_ok=True)
        languages = [f"--locale={language}" for language in LANGUAGES]
        ignored = ["--ignore=oauth_*"] if package == "oauthsite" else []
        manage(
            root, package, "makemessages", "--symlinks", "--no-location", "--no-obsolete", "--extension=html,txt,py",
            *languages, *ignored,
        )  # fmt: skip
    finally:
        link.unlink()


def manage(root: Path, package: str, *command: str) -> None:
    """Run one of Django's commands inside a package."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    subprocess.run(  # noqa: S603  (our own commands)
        [sys.executable, root / "manage.py", *command, "--settings", "tests.settings"],
        cwd=root / package,
        env=environment,
        check=True,
    )


if __name__ == "__main__":
    for name in TEMPLATES:
        collect(ROOT, name)
        manage(ROOT, name, "compilemessages")
