"""What a bearer token may do, for REST framework views.

permission_classes = [UserToken, HasScope("write:follows")]
"""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission, OperationHolderMixin
from rest_framework.request import Request

from tokens.errors import InsufficientScope, UserRequired
from tokens.header import Token


class AnyToken(BasePermission):
    """A live token, of an app or of a user."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False answers 401 with a challenge."""
        return isinstance(request.auth, Token)


class UserToken(AnyToken):
    """A live token on behalf of a user. Raises UserRequired for an app token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False answers 401 with a challenge."""
        if isinstance(request.auth, Token) and request.auth.is_app_token:
            raise UserRequired
        return super().has_permission(request, view)


class AppToken(AnyToken):
    """A live token of the client itself. Raises InsufficientScope for a user's token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False answers 401 with a challenge."""
        if isinstance(request.auth, Token) and not request.auth.is_app_token:
            raise InsufficientScope([])
        return super().has_permission(request, view)


class HasScope(OperationHolderMixin, AnyToken):
    """A live token with one of these scopes, or with one that contains it. Raises InsufficientScope.

    An instance stands in `permission_classes` where REST framework calls a class, and is joined with others as a class
    is: by `&` and `|`. Whoever has a token is judged by it, so a permission behind `|` is for those who have none.
    """

    def __init__(self, *any_of: str) -> None:
        self.any_of = any_of

    def __call__(self) -> HasScope:
        """REST framework makes an instance for each request; this one has no state."""
        return self

    def __or__(self, other: Any) -> Any:
        """Two of them are one with the scopes of both."""
        return HasScope(*self.any_of, *other.any_of) if isinstance(other, HasScope) else super().__or__(other)

    def has_permission(self, request: Request, view: Any) -> bool:
        """False answers 401 with a challenge."""
        if not isinstance(request.auth, Token):
            return False
        if not any(request.auth.allows(name) for name in self.any_of):
            raise InsufficientScope(self.any_of)
        return True
