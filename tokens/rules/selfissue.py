"""The rule by which owners get a token for themselves, without any flow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from clients import events, scopes
from clients.errors import OwnerOnly, SuspendedClient
from clients.events import Act
from tokens.origin import Origin
from tokens.rules.issuance import Issued, start
from tokens.rules.transactions import in_one_transaction

SELF_ISSUED = "self_issued"
LIFETIMES = (7, 30, 90, 365)  # days
USUAL_LIFETIME = 90


@in_one_transaction
def issue_to_owner(
    *, client: Any, user: Any, scope: Sequence[str], origin: Origin, token_group: str = "", days: int | None
) -> Issued:
    """A token of the owner's own client on the owner's behalf; `days` None: until it is revoked.

    Raises OwnerOnly, SuspendedClient, InvalidScope or InvalidRequest.
    """
    if client.user_id != user.pk:
        raise OwnerOnly
    if client.is_suspended:
        raise SuspendedClient
    issued = start(
        client=client,
        user=user,
        grant_type=SELF_ISSUED,
        scope=scopes.requested(" ".join(scope), client.scope_names),
        origin=origin,
        token_group=token_group,
        expires=timezone.now() + timedelta(days=days) if days else None,
        until_revoked=days is None,
    )
    events.record(
        Act.TOKEN_SELF_ISSUED,
        actor=user,
        subject=user,
        client=client,
        ip_address=origin.ip_address,
        group=issued.family.token_group,
        days=days,
    )
    return issued
