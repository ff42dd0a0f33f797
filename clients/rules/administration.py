"""The rules of administration: who opens a client to everyone, stops it, or lets it use a risky flow.

Each takes clients as a query, so that one and five thousand are the same act: lock, one UPDATE, a
history row and a letter for each. Those to whom the act does not apply are passed over; what is
returned are those that changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from clients import events, letters, signals, values
from clients.events import Act

if TYPE_CHECKING:
    from clients.models import Client
    from clients.querysets import ClientQuerySet


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Who decided, why (the developer reads it), and from where."""

    actor: Any = None
    note: str = ""
    ip_address: str | None = None


def approve(clients: ClientQuerySet, decision: Decision) -> list[Client]:
    """Open to everyone, whether or not they asked."""
    return _decide(
        clients.owned().restricted_to_owner(),
        decision,
        Act.CLIENT_APPROVED,
        audience="everyone",
        own_use_of=None,
        audience_requested_at=None,
    )


def decline(clients: ClientQuerySet, decision: Decision) -> list[Client]:
    """Leave those that ask for everyone as they are."""
    return _decide(clients.waiting(), decision, Act.CLIENT_DECLINED, audience_requested_at=None)


def withdraw(clients: ClientQuerySet, decision: Decision) -> list[Client]:
    """Close to all but the owner: everybody else's tokens stop working with the next request.

    The own-use slot stays free: it decides between two who register at once, and registering also
    asks for clients that are restricted to their owner, as this one is then.
    """
    return _decide(clients.owned().for_everyone(), decision, Act.CLIENT_WITHDRAWN, audience="owner")


def suspend(clients: ClientQuerySet, decision: Decision) -> list[Client]:
    """Stop every token with the next request, and issue no new one."""
    return _decide(clients.active(), decision, Act.CLIENT_SUSPENDED, status="suspended")


def resume(clients: ClientQuerySet, decision: Decision) -> list[Client]:
    """End a suspension. Tokens that were neither revoked nor expired meanwhile work again."""
    return _decide(clients.suspended(), decision, Act.CLIENT_RESUMED, status="active")


def allow_password_flow(clients: ClientQuerySet, decision: Decision) -> list[tuple[Client, str]]:
    """Approve for the password flow (RFC 6749 §4.3). The new `password_grant_secret`s, this once."""
    made = []
    with transaction.atomic():
        for client in _decide(clients.without_password_flow(), decision, Act.PASSWORD_FLOW_ALLOWED):
            secret = values.generate(values.Kind.PASSWORD_GRANT_SECRET)
            client.password_grant_secret = values.store(secret)
            client.password_grant_secret_created_at = client.decided_at
            client.save(update_fields=["password_grant_secret", "password_grant_secret_created_at"])
            made.append((client, secret))
    return made


def withdraw_password_flow(clients: ClientQuerySet, decision: Decision) -> list[Client]:
    """End that approval, and revoke what the flow gave."""
    with transaction.atomic():
        changed = _decide(
            clients.using_password_flow(),
            decision,
            Act.PASSWORD_FLOW_WITHDRAWN,
            password_grant_secret="",
            password_grant_secret_created_at=None,
        )
        condemn(changed, decision, grant_type="password")
    return changed


def allow_implicit_flow(clients: ClientQuerySet, decision: Decision) -> list[Client]:
    """Let them use the implicit flow (RFC 6749 §4.2)."""
    return _decide(clients.using_implicit_flow(False), decision, Act.IMPLICIT_FLOW_ALLOWED, implicit_allowed=True)


def withdraw_implicit_flow(clients: ClientQuerySet, decision: Decision) -> list[Client]:
    """End that, and revoke what the flow gave."""
    with transaction.atomic():
        changed = _decide(
            clients.using_implicit_flow(True), decision, Act.IMPLICIT_FLOW_WITHDRAWN, implicit_allowed=False
        )
        condemn(changed, decision, grant_type="implicit")
    return changed


def revoke_tokens(clients: ClientQuerySet, decision: Decision) -> int:
    """Revoke every token of these clients, and say how many families still worked."""
    with transaction.atomic():
        return condemn(clients.lock_all(), decision)


def _decide(clients: ClientQuerySet, decision: Decision, act: Act, **columns: Any) -> list[Client]:
    """Change these columns of all these clients, once their rows are locked."""
    columns |= {"decided_by": decision.actor, "decided_at": timezone.now(), "note": decision.note}
    with transaction.atomic():
        changed = clients.lock_all()
        clients.model.objects.among(changed).update(**columns)
        events.record_each(act, changed, actor=decision.actor, ip_address=decision.ip_address, note=decision.note)
        for client in changed:
            for name, value in columns.items():
                setattr(client, name, value)
            letters.tell_owner(client, act, note=decision.note)
            transaction.on_commit(
                partial(
                    signals.client_changed.send_robust,
                    sender=type(client),
                    client=client,
                    actor=decision.actor,
                    act=act,
                )
            )
    return changed


def condemn(clients: list[Client], decision: Decision, *, grant_type: str | None = None) -> int:
    """Have whoever keeps tokens revoke them, in this transaction: a failure there undoes the act."""
    answers: Any = signals.tokens_condemned.send(
        sender=condemn, clients=clients, grant_type=grant_type, decision=decision
    )
    return sum(count or 0 for _, count in answers)  # a host's receiver that only listens says nothing
