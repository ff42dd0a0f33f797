"""Bearer tokens for REST framework views (RFC 6750 §2.1): `authentication_classes = [BearerAuthentication]`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from clients.border.addresses import client_ip
from clients.border.issuer import challenge, issuer
from clients.errors import InvalidToken
from tokens.errors import BadToken
from tokens.header import token_value
from tokens.rules.resources import is_meant_for
from tokens.rules.verification import Bearer, verify


class BearerAuthentication(BaseAuthentication):
    """`request.auth` becomes a `tokens.rules.verification.Bearer`, `request.user` its user.

    An app token has an anonymous user. A token that is sent must be good, also where none is needed.
    """

    def authenticate(self, request: Request) -> tuple[Any, Bearer] | None:
        """The user and the token, or None where no token came along. Raises BadToken."""
        value = token_value(request)
        if value is None:
            return None
        try:
            bearer = verify(value, ip_address=client_ip(request))
        except InvalidToken as error:
            raise BadToken from error
        # RFC 8707 §2: one that is meant for another server is worth nothing here.
        if not is_meant_for(bearer.resource, issuer(request), request.build_absolute_uri("/")):
            raise BadToken
        return bearer.user or AnonymousUser(), bearer

    def authenticate_header(self, request: Request) -> str:
        """RFC 6750 §3, RFC 9728 §5.1."""
        return challenge(issuer(request))


def bearer_of(request: Request) -> Bearer:
    """The token of a request that a permission class let in with one."""
    bearer = request.auth
    assert isinstance(bearer, Bearer)  # noqa: S101  (a view that asks without such a permission is a mistake)
    return bearer
