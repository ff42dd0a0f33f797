"""The wheel beside a blank Django project: what a host gets, and nothing of this checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from zipfile import ZipFile

import django
import pytest
from django.db import connection

from clients.system.swapping import lines_to_paste
from tests.flows.test_first_light import NOT_COPIED, ROOT, free_port, newcomers_environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same whatever database the suite runs on"),
]
INFO = "oauthsite-0.1.0.dist-info"
SETTINGS = f"""
INSTALLED_APPS += ["rest_framework", "oauth2_provider", "clients", "tokens"]
{lines_to_paste()}
"""
URLS = """
urlpatterns += [path("", __import__("django.urls").urls.include(app)) for app in ("clients.urls", "tokens.urls")]
"""


def run(*command: str | Path, cwd: Path) -> str:
    answer = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=newcomers_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def pip() -> list[str]:
    """A pip: this environment may have none of its own, as the one that `make` makes."""
    has_own = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False, timeout=60)
    return [sys.executable if has_own.returncode == 0 else "python3", "-m", "pip", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blank project in an environment that holds the wheel, and the packages it needs from this one."""
    work = tmp_path_factory.mktemp("host")
    shutil.copytree(ROOT, work / "source", ignore=NOT_COPIED)
    run(*pip(), "wheel", "--quiet", "--no-deps", "--wheel-dir", work, work / "source", cwd=work)
    (wheel,) = work.glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", work / "venv", cwd=work)
    python = work / "venv/bin/python"
    run(*pip(), "--python", python, "install", "--quiet", "--no-deps", wheel, cwd=work)
    (site_packages,) = (work / "venv/lib").glob("python*/site-packages")
    # A folder named in a .pth file gives its packages, but not its own .pth files: no editable install of ours.
    (site_packages / "needed.pth").write_text(f"{Path(django.__file__).parent.parent}\n")
    run(python, "-m", "django", "startproject", "blank", work, cwd=work)
    with (work / "blank/settings.py").open("a") as settings, (work / "blank/urls.py").open("a") as urls:
        settings.write(SETTINGS)
        urls.write(URLS)
    return work


@pytest.fixture(scope="module")
def host(project: Path) -> Iterator[str]:
    """The address of that project, served."""
    python = project / "venv/bin/python"
    run(python, "manage.py", "check", cwd=project)
    run(python, "manage.py", "makemigrations", "--check", "--dry-run", cwd=project)
    run(python, "manage.py", "migrate", "--verbosity", "0", cwd=project)
    port = free_port()
    with (project / "log").open("w") as log:
        server = subprocess.Popen(
            [python, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
            cwd=project,
            env=newcomers_environment(),
            stdout=log,
            stderr=log,
        )
    try:
        for _ in range(120):
            if server.poll() is not None or status(f"http://127.0.0.1:{port}/admin/login/"):
                break
            time.sleep(0.25)
        assert server.poll() is None, (project / "log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def status(url: str) -> int:
    try:
        with urlopen(url, timeout=5) as response:  # noqa: S310  (our own server)
            return int(response.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return 0


def asked(url: str, fields: dict[str, str] | None = None, token: str = "") -> Any:
    data = urlencode(fields).encode() if fields else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urlopen(Request(url, data, headers), timeout=60) as response:  # noqa: S310  (our own server)
        return json.load(response)


def test_it_holds_everything_and_nothing_else(project: Path) -> None:
    found = run(project / "venv/bin/python", "-c", "import clients, tokens; print(clients.__file__)", cwd=project)
    assert str(project) in found
    (wheel,) = project.glob("*.whl")
    names = set(ZipFile(wheel).namelist())
    assert {"clients/static/oauth_clients/site.css", "clients/py.typed", "tokens/py.typed"} <= names
    assert not [name for name in names if name.split("/")[0] not in ("clients", "tokens", "oauthsite", INFO)]


def test_every_template_lies_where_it_is_looked_for(project: Path) -> None:
    (wheel,) = project.glob("*.whl")
    names = set(ZipFile(wheel).namelist())
    homes = {"oauth_clients": "clients/templates", "oauth_tokens": "tokens/templates"}
    templates = [path.relative_to(ROOT / "templates") for path in (ROOT / "templates").rglob("*.*")]
    expected = {f"{homes.get(path.parts[0], 'oauthsite/templates')}/{path.as_posix()}" for path in templates}
    assert expected == {name for name in names if "/templates/" in name}


def test_it_registers_and_issues(host: str) -> None:
    app = asked(f"{host}/api/v1/apps", {"client_name": "App", "redirect_uris": "app:/cb"})
    keys = {name: app[name] for name in ("client_id", "client_secret")}
    token = asked(f"{host}/oauth/token", {**keys, "grant_type": "client_credentials"})
    assert asked(f"{host}/api/v1/apps/verify_credentials", token=token["access_token"])["name"] == "App"


def test_its_pages_and_their_files_are_there(host: str) -> None:
    assert status(f"{host}/oauth/authorize?client_id=unknown") in (302, 400, 200)
    with pytest.raises(HTTPError) as refusal:
        urlopen(f"{host}/oauth/authorize?client_id=unknown", timeout=60)  # noqa: S310
    page = refusal.value.read().decode()
    assert refusal.value.code == 400
    assert "/static/oauth_clients/site.css" in page
    assert status(f"{host}/static/oauth_clients/site.css") == 200
