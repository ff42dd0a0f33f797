"""Every text that people see exists in every language, and what programs read stays in English."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client as Visitor
from django.utils import translation

from clients.errors import InvalidRequest
from clients.events import Act
from tokens.rules.issuance import checked_group

ROOT = Path(__file__).parent.parent
PACKAGES, LANGUAGES = ("clients", "tokens", "oauthsite"), ("de", "ja")
CATALOGUES = [(package, language) for package in PACKAGES for language in LANGUAGES]


def path_of(root: Path, package: str, language: str, suffix: str = "po") -> Path:
    return root / package / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


def messages(path: Path) -> dict[str, str]:
    """Each text's entry as it stands in the file, by its `msgid`."""
    entries = re.split(r"\n{2,}", path.read_text("utf-8").strip())
    found = {}
    for entry in entries[1:]:
        key = re.search(r'^msgid ((?:".*"\n?)+)', entry, re.MULTILINE)
        assert key, entry
        found["".join(re.findall(r'"(.*)"', key[1]))] = entry
    return found


@pytest.mark.parametrize(("package", "language"), CATALOGUES)
def test_nothing_is_untranslated_or_guessed(package: str, language: str) -> None:
    for key, entry in messages(path_of(ROOT, package, language)).items():
        assert "fuzzy" not in entry, key
        assert not re.search(r'^msgstr(\[\d\])? ""(?!\n")', entry, re.MULTILINE), key


@pytest.mark.parametrize(("package", "language"), CATALOGUES)
def test_the_compiled_catalogue_says_the_same(package: str, language: str) -> None:
    with path_of(ROOT, package, language, "mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    keys = {key if isinstance(key, str) else key[0] for key in compiled._catalog if key}  # type: ignore[attr-defined]
    assert len(keys) == len(messages(path_of(ROOT, package, language)))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="no gettext on this machine (apt-get install gettext)")
def test_every_text_of_the_code_is_in_the_catalogues(tmp_path: Path) -> None:
    for folder in (*PACKAGES, "templates", "tools", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    subprocess.run([sys.executable, tmp_path / "tools" / "messages.py"], check=True, capture_output=True, timeout=300)
    for package, language in CATALOGUES:
        known = messages(path_of(ROOT, package, language))
        assert set(messages(path_of(tmp_path, package, language))) == set(known), "run `make messages` and translate"


@pytest.mark.parametrize(("language", "word"), [("de", "Tokens widerrufen"), ("ja", "トークンを取り消し")])
def test_people_read_their_language(language: str, word: str) -> None:
    with translation.override(language):
        assert str(Act.TOKENS_REVOKED.label) == word


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/api/v1/apps", {"client_name": "", "redirect_uris": "x"}),
        ("/oauth/token", {"grant_type": "client_credentials", "token_group": "x" * 65}),
    ],
)
def test_programs_read_english(path: str, sent: dict[str, str]) -> None:
    english, other = (Visitor().post(path, sent, headers={"Accept-Language": name}).json() for name in ("en", "ja"))
    assert english == other


@pytest.mark.rfc("6749", "5.2")
def test_a_refused_group_is_described_in_ascii() -> None:
    with translation.override("ja"), pytest.raises(InvalidRequest) as refusal:
        checked_group("x" * 65)
    assert str(refusal.value).isascii()
