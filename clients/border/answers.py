"""The border: whatever was raised, as an answer in the dialect of the path."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf

from clients import errors


@dataclass(frozen=True)
class Answer:
    """A refusal before it is written down."""

    status: int
    code: str  # RFC 6749 §5.2, RFC 6750 §3.1
    description: str
    headers: dict[str, str] = field(default_factory=dict)


Dialect = Callable[[Answer], tuple[int, dict[str, Any]]]

# A row that is referred to is not there: PostgreSQL's foreign_key_violation, MariaDB's ER_NO_REFERENCED_ROW_2, SQLite.
ROW_IS_GONE = frozenset({"23503", 1452, "FOREIGN KEY constraint failed"})
UNSAYABLE = re.compile(r"[^\x20-\x7e]")

_CODES = {
    401: "invalid_token",
    403: "insufficient_scope",
    429: "temporarily_unavailable",
    500: "server_error",
    503: "temporarily_unavailable",
}
_MASTODON = {
    401: "The access token is invalid",
    403: "This action is outside the authorized scopes",
    404: "Record not found",
    429: "Too many requests",
}


def answer(error: BaseException) -> Answer:
    """The answer to an exception. What nobody foresaw is a 500 that tells nothing."""
    match error:
        case errors.OAuthError():
            return Answer(error.status, error.code, error.description, error.headers)
        case drf.APIException():
            return _of_rest_framework(error)
        case Http404():
            return Answer(404, "invalid_request", "Not found.")
        case PermissionDenied():
            return Answer(403, "insufficient_scope", "Not allowed.")
        case SuspiciousOperation():  # too many fields, too large a body, a strange host
            return Answer(400, "invalid_request", "The request is too large or malformed.")
        case OperationalError() | InterfaceError() | InternalError():  # a standby, a transaction ended by its timeout
            # Never 400 or 401 for a database that is away: a client would drop a good token.
            return _later("Try again in a moment.")
        case IntegrityError() if _is_row_gone(error):
            return _later("Something that this is about was deleted meanwhile. Try again.")
    return Answer(500, "server_error", "Something went wrong on our side.")


def rfc(given: Answer) -> tuple[int, dict[str, Any]]:
    """RFC 6749 §5.2. The description is ASCII without quote and backslash, as its grammar wants."""
    plain = UNSAYABLE.sub("?", given.description.replace("\\", "/").replace('"', "'"))
    return given.status, {"error": given.code, "error_description": plain}


def mastodon(given: Answer) -> tuple[int, dict[str, Any]]:
    """Mastodon's one-sentence errors."""
    if given.code == "user_required":
        return 422, {"error": given.description}
    if given.code == "access_denied":  # no scope would help
        return given.status, {"error": given.description}
    return given.status, {"error": _MASTODON.get(given.status, given.description)}


def pnut(given: Answer) -> tuple[int, dict[str, Any]]:
    """pnut's envelope."""
    meta: dict[str, Any] = {"code": given.status, "error_message": given.description}
    if given.status == 429 and "Retry-After" in given.headers:
        meta["retry_in"] = int(given.headers["Retry-After"])
    return given.status, {"meta": meta}


def _later(description: str) -> Answer:
    return Answer(503, "temporarily_unavailable", description, {"Retry-After": "1"})


def _is_row_gone(error: IntegrityError) -> bool:
    """Whether a user or a client was deleted while this act was about to refer to it; asked again, it is not found."""
    return not ROW_IS_GONE.isdisjoint({getattr(error.__cause__, "sqlstate", None), *error.args[:1]})


def _of_rest_framework(error: drf.APIException) -> Answer:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, drf.Throttled):
        headers["Retry-After"] = str(int(getattr(error, "wait", None) or 1))
    status = 400 if isinstance(error, drf.UnsupportedMediaType) else error.status_code
    detail = error.detail if isinstance(error.detail, str) else "The request is not acceptable."
    own_code = getattr(error.detail, "code", None)
    code = own_code if own_code == "user_required" else _CODES.get(status, "invalid_request")
    return Answer(status, code, str(detail), headers)
