"""The rules of consent: what a user has allowed a client already, and what their decision brings about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from clients import events, redirects, scopes
from clients.conf import options
from clients.events import Act
from tokens import letters, signals
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules.authorization import Asked
from tokens.rules.frontchannel import DENIAL
from tokens.rules.issuance import lifetimes, start
from tokens.rules.pending import NotPending
from tokens.rules.redemption import grant_code
from tokens.rules.transactions import in_one_transaction

IMPLICIT = "implicit"


@dataclass(frozen=True)
class Allowed:
    """What a user has allowed a client before, and since when."""

    scope: frozenset[str] = frozenset()
    since: datetime | None = None


def already_allowed(asked: Asked, user: Any) -> Allowed:
    """The scopes of this user's live tokens for this client, as it is now: what it was before does not count."""
    rows = TokenFamily.objects.live().of_user(user).of_client(asked.client)
    if asked.client.changed_at:
        rows = rows.authorized_after(asked.client.changed_at)
    found = list(rows.scopes_since())
    names = frozenset(name for scope, _ in found for name in scope.split())
    return Allowed(names, min((since for _, since in found), default=None))


def may_skip(asked: Asked, allowed: Allowed) -> bool:
    """Whether `/oauth/authenticate` may answer without asking again (RFC 8252 §8.6, RFC 9700 §4.11.2).

    Only a client that proves itself with a secret, at a web address that no other program can listen on.
    """
    return (
        asked.response_type == "code"
        and not asked.client.is_public
        and redirects.is_web(asked.channel.redirect_uri)
        and not redirects.is_on_this_device(asked.channel.redirect_uri)
        and scopes.covers(allowed.scope, asked.scope)
    )


def token_ends(asked: Asked, now: datetime) -> datetime | None:
    """When the last token of a consent given now would stop working by itself; None: never."""
    if asked.response_type == "token":
        return _implicit_end(asked.client, now)
    return family_ends(asked.client, asked.scope, now)


def family_ends(client: Any, scope: Iterable[str], now: datetime) -> datetime | None:
    """When the last token of a family begun now would stop working by itself; None: never."""
    family = TokenFamily(client=client, created=now)
    return lifetimes(family, has_refresh_token=client.gets_refresh_token(scope), now=now).family


def ticked(offered: Iterable[str], chosen: Collection[str]) -> tuple[str, ...]:
    """What was asked for and left ticked."""
    return tuple(name for name in offered if name in chosen)


def allow(asked: Asked, *, scope: tuple[str, ...], user: Any, origin: Origin, pending: UUID) -> dict[str, str]:
    """The answer to a user who said yes: a code, or a token in the implicit flow. Raises NotPending.

    The new family takes the id under which the request waited: the database lets that happen once.
    """
    try:
        return _allow(asked, scope=scope, user=user, origin=origin, pending=pending)
    except IntegrityError as error:
        if TokenFamily.objects.only_this(pending).exists():
            raise NotPending from error
        raise


def allow_again(asked: Asked, *, user: Any, origin: Origin) -> dict[str, str]:
    """The answer where everything is allowed already. Nobody decided anything, so nothing is told."""
    return _grant(asked, scope=asked.scope, user=user, origin=origin, pending=None)[1]


@in_one_transaction
def deny(*, client: Any, user: Any, origin: Origin) -> dict[str, str]:
    """The answer to a user who said no to this client."""
    events.record(Act.CONSENT_DENIED, actor=user, subject=user, client=client, ip_address=origin.ip_address)
    transaction.on_commit(partial(signals.consent_denied.send_robust, sender=type(client), client=client, user=user))
    return dict(DENIAL)


@in_one_transaction
def _allow(asked: Asked, *, scope: tuple[str, ...], user: Any, origin: Origin, pending: UUID) -> dict[str, str]:
    family, answer = _grant(asked, scope=scope, user=user, origin=origin, pending=pending)
    events.record(
        Act.CONSENT_GIVEN,
        actor=user,
        subject=user,
        client=asked.client,
        ip_address=origin.ip_address,
        scope=family.scope,
        token_group=family.token_group,
    )
    transaction.on_commit(
        partial(signals.consent_given.send_robust, sender=TokenFamily, family=family, client=asked.client, user=user)
    )
    letters.tell_of_authorization(family=family, site=asked.channel.issuer)
    return answer


def _grant(
    asked: Asked, *, scope: tuple[str, ...], user: Any, origin: Origin, pending: UUID | None
) -> tuple[TokenFamily, dict[str, str]]:
    shared: dict[str, Any] = {
        "client": asked.client,
        "user": user,
        "scope": scope,
        "origin": origin,
        "token_group": asked.token_group,
        "resource": asked.resource,
        "family_id": pending,
    }
    if asked.response_type == "code":
        family, code = grant_code(
            redirect_uri=asked.channel.sent_redirect_uri, code_challenge=asked.code_challenge, **shared
        )
        return family, {"code": code}
    ends = _implicit_end(asked.client, timezone.now())
    issued = start(grant_type=IMPLICIT, expires=ends, until_revoked=ends is None, **shared)
    answer = {"access_token": issued.access_token, "token_type": "Bearer", "scope": issued.row.scope}
    return issued.family, answer | ({"expires_in": str(issued.expires_in)} if issued.expires_in else {})


def _implicit_end(client: Any, now: datetime) -> datetime | None:
    lifetime = client.token_lifetime or options().IMPLICIT_TOKEN_LIFETIME
    return now + timedelta(seconds=lifetime) if lifetime else None
