"""Static files, collected and not."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.templatetags.static import static

STYLE = "oauth_clients/site.css"


@pytest.fixture
def assets(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "oauthsite.assets.Assets"}}


@pytest.mark.usefixtures("assets")
def test_before_they_are_collected_they_have_their_plain_names() -> None:
    assert static(STYLE) == f"/static/{STYLE}"


@pytest.mark.usefixtures("assets")
def test_collected_they_carry_a_digest(tmp_path: Path) -> None:
    call_command("collectstatic", verbosity=0, interactive=False)
    staticfiles_storage.hashed_files = staticfiles_storage.load_manifest()[0]
    address = static(STYLE)
    assert address != f"/static/{STYLE}"
    assert (tmp_path / address.removeprefix("/static/")).exists()
