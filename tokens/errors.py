"""Refusals of a bearer token, as REST framework exceptions: they work in any view of a host."""

from __future__ import annotations

from collections.abc import Sequence

from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from clients.errors import InvalidToken


class BadToken(AuthenticationFailed):
    """401: the token is unknown, dead, malformed or in the wrong place (RFC 6750 §3.1)."""

    default_detail = InvalidToken.description
    default_code = InvalidToken.code


class InsufficientScope(PermissionDenied):
    """403: the token is good, but not for this (RFC 6750 §3.1)."""

    default_detail = "The token's scopes do not allow this."
    default_code = "insufficient_scope"

    def __init__(self, wanted: Sequence[str]) -> None:
        super().__init__()
        self.auth_header = f'Bearer error="insufficient_scope", scope="{" ".join(wanted)}"'


class UserRequired(PermissionDenied):
    """403: an app token where a user's is needed."""

    default_detail = "This method requires an authenticated user"
    default_code = "user_required"
