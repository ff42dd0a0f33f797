"""Requests that wait for their user's decision: kept in the session, so that the form need only name one."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from clients.errors import OAuthError

KEY = "oauth_pending"
LIFETIME = 600  # seconds
MOST = 10  # in one session: as many tabs as somebody may have open

Session = MutableMapping[str, Any]


class NotPending(OAuthError):
    """The form is too old, was sent already, or belongs to somebody else."""

    description = "This page is no longer valid: it is too old, or it was answered already."


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A request as it came, and for whom it waits. It is read again when they decide."""

    query: str
    user: str  # the primary key, as text
    at: float  # seconds since the epoch
    offered: tuple[str, ...]  # the scopes that the page showed
    is_simple: bool = False
    language: str = ""


def keep(session: Session, waiting: Pending) -> UUID:
    """Keep a request, and say by which id. The oldest gives way when there are too many."""
    name = uuid7()
    kept = {key: value for key, value in session.get(KEY, {}).items() if not _is_over(value["at"])}
    for oldest in sorted(kept, key=lambda key: float(kept[key]["at"]))[: max(0, len(kept) - MOST + 1)]:
        del kept[oldest]
    session[KEY] = {**kept, str(name): asdict(waiting)}
    return name


def take(session: Session, name: str, *, user: Any) -> tuple[UUID, Pending]:
    """The request with this id, this once: nothing is left of it. Raises NotPending."""
    kept = dict(session.get(KEY, {}))
    found = kept.pop(name, None)
    if found is None or found["user"] != str(user.pk) or _is_over(found["at"]):
        raise NotPending
    session[KEY] = kept
    return UUID(name), Pending(**{**found, "offered": tuple(found["offered"])})


def _is_over(at: float) -> bool:
    return not at <= time.time() < at + LIFETIME
