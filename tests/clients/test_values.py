"""Secrets: how they look, and what is left of them in a table."""

import re
import string
import zlib
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password

from clients import values

LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def base62(number: int) -> str:
    letters = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        letters = LETTERS[digit] + letters
    return letters


@pytest.mark.parametrize("kind", list(values.Kind))
def test_a_scanner_knows_a_value_by_prefix_and_checksum(kind: values.Kind) -> None:
    value = values.generate(kind)
    assert re.fullmatch(rf"oas_{kind}_[0-9A-Za-z]{{49}}", value)
    assert value[-6:] == base62(zlib.crc32(value[:-6].encode()))


@pytest.mark.rfc("6749", "10.10")
def test_no_value_comes_twice() -> None:
    assert len({values.generate(values.Kind.CODE) for _ in range(1_000)}) == 1_000


def test_the_prefix_is_the_hosts(settings: Any) -> None:
    settings.OAUTHSITE = {"VALUE_PREFIX": "acme"}
    assert values.generate(values.Kind.ACCESS_TOKEN).startswith("acme_at_")


def test_what_is_stored_is_the_sha256_and_matches_only_its_value() -> None:
    stored = values.store("abc")
    assert stored == "sha256$ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert values.is_stored(stored)
    assert values.matches("abc", stored)
    assert not values.matches("abd", stored)


def test_an_empty_column_matches_nothing() -> None:
    assert not values.matches("", "")
    assert not values.matches("abc", "")


# T17: a random value costs one SHA-256, never a password hash.
def test_our_own_hashes_never_reach_a_password_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "check_password", lambda *_: pytest.fail("a slow hash"))
    assert values.matches("abc", values.store("abc"))
    assert not values.matches("wrong", values.store("abc"))


def test_an_older_hash_still_verifies(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    hashed = PBKDF2PasswordHasher().encode("abc", "salt", iterations=10)
    assert values.is_stored(hashed)
    assert values.matches("abc", hashed)
    assert not values.matches("abd", hashed)


@pytest.mark.parametrize("clear", ["secret", "pbkdf", "nothing$known$here"])
def test_clear_text_is_known_as_such(clear: str) -> None:
    assert not values.is_stored(clear)


def test_a_hash_of_django_is_known_as_such() -> None:
    assert values.is_stored(make_password("abc"))


# A10
def test_a_mask_shows_kind_and_four_letters() -> None:
    value = values.generate(values.Kind.ACCESS_TOKEN)
    assert values.mask(value) == f"oas_at_…{value[-4:]}"
