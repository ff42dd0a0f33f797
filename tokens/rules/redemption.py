"""The rules of the authorization code: granting one, and redeeming it once (RFC 6749 §4.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from oauth2_provider.models import get_grant_model
from uuid_utils.compat import uuid7

from clients import values
from clients.conf import options
from clients.errors import InvalidGrant
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules import resources
from tokens.rules.issuance import Issued, Values, checked_group, lifetimes, write_tokens
from tokens.rules.replay import is_replay, note_duplicate
from tokens.rules.revocation import revoke_replayed
from tokens.rules.transactions import COMMITTED_WITHIN, afterwards, in_one_transaction

if TYPE_CHECKING:
    from tokens.models import Grant

CODE = "authorization_code"
LONGEST_CODE = 512
VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")  # RFC 7636 §4.1


@in_one_transaction
def grant_code(
    *,
    client: Any,
    user: Any,
    scope: Sequence[str],
    redirect_uri: str,
    origin: Origin,
    code_challenge: str = "",
    token_group: str = "",
    resource: Sequence[str] = (),
    family_id: UUID | None = None,
) -> tuple[TokenFamily, str]:
    """A new family with an unspent code, and the code's value, this once.

    `redirect_uri` is what the request sent, empty if it left it out (RFC 6749 §4.1.3).
    """
    now = timezone.now()
    expires = now + timedelta(seconds=options().CODE_LIFETIME)
    family = TokenFamily.objects.create(
        id=family_id or uuid7(),
        client=client,
        user=user,
        grant_type=CODE,
        scope=" ".join(scope),
        resource=list(resource),
        token_group=checked_group(token_group),
        ip_address=origin.ip_address,
        user_agent=origin.user_agent,
        created=now,
        expires=expires,
    )
    code = values.generate(values.Kind.CODE)
    get_grant_model().objects.create(
        code=values.digest(code),
        family=family,
        user=user,
        application=client,
        redirect_uri=redirect_uri,
        scope=family.scope,
        resource=family.resource,
        code_challenge=code_challenge,
        code_challenge_method="S256" if code_challenge else "",
        expires=expires,
    )
    return family, code


def find_code(*, client: Any, code: str) -> Grant:
    """The row of a code that belongs to this client, spent or not. Raises InvalidGrant.

    The user and the audience are asked for now: both may have changed since the consent.
    """
    found: Grant | None = (
        get_grant_model().objects.with_family().valued(code).of_client(client).first()
        if len(code) <= LONGEST_CODE
        else None
    )
    if found is None or (timezone.now() >= found.expires and found.used_at is None):
        raise InvalidGrant
    user = found.family.user
    if not user.is_active or not client.may_be_authorized_by(user):
        raise InvalidGrant
    found.family.client = client
    return found


def prove_redirect_uri(grant: Grant, redirect_uri: str | None) -> None:
    """RFC 6749 §4.1.3: the same text as at the authorization, if it was sent there. Raises InvalidGrant."""
    registered = grant.family.client.redirect_uri_list
    expected = {grant.redirect_uri} if grant.redirect_uri else {None, *registered[:1]}
    if redirect_uri not in expected:
        raise InvalidGrant("The redirect_uri differs from the one of the authorization request.")


def prove_verifier_shape(grant: Grant, verifier: str | None) -> None:
    """RFC 7636 §4.1, and RFC 9700 §4.8.2: no verifier without a challenge. Raises InvalidGrant."""
    if verifier is not None and not (grant.code_challenge and VERIFIER.fullmatch(verifier)):
        raise InvalidGrant("The code_verifier does not fit the authorization request.")


def redeem(grant: Grant, *, origin: Origin, token_group: str = "", resource: Sequence[str] = ()) -> Issued:
    """Spend the code for tokens. Client, redirect URI and verifier are proven. Raises InvalidGrant or InvalidTarget.

    Used again, by a request that began after it was spent, it revokes what it gave (RFC 6749
    §4.1.2). A duplicate in flight together with the first is only refused.
    """
    if grant.used_at is not None:
        if is_replay(grant, origin=origin):
            revoke_replayed(grant.family, ip_address=origin.ip_address)
        raise InvalidGrant
    bound = resources.within(grant.family.resource, resource)
    try:
        issued = _spend(grant, token_group=token_group, resource=bound)
    except InvalidGrant:
        note_duplicate(grant)
        raise
    with afterwards():
        _note_spent(grant, timezone.now())  # not before the commit, and before the answer
    return issued


def first_tokens(family: TokenFamily, *, token_group: str, resource: Sequence[str]) -> Issued:
    """The first tokens of a family that waits for them; call it in a transaction. Raises InvalidGrant."""
    now = timezone.now()
    has_refresh_token = family.client.gets_refresh_token(family.scope_names)
    ends = lifetimes(family, has_refresh_token=has_refresh_token, now=now)
    pair = Values.generate(has_refresh_token=has_refresh_token)
    family.token_group = checked_group(token_group) or family.token_group
    family.issued_at, family.expires, family.hint = now, ends.family, values.mask(pair.access_token)
    # Lock, check and claim in one statement: whoever comes second waits here, and finds it issued.
    if not TokenFamily.objects.unissued(family.pk).update(
        issued_at=now, expires=family.expires, hint=family.hint, token_group=family.token_group
    ):
        raise InvalidGrant
    return write_tokens(family, pair, ends=ends, scope=family.scope, resource=resource, now=now)


@in_one_transaction
def _spend(grant: Grant, *, token_group: str, resource: Sequence[str]) -> Issued:
    issued = first_tokens(grant.family, token_group=token_group, resource=resource)
    # The commit lies ahead, so the moment is not known yet. Should the process die before it is written down, this
    # one stands: until then a replay is refused, from then on it revokes.
    _note_spent(grant, timezone.now() + COMMITTED_WITHIN)
    return issued


def _note_spent(grant: Grant, moment: datetime) -> None:
    grant.used_at = moment
    grant.save(update_fields=["used_at"])
