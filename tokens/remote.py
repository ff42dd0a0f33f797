"""Bearer tokens for an API in another process, which asks the authorization server about them (RFC 7662).

authentication_classes = [IntrospectionAuthentication]

That process needs neither our database nor our apps in INSTALLED_APPS, only the settings INTROSPECTION_URL,
INTROSPECTION_CLIENT_ID and INTROSPECTION_CLIENT_SECRET of a client that may introspect every token. A good answer
is kept for INTROSPECTION_STALENESS seconds, and never beyond the token's end: that long may a revoked token go on
working there. With 0 every request asks.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from clients import scopes, values
from clients.border import caching
from clients.border.caching import CacheAway
from clients.border.issuer import challenge, issuer
from clients.conf import options
from tokens.errors import BadToken
from tokens.header import token_value
from tokens.rules.resources import is_meant_for

logger = logging.getLogger(__name__)

LONGEST_TOKEN = 512


class AuthorizationServerAway(APIException):
    """503, never 401: a client would drop a good token."""

    status_code = 503
    default_detail = "The authorization server does not answer."
    default_code = "temporarily_unavailable"


@dataclass(frozen=True)
class RemoteToken:
    """What the authorization server said about a live token."""

    client_id: str
    scope: tuple[str, ...]
    subject: str | None
    username: str
    resource: tuple[str, ...]
    expires: int | None  # seconds since 1970

    @property
    def is_app_token(self) -> bool:
        """Whether it is the client's own, on nobody's behalf."""
        return self.subject is None

    def allows(self, *wanted: str) -> bool:
        """Whether its scopes contain all of these."""
        return scopes.covers(self.scope, wanted)


@dataclass(frozen=True)
class RemoteUser:
    """The user of a token, as far as the authorization server told. `pk` is their key there, as text."""

    pk: str
    username: str
    is_authenticated: bool = True
    is_anonymous: bool = False
    is_active: bool = True


class IntrospectionAuthentication(BaseAuthentication):
    """`request.auth` becomes a `RemoteToken`, `request.user` what `user_of` makes of it."""

    def authenticate(self, request: Request) -> tuple[Any, RemoteToken] | None:
        """The user and the token, or None where no token came along.

        Raises BadToken, or AuthorizationServerAway.
        """
        value = token_value(request)
        if value is None:
            return None
        token = ask(value)
        if token is None or not is_meant_for(token.resource, options().RESOURCE or request.build_absolute_uri("/")):
            raise BadToken
        return self.user_of(token), token

    def user_of(self, token: RemoteToken) -> Any:
        """Override this to find the user of your own database."""
        return RemoteUser(token.subject, token.username) if token.subject else AnonymousUser()

    def authenticate_header(self, request: Request) -> str:
        """RFC 6750 §3, RFC 9728 §5.1."""
        return challenge(issuer(request))


def ask(value: str) -> RemoteToken | None:
    """What the value stands for; None if it is dead. Raises AuthorizationServerAway."""
    if not value or len(value) > LONGEST_TOKEN:
        return None
    key = _key(value)
    known, until = _kept(key)
    if time.time() < until:  # by our clock: the cache only tidies up
        return known
    token = _introspect(value)
    if token is not None and (seconds := _may_be_kept(token)) > 0:
        with suppress(CacheAway):
            caching.ask(cache, "set", key, (token, time.time() + seconds), seconds)
    return token


def _key(value: str) -> str:
    """Under which an answer is kept: others share the cache, who ask elsewhere, or may know less."""
    given = options()
    return f"oauth_introspection:{values.digest(f'{given.INTROSPECTION_URL} {given.INTROSPECTION_CLIENT_ID} {value}')}"


def _kept(key: str) -> tuple[RemoteToken | None, float]:
    """What was answered before, and until when that counts; without a cache, nothing."""
    with suppress(CacheAway):
        return caching.ask(cache, "get", key) or (None, 0.0)
    return None, 0.0


def _introspect(value: str) -> RemoteToken | None:
    """What the authorization server says now. Raises AuthorizationServerAway, also for what makes no sense."""
    given = options()
    try:
        answer = requests.post(
            given.INTROSPECTION_URL,
            data={"token": value},
            auth=(given.INTROSPECTION_CLIENT_ID, given.INTROSPECTION_CLIENT_SECRET),
            timeout=given.INTROSPECTION_TIMEOUT,
            allow_redirects=False,  # the token goes to nobody else
        )
        answer.raise_for_status()
        return _read(answer.json())
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        # Without the error's own words: they may repeat what was sent.
        logger.warning("introspection_failed", extra={"reason": type(error).__name__})
        raise AuthorizationServerAway from None


def _read(found: Any) -> RemoteToken | None:
    if found["active"] is not True:  # RFC 7662 §2.2: a boolean
        return None
    audience, expires = found.get("aud", []), found.get("exp")
    return RemoteToken(
        client_id=found.get("client_id", ""),
        scope=tuple(found.get("scope", "").split()),
        subject=found.get("sub"),
        username=found.get("username", ""),
        resource=tuple([audience] if isinstance(audience, str) else audience),
        expires=None if expires is None else int(expires),
    )


def _may_be_kept(token: RemoteToken) -> float:
    """For how many seconds the answer may be believed."""
    longest = options().INTROSPECTION_STALENESS
    return longest if token.expires is None else min(longest, token.expires - time.time())
