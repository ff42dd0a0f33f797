"""A site that ran plain django-oauth-toolkit, of today or of years ago, goes the way of docs/install.md."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from clients.system.swapping import lines_to_paste
from tests.flows.test_first_light import ROOT, newcomers_environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same whatever database the suite runs on"),
]
PLAIN = """
SECRET_KEY = "k" * 50
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {name!r}}}}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROOT_URLCONF, urlpatterns = __name__, []
"""
OURS = f"""
from plain import *
INSTALLED_APPS += ["rest_framework", "clients", "tokens"]
{lines_to_paste()}
OAUTHSITE = {{"ISSUER": "http://testserver"}}
ROOT_URLCONF = "urls"
ALLOWED_HOSTS = ["testserver"]
LOADED = {{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [{str(ROOT / "templates")!r}]}}
TEMPLATES = [LOADED | {{"APP_DIRS": True}}]
"""
URLS = """
from django.urls import include, path
urlpatterns = [path("", include(app)) for app in ("clients.urls", "tokens.urls")]
"""
ASK = """
import sys, django, json; django.setup()
from rest_framework.test import APIClient
api, me = APIClient(), "/api/v1/apps/verify_credentials"
def ask(**fields):
    return api.post("/oauth/token", {"client_id": "former", "client_secret": "a secret of then", **fields})
first = api.get(me, HTTP_AUTHORIZATION="Bearer former-access").status_code
refreshed = ask(grant_type="refresh_token", refresh_token="former-refresh")
second = api.get(me, HTTP_AUTHORIZATION="Bearer " + refreshed.json().get("access_token", "")).status_code
print(json.dumps([first, refreshed.status_code, second]))
"""
HASH = "import django; django.setup(); from django.contrib.auth.hashers import make_password as m; print(m({!r}))"
NOW = datetime.now(UTC)


class Site:
    """A project in a folder, with the settings of before and of after."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.database = folder, folder / "db.sqlite3"
        for name, text in (("plain", PLAIN.format(name=str(self.database))), ("ours", OURS), ("urls", URLS)):
            (folder / f"{name}.py").write_text(text)

    def run(self, settings: str, *words: str) -> subprocess.CompletedProcess[str]:
        paths = {"PYTHONPATH": f"{self.folder}:{ROOT}", "DJANGO_SETTINGS_MODULE": settings}
        command = [sys.executable, *words]
        environment = newcomers_environment() | paths
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    def manage(self, settings: str, *words: str) -> str:
        answer = self.run(settings, "-m", "django", *words)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def write(self, table: str, **columns: Any) -> None:
        """A row; columns without a value of ours, which a release may or may not have, hold what is empty there."""
        with sqlite3.connect(self.database) as database:
            for _, name, kind, required, default, is_key in database.execute(f"PRAGMA table_info({table})"):
                if required and default is None and not is_key:
                    columns.setdefault(
                        name, "[]" if name == "resource" else 0 if "int" in kind or kind == "bool" else ""
                    )
            names, marks = ", ".join(columns), ", ".join("?" * len(columns))
            database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*columns.values()])  # noqa: S608
        database.close()


@pytest.mark.parametrize("release", ["0001", "0022"])  # the migrations of 1.2, and the last one of 3.4.1
def test_the_tokens_of_a_plain_installation_go_on_working(release: str, tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.manage("plain", "migrate", "-v0", "oauth2_provider", release)
    times = {"created": str(NOW - timedelta(days=1)), "updated": str(NOW)}
    # Before 2.0 secrets were kept in clear.
    secret = (
        "a secret of then" if release == "0001" else site.run("plain", "-c", HASH.format("a secret of then")).stdout
    )
    hashed = {"hash_client_secret": 1} if release == "0022" else {}
    given: dict[str, Any] = {"user_id": 1, "application_id": 1, **times}
    site.write("auth_user", username="ada", is_active=1, date_joined=str(NOW))
    site.write(
        "oauth2_provider_application",
        client_id="former",
        client_secret=secret.strip(),
        authorization_grant_type="authorization-code",
        client_type="confidential",
        redirect_uris="https://app.example/cb",
        name="Former",
        **hashed,
        **times,
    )
    expires = {"expires": str(NOW + timedelta(hours=1)), "scope": "read"}
    site.write(
        "oauth2_provider_accesstoken", token="former-access", **expires, **given, **digest("former-access", release)
    )
    partner = given | {"access_token_id": 1, **digest("former-refresh", release)}
    site.write("oauth2_provider_refreshtoken", token="former-refresh", **partner)

    assert "InconsistentMigrationHistory" in site.run("ours", "-m", "django", "migrate").stderr
    site.manage("plain", "migrate", "--fake", "oauth2_provider", "zero")
    site.manage("ours", "migrate", "-v0")
    found = json.loads(site.manage("ours", "oauth_adopt", "--json"))
    assert (found["clients"], found["access_tokens"], found["refresh_tokens"]) == (1, 1, 1)
    assert json.loads(site.run("ours", "-c", ASK).stdout) == [200, 200, 200]


def digest(value: str, release: str) -> dict[str, str]:
    """The column that holds the SHA-256 of the value, where there is one."""
    return {"token_checksum": sha256(value.encode()).hexdigest()} if release == "0022" else {}
