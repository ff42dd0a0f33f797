"""The rules by which tokens come into being.

Each act is one transaction that writes the family's row first, which locks it: whoever redeems,
refreshes or revokes the same family waits, and then sees what happened (RFC 6749 §10.5,
RFC 7009 §2.1, RFC 9700 §4.14.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from oauth2_provider.models import get_access_token_model, get_refresh_token_model
from uuid_utils.compat import uuid7

from clients import text, values
from clients.conf import options
from clients.errors import InvalidRequest
from tokens.models import TokenFamily
from tokens.origin import Origin

if TYPE_CHECKING:
    from tokens.models import AccessToken

CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True)
class Issued:
    """New tokens: the values, this once, beside the rows."""

    family: TokenFamily
    row: AccessToken
    access_token: str
    refresh_token: str | None = None

    @property
    def expires_in(self) -> int | None:
        """Seconds until the access token expires; None if it does not."""
        return round((self.row.expires - self.row.created).total_seconds()) if self.row.expires else None


@dataclass(frozen=True)
class Lifetimes:
    """When new tokens end. None: never."""

    access: datetime | None
    refresh: datetime | None = None
    has_refresh_token: bool = False

    @property
    def family(self) -> datetime | None:
        """When the last of them ends."""
        if not self.has_refresh_token:
            return self.access
        return max(self.access, self.refresh) if self.access and self.refresh else None


@dataclass(frozen=True)
class Values:
    """The values of a new pair."""

    access_token: str
    refresh_token: str | None

    @classmethod
    def generate(cls, *, has_refresh_token: bool) -> Values:
        """New ones."""
        return cls(
            values.generate(values.Kind.ACCESS_TOKEN),
            values.generate(values.Kind.REFRESH_TOKEN) if has_refresh_token else None,
        )


def issue_to_client(
    *, client: Any, scope: Sequence[str], origin: Origin, token_group: str = "", resource: Sequence[str] = ()
) -> Issued:
    """An app token: the client's own, on nobody's behalf (RFC 6749 §4.4)."""
    return start(
        client=client,
        user=None,
        grant_type=CLIENT_CREDENTIALS,
        scope=scope,
        origin=origin,
        token_group=token_group,
        resource=resource,
    )


def start(
    *,
    client: Any,
    user: Any,
    grant_type: str,
    scope: Sequence[str],
    origin: Origin,
    token_group: str = "",
    resource: Sequence[str] = (),
    expires: datetime | None = None,
    until_revoked: bool = False,
    has_refresh_token: bool = False,
    family_id: UUID | None = None,
) -> Issued:
    """A new family with its first tokens, in one transaction.

    `expires` and `until_revoked` override the lifetimes.
    """
    family = TokenFamily(
        id=family_id or uuid7(),
        client=client,
        user=user,
        grant_type=grant_type,
        scope=" ".join(scope),
        resource=list(resource),
        token_group=checked_group(token_group),
        ip_address=origin.ip_address,
        user_agent=origin.user_agent,
    )
    now = timezone.now()
    is_given = until_revoked or expires is not None
    ends = Lifetimes(expires) if is_given else lifetimes(family, has_refresh_token=has_refresh_token, now=now)
    pair = Values.generate(has_refresh_token=has_refresh_token)
    family.created = family.issued_at = now
    family.expires, family.hint = ends.family, values.mask(pair.access_token)
    with transaction.atomic():
        family.save(force_insert=True)
        return write_tokens(family, pair, ends=ends, scope=family.scope, resource=resource, now=now)


def checked_group(token_group: str) -> str:
    """A token group as it is stored. Raises InvalidRequest."""
    with translation.override("en"):  # RFC 6749 §4.1.2.1, §5.2: a description is ASCII
        try:
            return text.token_group(token_group)
        except ValueError as error:
            raise InvalidRequest(f"The token_group {error}.") from error


def lifetimes(family: TokenFamily, *, has_refresh_token: bool, now: datetime) -> Lifetimes:
    """When tokens end that the family gets now: as the client says, else as the site says."""
    client = family.client
    if not has_refresh_token:
        seconds = options().TOKEN_LIFETIME if client.token_lifetime is None else client.token_lifetime
        return Lifetimes(_after(now, seconds))
    seconds = options().REFRESHABLE_TOKEN_LIFETIME if client.token_lifetime is None else client.token_lifetime
    idle = client.refresh_token_lifetime or options().REFRESH_TOKEN_IDLE_LIFETIME
    ends = [
        end
        for end in (
            _after(now, idle),
            _after(family.created, options().REFRESH_TOKEN_ABSOLUTE_LIFETIME),
        )
        if end
    ]
    return Lifetimes(_after(now, seconds), min(ends, default=None), has_refresh_token=True)


def write_tokens(
    family: TokenFamily, pair: Values, *, ends: Lifetimes, scope: str, resource: Sequence[str], now: datetime
) -> Issued:
    """The rows of a new pair. The family's own row is written already, and so locked.

    `resource` is what the access token is bound to; the refresh token keeps all of the family's.
    """
    shared = {
        "family": family,
        "user_id": family.user_id,
        "application_id": family.client_id,
        "scope": scope,
        "created": now,
    }
    row = get_access_token_model()(
        token_checksum=values.digest(pair.access_token), expires=ends.access, resource=list(resource), **shared
    )
    row.save(force_insert=True)
    if pair.refresh_token:
        get_refresh_token_model()(
            token_checksum=values.digest(pair.refresh_token),
            expires=ends.refresh,
            resource=family.resource,
            **shared,
        ).save(force_insert=True)
    return Issued(family=family, row=row, access_token=pair.access_token, refresh_token=pair.refresh_token)


def _after(moment: datetime, seconds: int | None) -> datetime | None:
    return None if seconds is None else moment + timedelta(seconds=seconds)
