"""The user's side of RFC 8628: typing in what a device shows, and deciding about it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from oauth2_provider.models import get_device_grant_model

from clients import events
from clients.errors import OAuthError, OwnerOnly, SuspendedClient
from clients.events import Act
from tokens import signals
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules.device import DEVICE, LETTERS
from tokens.rules.transactions import in_one_transaction

if TYPE_CHECKING:
    from tokens.models import DeviceGrant

LONGEST_TYPED = 40


class UnknownUserCode(OAuthError):
    """No pending device has this user code; whether one had it before is not said."""

    description = "No device is waiting with this code. Codes expire after some minutes."


def find_pending(user_code: str) -> DeviceGrant:
    """The authorization that waits for this user code, however it was typed. Raises UnknownUserCode."""
    found: DeviceGrant | None = (
        get_device_grant_model().objects.pending().typed(letters_of(user_code)).with_client().first()
    )
    if found is None:
        raise UnknownUserCode
    return found


def offered(user_code: str, *, user: Any) -> DeviceGrant:
    """The authorization that waits for this user code, if `user` may decide about it.

    Raises UnknownUserCode, OwnerOnly or SuspendedClient: nobody is asked what they cannot allow.
    """
    found = find_pending(user_code)
    _refuse_others(found.client, user)
    return found


def letters_of(user_code: str) -> str:
    """A user code without what people put in between, in capitals (RFC 8628 §6.1)."""
    return "".join(letter for letter in user_code[:LONGEST_TYPED].upper() if letter in LETTERS)


def spelled(user_code: str) -> str:
    """A user code as the device shows it."""
    letters = letters_of(user_code)
    return f"{letters[:4]}-{letters[4:]}"


@in_one_transaction
def allow(grant: DeviceGrant, *, user: Any, origin: Origin) -> TokenFamily:
    """Let the device in, as `user`. Its token's address is that of the browser here.

    Raises OwnerOnly, SuspendedClient, or UnknownUserCode if it was decided or expired meanwhile.
    """
    client = grant.client
    _refuse_others(client, user)
    family = TokenFamily.objects.create(
        client=client,
        user=user,
        grant_type=DEVICE,
        scope=grant.scope,
        resource=grant.resource,
        token_group=grant.token_group,
        ip_address=origin.ip_address,
        user_agent=origin.user_agent,
        expires=grant.expires,
    )
    _decide(grant, status=grant.AUTHORIZED, user=user, family=family)
    events.record(Act.CONSENT_GIVEN, actor=user, subject=user, client=client, ip_address=origin.ip_address)
    transaction.on_commit(
        partial(signals.consent_given.send_robust, sender=TokenFamily, family=family, client=client, user=user)
    )
    return family


@in_one_transaction
def deny(grant: DeviceGrant, *, user: Any, origin: Origin) -> None:
    """Keep the device out. Raises UnknownUserCode if it was decided or expired meanwhile."""
    _decide(grant, status=grant.DENIED, user=user)
    client = grant.client
    events.record(Act.CONSENT_DENIED, actor=user, subject=user, client=client, ip_address=origin.ip_address)
    transaction.on_commit(partial(signals.consent_denied.send_robust, sender=type(client), client=client, user=user))


def _refuse_others(client: Any, user: Any) -> None:
    if client.is_suspended:
        raise SuspendedClient
    if not client.may_be_authorized_by(user):
        raise OwnerOnly


def _decide(grant: DeviceGrant, **decision: Any) -> None:
    """One decision only, whoever else decides at this moment."""
    if not get_device_grant_model().objects.pending().only_this(grant.pk).update(**decision):
        raise UnknownUserCode
