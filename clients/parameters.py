"""The parameters of a request: each sent once, and text that can be stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from clients.errors import InvalidRequest

LONGEST_VALUE = 8_192  # characters in one parameter
UNSAFE = frozenset(map(chr, [0, *range(0xD800, 0xE000)]))  # NUL and surrogates: no database stores them


def once(values: Mapping[str, list[Any]], names: Iterable[str]) -> dict[str, str]:
    """The named parameters as text. RFC 6749 §3.1, §3.2: none may be sent twice; empty is absent.

    Raises InvalidRequest, which names the parameter.
    """
    found = {}
    for name in names:
        given = [value for value in values.get(name, []) if value is not None]
        if len(given) > 1:
            raise InvalidRequest(f"The parameter {name} was sent more than once.")
        if given and given[0] != "":
            found[name] = text(name, given[0])
    return found


def text(name: str, value: Any) -> str:
    """`value`, if it is text that can be stored. Numbers are taken for their digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or not UNSAFE.isdisjoint(value):
        raise InvalidRequest(f"The parameter {name} is malformed.")
    return value
