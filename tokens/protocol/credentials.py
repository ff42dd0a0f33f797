"""How a client proves itself in a request: HTTP Basic or the body, one of them (RFC 6749 §2.3.1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from clients.border.addresses import bucket, client_ip
from clients.border.issuer import issuer
from clients.border.throttles import ClientFailureThrottle
from clients.errors import InvalidClient, InvalidRequest
from clients.parameters import UNSAFE
from clients.rules.failures import note_failure
from tokens.rules.verification import verify_client


@dataclass(frozen=True)
class Credentials:
    """What the request claims; nothing is proven yet."""

    client_id: str
    secret: str | None
    is_basic: bool


def proven_client(
    request: Request,
    parameters: Mapping[str, str],
    *,
    note_use: bool = True,
    secret_name: str = "client_secret",
    verify: Callable[..., Any] | None = None,
) -> Any:
    """The client that the request's credentials prove. `note_use`: write down when the secret was used.

    `secret_name` is the parameter that holds its secret, `verify` another rule that believes it.
    Raises InvalidClient, InvalidRequest where two methods are mixed, and Throttled after too many
    failures from one address.
    """
    throttle = ClientFailureThrottle()
    try:
        found = credentials(request, parameters, secret_name=secret_name)
        key = throttle.key_of(bucket(client_ip(request)), found.client_id)
        if not throttle.admits(key):
            raise Throttled(wait=throttle.wait())
        try:
            return (verify or partial(verify_client, note_use=note_use))(client_id=found.client_id, secret=found.secret)
        except InvalidClient:
            throttle.take(key)
            note_failure(found.client_id)  # administrators see who is being guessed at
            raise
    except InvalidClient as error:
        if _basic(request) is not None:  # RFC 6749 §5.2: answer the scheme that was tried
            error.headers["WWW-Authenticate"] = f'Basic realm="{issuer(request)}", charset="UTF-8"'
        raise


def credentials(request: Request, parameters: Mapping[str, str], *, secret_name: str = "client_secret") -> Credentials:
    """What the request claims, by one method. Raises InvalidClient or InvalidRequest."""
    named, secret = parameters.get("client_id"), parameters.get(secret_name)
    basic = _basic(request)
    if basic is None:
        if named is None:
            raise InvalidClient("Client authentication failed: no client was named.")
        return Credentials(named, secret, is_basic=False)
    client_id, password = _decoded(basic)
    if secret is not None:
        raise InvalidRequest("Send the client secret by HTTP Basic or in the body, not both.")
    if named is not None and named != client_id:
        raise InvalidRequest("The client_id of the body and of HTTP Basic differ.")
    return Credentials(client_id, password or None, is_basic=True)


def are_sent(request: Request, parameters: Mapping[str, str]) -> bool:
    """Whether the request claims to come from any client at all."""
    return _basic(request) is not None or "client_id" in parameters


def _basic(request: Request) -> str | None:
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return value.strip() if scheme.lower() == "basic" else None


def _decoded(value: str) -> tuple[str, str]:
    """User and password of a Basic header (RFC 7617 §2), form-decoded (RFC 6749 §2.3.1)."""
    try:
        pair = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise InvalidClient from error
    client_id, colon, password = (unquote_plus(part) for part in pair.partition(":"))
    if not colon or not UNSAFE.isdisjoint(client_id + password):
        raise InvalidClient
    return client_id, password
