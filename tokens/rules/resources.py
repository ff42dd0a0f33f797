"""Resource indicators: for which protected resources a token is meant (RFC 8707)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from clients import redirects
from clients.border.issuer import origin_of
from clients.errors import OAuthError

MOST = 10
LONGEST = 2_000


class InvalidTarget(OAuthError):
    """RFC 8707 §2."""

    code = "invalid_target"
    description = "The requested resource is malformed, or not among those that were granted."


def requested(given: Iterable[Any]) -> tuple[str, ...]:
    """The resources that a request names, each once, in their order. Raises InvalidTarget.

    RFC 8707 §2: absolute URIs without a fragment. The parameter may be repeated; empty is absent.
    """
    flat = [entry for value in given for entry in (value if isinstance(value, list) else [value])]
    found = [entry for entry in flat if entry not in ("", None)]
    if len(found) > MOST or not all(_is_resource(entry) for entry in found):
        raise InvalidTarget
    return tuple(dict.fromkeys(found))


def within(granted: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """What a token is bound to that is asked for out of a grant (RFC 8707 §2.2). Raises InvalidTarget.

    A grant without resources is bound to none, and may be narrowed to any.
    """
    if granted and not set(wanted) <= set(granted):
        raise InvalidTarget
    return tuple(wanted or granted)


def is_meant_for(bound: Sequence[str], *places: str) -> bool:
    """Whether a token bound to these resources may be used at one of these places; one bound to none, anywhere.

    A site is one resource server, so its origin decides, not the path.
    """
    return not bound or not {origin_of(uri) for uri in bound}.isdisjoint(map(origin_of, places))


def _is_resource(entry: Any) -> bool:
    if not isinstance(entry, str) or len(entry) > LONGEST or not entry.lower().startswith(("http://", "https://")):
        return False
    try:
        redirects.check(entry)
    except ValueError:
        return False
    return True
