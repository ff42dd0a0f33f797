"""The documentation says what the code does."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _build():
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs/build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["reference", "rooms"])
def test_the_page_is_what_the_code_says(page):
    written = (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")

    assert written == getattr(_build(), page)(), "run `make docs`"
