"""The `Authorization` header of a call to an API, and what its token must be able to say."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from rest_framework.request import Request

from tokens.errors import BadToken


@runtime_checkable
class Token(Protocol):
    """A live token, whether it was looked up here or asked about elsewhere."""

    @property
    def is_app_token(self) -> bool:
        """Whether it is the client's own, on nobody's behalf."""
        ...

    def allows(self, *wanted: str) -> bool:
        """Whether its scopes contain all of these."""
        ...


def token_value(request: Request) -> str | None:
    """The token that came along (RFC 6750 §2.1), or None. Raises BadToken for one in the URL.

    There it would stand in logs and histories (RFC 9700 §4.3.2).
    """
    if "access_token" in request.query_params:
        raise BadToken
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None
