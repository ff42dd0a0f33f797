"""Secret values: how they are made, recognised and stored.

A value is `<prefix>_<kind>_<43 random letters and digits><6 letters of checksum>`: 256 random bits,
a prefix that a secret scanner can search for, and a CRC-32 by which it can tell a leak from a
look-alike without asking us. Only the SHA-256 of a value is ever stored; a random value of 256
bits needs no slow hash (NIST SP 800-63B rev. 4 §3.1.2.2: from 112 bits on).
"""

import hashlib
import hmac
import secrets
import string
import zlib
from enum import StrEnum

from django.contrib.auth.hashers import check_password, identify_hasher

from clients.conf import options

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LETTERS = 43  # 62 ** 43 > 2 ** 256
CHECKSUM_LETTERS = 6  # 62 ** 6 > 2 ** 32
STORED_AS = "sha256$"


class Kind(StrEnum):
    """What a value is for, as it shows in the value itself."""

    CLIENT_SECRET = "cs"
    PASSWORD_GRANT_SECRET = "pg"
    REGISTRATION_TOKEN = "ra"
    CODE = "ac"
    ACCESS_TOKEN = "at"
    REFRESH_TOKEN = "rt"
    DEVICE_CODE = "dc"


def generate(kind: Kind) -> str:
    """A new value. It is returned this once; keep its digest."""
    body = f"{options().VALUE_PREFIX}_{kind}_" + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LETTERS))
    return body + _checksum(body)


def digest(value: str) -> str:
    """The SHA-256 of a value in hexadecimal: what tables hold."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def store(secret: str) -> str:
    """A secret as its column holds it."""
    return STORED_AS + digest(secret)


def is_stored(column: str) -> bool:
    """Whether a column's content is a hash: ours, or one of Django's from an older installation."""
    if column.startswith(STORED_AS):
        return True
    try:
        identify_hasher(column)
    except ValueError:
        return False
    return True


def matches(secret: str, column: str) -> bool:
    """Whether `secret` is what the column was made from, compared in constant time.

    An empty column matches nothing. Hashes that Django's hashers made still verify.
    """
    if column.startswith(STORED_AS) or not column:
        return hmac.compare_digest(store(secret), column)
    return check_password(secret, column)


def mask(value: str) -> str:
    """A value as lists show it: its prefix and its last four characters."""
    return value[: value.rfind("_") + 1] + "…" + value[-4:]


def _checksum(body: str) -> str:
    number, letters = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LETTERS):
        number, digit = divmod(number, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    return letters
