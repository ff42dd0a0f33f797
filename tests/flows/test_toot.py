"""toot at a terminal: it prints an address, its user brings back the code (out of band)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.programs import talking_to
from tests.visiting import Visitor
from tokens.models import TokenFamily

pytestmark = pytest.mark.django_db(transaction=True)


def test_toot_logs_in_by_a_pasted_code(live_server: Any, settings: Any, tmp_path: Path) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "ISSUER": live_server.url}
    toot = Path(sys.executable).parent / "toot"
    visitor = Visitor()
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1", "COLUMNS": "9999"}
    with talking_to(toot, "login", "--instance", live_server.url, env=environment, stderr=subprocess.STDOUT) as program:
        assert program.stdout
        assert program.stdin
        address = next(line.strip() for line in program.stdout if "/oauth/authorize" in line)
        page = visitor.get(f"{urlsplit(address).path}?{urlsplit(address).query}")
        shown = visitor.decide(page).content.decode()
        code = re.search(r"<code[^>]*>([^<]+)</code>", shown)
        assert code
        rest, _ = program.communicate(f"n\n{code[1]}\n", timeout=30)
    assert "Successfully logged in" in rest
    assert program.returncode == 0
    assert TokenFamily.objects.get().user == visitor.user
