"""The rule by which the tokens of a site that ran plain django-oauth-toolkit go on working here.

The toolkit finds a token by the SHA-256 of its value, as this site does, so the value itself is not needed. An access
token becomes a family together with the refresh token that was given out with it, as far as they work today; what is
expired, used or revoked stays behind. `clients.rules.adoption` says what a run is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import (
    AbstractApplication,
    get_access_token_model,
    get_refresh_token_model,
    refresh_token_expire_timedelta,
)
from uuid_utils.compat import uuid7

from clients import scopes, values
from clients.querysets_former import FormerRows
from clients.rules.adoption import Adoption, clients_of
from tokens.models import TokenFamily
from tokens.querysets_lists import earliest_key
from tokens.rules.issuance import CLIENT_CREDENTIALS, Lifetimes, lifetimes

CODE = "authorization_code"
GRANT_TYPES = {
    AbstractApplication.GRANT_DEVICE_CODE: AbstractApplication.GRANT_DEVICE_CODE,
    AbstractApplication.GRANT_IMPLICIT: "implicit",
    AbstractApplication.GRANT_PASSWORD: "password",  # they work as soon as an administrator allows that flow
}
RANDOM = (1 << 80) - 1  # RFC 9562 §5.7: what follows the milliseconds


@dataclass(frozen=True, kw_only=True)
class Former:
    """The three tables."""

    applications: FormerRows
    access_tokens: FormerRows
    refresh_tokens: FormerRows


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What was given out together and still works, as rows to write."""

    family: TokenFamily
    access: Any = None
    refresh: Any = None


def adopt_tokens(run: Adoption, former: Former) -> Iterator[str]:
    """Make families of them; a line for each batch. Tokens whose client was not adopted are left out."""
    done, total = 0, run.unseen(former.access_tokens).count()
    while page := run.batch(former.access_tokens):
        with transaction.atomic():
            kept = _kept(run, former, page)
            run.counts["access_tokens"] += len(access := [one.access for one in kept if one.access])
            run.counts["refresh_tokens"] += len(refresh := [one.refresh for one in kept if one.refresh])
            if not run.is_dry:
                TokenFamily.objects.bulk_create([one.family for one in kept])
                get_access_token_model().objects.bulk_create(access)
                get_refresh_token_model().objects.bulk_create(refresh)
            run.note(page)
        done += len(page)
        yield f"access tokens: {done:,} of {total:,}"


def _kept(run: Adoption, former: Former, page: list[Any]) -> list[Kept]:
    """What of a batch still works and is not here yet. Six statements, however long it is."""
    clients = clients_of(run, [*former.applications.keyed({row.application_id for row in page})])
    partners = {partner.access_token_id: partner for partner in former.refresh_tokens.usable_for(page)}
    known = {
        found
        for model, rows in ((get_access_token_model(), page), (get_refresh_token_model(), partners.values()))
        for found in model.objects.digested(map(_digest, rows)).values_list("token_checksum", flat=True)
    }
    kept = []
    for row in page:
        client, pair = clients.get(row.application_id), [row, *filter(None, [partners.get(row.pk)])]
        digests = {*map(_digest, pair)}
        if client is None:
            run.counts["tokens_without_client"] += len(pair)
        elif known & digests:
            run.counts["tokens_known"] += len(pair)
        elif found := _family(run, client, *pair):
            kept.append(found)
            known |= digests
    return kept


def _family(run: Adoption, client: Any, row: Any, partner: Any = None) -> Kept | None:
    """What still works of an access token and its refresh token; None, if neither does."""
    now = timezone.now()
    begun = min(one.created for one in (row, partner) if one)
    family = TokenFamily(
        id=UUID(int=earliest_key(begun).int | uuid7().int & RANDOM),
        client=client,
        user_id=row.user_id,
        grant_type=CLIENT_CREDENTIALS
        if row.user_id is None
        else GRANT_TYPES.get(client.authorization_grant_type, CODE),
        scope=row.scope,
        resource=row.resource,
        hint=row.token and f"…{row.token[-4:]}",
        created=begun,
        issued_at=begun,
    )
    has_access, end = row.expires > now, lifetimes(family, has_refresh_token=True, now=now).refresh
    has_refresh = partner is not None and _is_usable(row, partner, now) and (end is None or end > now)
    run.counts["expired"] += (not has_access) + (partner is not None and not has_refresh)
    if not has_access and not has_refresh:
        return None
    run.lost.update({*row.scope.split()}.difference(scopes.effective(row.scope.split(), client.scope_names)))
    family.expires = Lifetimes(row.expires, end, has_refresh_token=has_refresh).family
    shared = {"family": family, "user_id": row.user_id, "application_id": client.pk, "scope": row.scope}
    shared |= {"resource": row.resource, "created": begun}
    access, refresh = get_access_token_model(), get_refresh_token_model()
    return Kept(
        family=family,
        access=access(token_checksum=_digest(row), expires=row.expires, **shared) if has_access else None,
        refresh=refresh(token_checksum=_digest(partner), expires=end, **shared) if has_refresh else None,
    )


def _is_usable(row: Any, partner: Any, now: datetime) -> bool:
    """Whether the toolkit would take this refresh token: its time slides with the access token."""
    is_a_pair = (row.user_id, row.application_id) == (partner.user_id, partner.application_id)
    idle = refresh_token_expire_timedelta()
    return is_a_pair and (not idle or row.expires + idle > now)


def _digest(row: Any) -> str:
    """The SHA-256 of its value; before 3.0 there was only the value."""
    return row.token_checksum or values.digest(row.token)
