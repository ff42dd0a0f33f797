"""The device's side of RFC 8628: it gets two codes, shows one of them, and polls with the other."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from oauth2_provider.models import get_device_grant_model

from clients import scopes, values
from clients.conf import options
from clients.errors import AccessDenied, InvalidGrant, OAuthError, SuspendedClient, UnauthorizedClient
from tokens.rules import resources
from tokens.rules.issuance import Issued, checked_group
from tokens.rules.redemption import first_tokens
from tokens.rules.transactions import in_one_transaction

if TYPE_CHECKING:
    from tokens.models import DeviceGrant

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 §6.1: no vowels, so no words, and nothing looks alike
CODE_LENGTH = 8  # 20 ** 8 codes, of which only a few are pending at a time
TRIES = 5
SLOWER = 5  # seconds


class AuthorizationPending(OAuthError):
    """RFC 8628 §3.5."""

    code = "authorization_pending"
    description = "The user has not decided yet."


class SlowDown(OAuthError):
    """RFC 8628 §3.5: as pending, and the interval is five seconds longer from now on."""

    code = "slow_down"
    description = "Poll less often: the interval grew by 5 seconds."


class ExpiredToken(OAuthError):
    """RFC 8628 §3.5."""

    code = "expired_token"
    description = "The device code has expired. Begin anew."


def begin(
    *, client: Any, scope: str, token_group: str = "", resource: Sequence[str] = ()
) -> tuple[DeviceGrant, str, str]:
    """A pending authorization with its device code and user code, this once.

    Raises UnauthorizedClient, SuspendedClient, InvalidScope or InvalidRequest.
    """
    if client.is_suspended:
        raise SuspendedClient
    if not client.may_use_grant(DEVICE):
        raise UnauthorizedClient
    device_code = values.generate(values.Kind.DEVICE_CODE)
    columns = {
        "client": client,
        "device_code": values.digest(device_code),
        "scope": " ".join(scopes.requested(scope, client.scope_names)),
        "token_group": checked_group(token_group),
        "resource": list(resource),
        "interval": options().DEVICE_POLL_INTERVAL,
        "expires": timezone.now() + timedelta(seconds=options().DEVICE_CODE_LIFETIME),
    }
    grant, user_code = _insert(columns)
    return grant, device_code, f"{user_code[:4]}-{user_code[4:]}"


def new_user_code() -> str:
    """A code that a person reads and types."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def poll(*, client: Any, device_code: str) -> DeviceGrant:
    """The authorization, once the user allowed it (RFC 8628 §3.5).

    Raises AuthorizationPending, SlowDown, AccessDenied, ExpiredToken or InvalidGrant.
    """
    objects = get_device_grant_model().objects
    found: DeviceGrant | None = objects.with_family().valued(device_code).of_client(client).first()
    if found is None or found.used_at is not None:
        raise InvalidGrant
    if timezone.now() >= found.expires:
        raise ExpiredToken
    if found.status == found.DENIED:
        raise AccessDenied
    if found.family is None:
        raise _still_pending(found, now=timezone.now())
    user: Any = found.family.user  # set with the family, when somebody allowed it
    if not user.is_active or not client.may_be_authorized_by(user):
        raise InvalidGrant
    found.family.client = client
    return found


@in_one_transaction
def redeem(grant: DeviceGrant, *, token_group: str = "", resource: Sequence[str] = ()) -> Issued:
    """The tokens of an authorization that was allowed; once. Raises InvalidGrant or InvalidTarget."""
    assert grant.family is not None  # noqa: S101  (`poll` returns no other)
    bound = resources.within(grant.family.resource, resource)
    issued = first_tokens(grant.family, token_group=token_group, resource=bound)
    grant.used_at = timezone.now()
    grant.save(update_fields=["used_at"])
    return issued


def _still_pending(grant: DeviceGrant, *, now: datetime) -> OAuthError:
    """What a device hears that asks too early; asking too often makes the interval longer, for good."""
    row = get_device_grant_model().objects.only_this(grant.pk)
    if grant.polled_at and now < grant.polled_at + timedelta(seconds=grant.interval):
        row.update(polled_at=now, interval=F("interval") + SLOWER)
        return SlowDown()
    row.update(polled_at=now)
    return AuthorizationPending()


def _insert(columns: dict[str, Any], *, tries_left: int = TRIES) -> tuple[DeviceGrant, str]:
    """The row, with a user code that no other row has."""
    user_code = new_user_code()
    try:
        with transaction.atomic():
            row: DeviceGrant = get_device_grant_model().objects.create(user_code=values.digest(user_code), **columns)
    except IntegrityError:
        if not tries_left:
            raise
        return _insert(columns, tries_left=tries_left - 1)
    return row, user_code
