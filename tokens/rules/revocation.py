"""The rule by which tokens stop working: whatever the door, whatever the number, set-based.

Revoking marks families. Their codes and tokens die with them at once, since every use asks for the
family; `oauth_cleanup` removes the rows later. A transaction that issues holds its family's row, or
(through the foreign keys of a new one) shares the rows of user and client; so it either committed
before, and is seen here, or it waits and finds the family revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from clients import events
from clients.events import Act
from tokens import signals
from tokens.querysets import TokenFamilyQuerySet
from tokens.rules.transactions import in_one_transaction

if TYPE_CHECKING:
    from tokens.models import TokenFamily


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Who revoked, whose tokens, and why: what the history will say."""

    act: Act = Act.TOKENS_REVOKED
    actor: Any = None
    subject: Any = None
    client: Any = None
    ip_address: str | None = None
    details: dict[str, Any] | None = None


@in_one_transaction
def revoke(families: TokenFamilyQuerySet, reason: Reason, *, hold: Any = None, at_most: int | None = None) -> int:
    """Revoke these families, and say how many of them still worked.

    `hold` is the user or client whose families these are: its row is locked first, so that tokens
    being issued to it at this moment are waited for, and revoked too. `at_most`: how many families these can
    be, where that is known; once so many were live, no statement looks for others.
    """
    if hold is not None:
        hold._meta.concrete_model._base_manager.select_for_update().values_list("pk").get(pk=hold.pk)
    now = timezone.now()
    count = families.live().update(revoked_at=now)
    # Unspent codes, and what had expired.
    count_idle = 0 if count == at_most else families.standing().update(revoked_at=now)
    if count or (count_idle and reason.act is Act.REPLAY_REVOKED):
        events.record(
            reason.act,
            actor=reason.actor,
            subject=reason.subject,
            client=reason.client,
            ip_address=reason.ip_address,
            count=count,
            **(reason.details or {}),
        )
        transaction.on_commit(
            partial(
                signals.tokens_revoked.send_robust,
                sender=families.model,
                count=count,
                actor=reason.actor,
                act=reason.act,
            )
        )
    return count


def revoke_replayed(family: TokenFamily, *, ip_address: str | None) -> None:
    """Revoke a family of which a spent code or refresh token was used again (RFC 6749 §4.1.2, RFC 9700 §4.14.2)."""
    revoke(
        type(family).objects.only_this(family.pk),
        Reason(act=Act.REPLAY_REVOKED, subject=family.user, client=family.client, ip_address=ip_address),
    )
