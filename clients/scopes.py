"""Scopes: reading them, what contains what, and what a client may ask for."""

import re
from collections.abc import Iterable, Mapping

from clients.catalogues import Scope
from clients.conf import options
from clients.errors import InvalidScope

LONGEST = 2_000  # characters in one parameter
MOST = 100  # scopes in one parameter
SEPARATORS = re.compile(r"[ +,]+")
TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749 §3.3: scope-token


def parse(text: str) -> tuple[str, ...]:
    """The scopes named in `text`, each once, in their order.

    Spaces separate (RFC 6749 §3.3), and commas (pnut) and pluses (forms encoded twice) do too.
    Raises InvalidScope where a name has characters that a scope cannot have.
    """
    if len(text) > LONGEST:
        raise InvalidScope("The scope is too long.")
    names = tuple(dict.fromkeys(name for name in SEPARATORS.split(text) if name))
    if len(names) > MOST or not all(TOKEN.fullmatch(name) for name in names):
        raise InvalidScope("The scope is malformed.")
    return names


def describe(name: str) -> Scope | None:
    """The catalogue's entry for a scope; a suffixed one is described by its stem."""
    catalogue = options().SCOPES
    if entry := catalogue.get(name):
        return entry
    stem, colon, suffix = name.partition(":")
    parent = catalogue.get(stem)
    return parent if parent and parent.suffixes and colon and suffix else None


def expand(names: Iterable[str]) -> frozenset[str]:
    """The scopes themselves, all they contain, and `basic`, which every scope contains."""
    found: set[str] = set()
    waiting = [*names]
    if waiting:
        waiting.append(options().FALLBACK_SCOPE)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(getattr(options().SCOPES.get(name), "contains", ()))
    return frozenset(found)


def covers(held: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether the scopes `held` contain every one `wanted`."""
    whole = expand(held)
    return all(name in whole or _suffixed(name, whole) for name in wanted)


def effective(granted: Iterable[str], registered: Iterable[str]) -> tuple[str, ...]:
    """What is left of `granted` now: still registered by the client, still in the catalogue."""
    whole = tuple(registered)
    return tuple(name for name in granted if describe(name) and covers(whole, (name,)))


def requested(text: str, registered: Iterable[str]) -> tuple[str, ...]:
    """The scopes a request asks for, by name: all within what the client registered.

    Asking for none means the default, as far as the client registered it. Raises InvalidScope.
    """
    whole = tuple(registered)
    names = parse(text) or default(whole)
    if not all(describe(name) for name in names) or not covers(whole, names):
        raise InvalidScope
    return names


def default(registered: Iterable[str]) -> tuple[str, ...]:
    """What a request gets that asks for nothing."""
    whole = tuple(registered)
    wanted = options().DEFAULT_SCOPES
    within = tuple(name for name in wanted if covers(whole, (name,)))
    parts = tuple(name for name in whole if covers(wanted, (name,)) and name != options().FALLBACK_SCOPE)
    return within or parts or (options().FALLBACK_SCOPE,)


def registrable(text: str, *, owned: bool) -> tuple[str, ...]:
    """The scopes a new client registers. Restricted ones need an owner. Raises InvalidScope."""
    names = parse(text) or options().DEFAULT_SCOPES
    entries = [describe(name) for name in names]
    if not all(entry and (owned or not entry.restricted) for entry in entries):
        raise InvalidScope
    return names


def open_to_all() -> Mapping[str, Scope]:
    """The part of the catalogue that anyone may register."""
    return {name: entry for name, entry in options().SCOPES.items() if not entry.restricted}


def _suffixed(name: str, whole: frozenset[str]) -> bool:
    stem = name.partition(":")[0]
    return name not in options().SCOPES and stem in whole and describe(name) is not None
