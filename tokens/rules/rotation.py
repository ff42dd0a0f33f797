"""The rule of the refresh token: used once, for a new pair (RFC 6749 §6, RFC 9700 §4.14.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_refresh_token_model

from clients import scopes, values
from clients.conf import options
from clients.errors import InvalidGrant, InvalidScope
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules import resources
from tokens.rules.issuance import Issued, Values, checked_group, lifetimes
from tokens.rules.replay import is_replay, note_duplicate
from tokens.rules.revocation import revoke_replayed
from tokens.rules.transactions import COMMITTED_WITHIN, afterwards, in_one_transaction
from tokens.rules.verification import LONGEST_TOKEN

if TYPE_CHECKING:
    from tokens.models import RefreshToken


def find_refresh_token(*, client: Any, value: str) -> RefreshToken:
    """The row of a refresh token that belongs to this client, spent or not. Raises InvalidGrant.

    The user and the audience are asked for now: both may have changed since the consent.
    """
    found: RefreshToken | None = (
        get_refresh_token_model().objects.with_family().valued(value).of_client(client).first()
        if len(value) <= LONGEST_TOKEN
        else None
    )
    if found is None or found.family.is_revoked or (found.is_expired() and found.used_at is None):
        raise InvalidGrant
    user = found.family.user
    if not user.is_active or not client.may_be_authorized_by(user):
        raise InvalidGrant
    found.family.client = client
    return found


def narrowed(token: RefreshToken, wanted: str) -> tuple[str, ...]:
    """The scopes of the next access token: those of the grant, or narrower. Raises InvalidScope.

    The grant itself keeps its width (RFC 6749 §6: the new refresh token's scope is identical).
    """
    granted = token.family.client.effective_scopes(token.scope)
    names = scopes.parse(wanted) or granted
    if not names or not all(scopes.describe(name) for name in names) or not scopes.covers(granted, names):
        raise InvalidScope
    return names


def rotate(
    token: RefreshToken, *, scope: Sequence[str], origin: Origin, resource: Sequence[str] = (), token_group: str = ""
) -> Issued:
    """Spend the refresh token for a new pair. Client and scope are proven. Raises InvalidGrant or InvalidTarget.

    Used again, by a request that began after it was spent, it revokes its family. A duplicate in
    flight together with the first is only refused; REFRESH_TOKEN_GRACE gives it tokens of its own.
    """
    if token.used_at is not None:
        grace = options().REFRESH_TOKEN_GRACE
        if is_replay(token, origin=origin, grace=timedelta(seconds=grace)):
            revoke_replayed(token.family, ip_address=origin.ip_address)
            raise InvalidGrant
        if not grace:
            raise InvalidGrant
    bound = resources.within(token.family.resource, resource)
    try:
        issued = _rotate(token, scope=" ".join(scope), resource=list(bound), token_group=checked_group(token_group))
    except InvalidGrant:
        note_duplicate(token)
        raise
    if token.used_at is None:
        with afterwards():  # not before the commit, and before the answer
            get_refresh_token_model().objects.only_this(token.pk).update(used_at=timezone.now())
    return issued


@in_one_transaction
def _rotate(token: RefreshToken, *, scope: str, resource: list[str], token_group: str) -> Issued:
    family, is_sibling = token.family, _is_sibling(token)
    # Later than what it replaces, also by the clock of a worker that is behind.
    now = max(timezone.now(), family.issued_at + timedelta(microseconds=not is_sibling))
    ends = lifetimes(family, has_refresh_token=True, now=now)
    pair = Values.generate(has_refresh_token=True)
    family.token_group = token_group or family.token_group
    family.expires, family.hint = ends.family, values.mask(pair.access_token)
    family.issued_at = family.issued_at if is_sibling else now
    # Lock and check in one statement: whoever revokes or rotates the same family waits here. From now on its access
    # tokens made before are dead; their rows stay for the clean-up, so that revoking one still ends all.
    if (
        not TokenFamily.objects.standing()
        .only_this(family.pk)
        .update(issued_at=family.issued_at, expires=family.expires, hint=family.hint, token_group=family.token_group)
    ):
        raise InvalidGrant
    row = get_access_token_model().objects.create(
        **_of(token, now),
        token_checksum=values.digest(pair.access_token),
        expires=ends.access,
        scope=scope,
        resource=resource,
    )
    get_refresh_token_model().objects.create(  # same scopes and resources as the grant
        **_of(token, now),
        token_checksum=values.digest(pair.refresh_token or ""),
        expires=ends.refresh,
        scope=token.scope,
        resource=token.resource,
    )
    # The moment of the commit is not known yet; as with a code, this one stands until it is. The claim fails where
    # another request spent the token meanwhile.
    moment = timezone.now() + COMMITTED_WITHIN
    spent = get_refresh_token_model().objects.unspent().only_this(token.pk).update(used_at=moment)
    if not spent and not options().REFRESH_TOKEN_GRACE:
        raise InvalidGrant
    return Issued(family=family, row=row, access_token=pair.access_token, refresh_token=pair.refresh_token)


def _is_sibling(token: RefreshToken) -> bool:
    """Whether somebody spent the token before: within the grace another pair comes, and ends none of the first.

    Asked under the family's lock: a duplicate in flight read both rows before the first one wrote them.
    """
    if not options().REFRESH_TOKEN_GRACE:
        return False
    token.family.issued_at = TokenFamily.objects.only_this(token.family.pk).lock_newest() or token.family.issued_at
    return not get_refresh_token_model().objects.unspent().only_this(token.pk).exists()


def _of(token: RefreshToken, now: datetime) -> dict[str, Any]:
    """What the rows of a new pair have in common."""
    family = token.family
    return {"family": family, "user_id": family.user_id, "application_id": family.client_id, "created": now}
