"""The words in which the rest of the code speaks of families, codes and tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, Min, Q
from django.utils import timezone

from clients import values
from clients.db.primary import OnPrimary
from tokens.querysets_admin import AdministeredFamilies

if TYPE_CHECKING:
    # Base classes, in quotes.
    from tokens.models import AccessToken, DeviceGrant, Grant, RefreshToken, TokenFamily  # noqa: F401


class TokenFamilyQuerySet(AdministeredFamilies):
    """Authorizations, each with everything that stems from it."""

    def issued(self) -> Self:
        """Those from which a token came into being; the rest wait with an unspent code."""
        return self.filter(issued_at__isnull=False)

    def standing(self) -> Self:
        """Those not revoked, unspent codes included: what a revocation has to act on."""
        return self.filter(revoked_at__isnull=True)

    def live(self) -> Self:
        """Those of which an access or a refresh token still works."""
        return self.issued().standing().filter(Q(expires__isnull=True) | Q(expires__gt=timezone.now()))

    def of_user(self, user: Any) -> Self:
        """Those that `user` authorized."""
        return self.filter(user=user)

    def of_people(self) -> Self:
        """Those on behalf of a user who is active, and whom the client's audience includes."""
        everyone = Q(client__audience="everyone") | Q(client__user=F("user"))
        return self.filter(everyone, user__is_active=True)

    def these(self, keys: Sequence[UUID]) -> Self:
        """Those with these keys, newest first, each with its user."""
        return self.filter(pk__in=keys).select_related("user").order_by("-pk")

    def authorized_from(self, ip_address: str | None) -> Self:
        """Those that were authorized at this address."""
        return self.filter(ip_address=ip_address)

    def of_client(self, client: Any) -> Self:
        """Those of one client."""
        return self.filter(client=client)

    def authorized_after(self, moment: datetime) -> Self:
        """Those that came into being after this."""
        return self.filter(created__gt=moment)

    def unused_for_60_days(self) -> Self:
        """Those that still work, and were neither made nor used for so long."""
        return self.live().unused_since(timezone.now() - timedelta(days=60))

    def scopes_since(self) -> models.QuerySet[TokenFamily, tuple[str, datetime]]:
        """Each scope that they were granted, as it is written, with the first time; not a row per family."""
        return self.order_by().values_list("scope").annotate(Min("created"))

    def used_before(self, pk: UUID, moment: datetime) -> Self:
        """The one family, if its last use is older than this."""
        return self.filter(Q(last_used__isnull=True) | Q(last_used__lt=moment), pk=pk)

    def only_this(self, pk: UUID) -> Self:
        """The one family."""
        return self.filter(pk=pk)

    def lock_newest(self) -> datetime | None:
        """When the newest token of the first of these was made; its row is locked until the transaction ends."""
        return self.select_for_update().values_list("issued_at", flat=True).first()

    def unissued(self, pk: UUID) -> Self:
        """The one family, if it still waits for its code to be spent."""
        return self.standing().filter(pk=pk, issued_at__isnull=True)


def accounts_of(name: str) -> tuple[models.QuerySet[Any], models.QuerySet[Any]]:
    """The accounts with this user name, and those with this e-mail address."""
    model: Any = get_user_model()
    people, address = model._default_manager, model.get_email_field_name()
    has_address = address in {field.name for field in model._meta.fields}
    return (
        people.filter(**{model.USERNAME_FIELD: name}),
        people.filter(**{f"{address}__iexact": name}) if has_address else people.none(),
    )


class AccessTokenQuerySet(OnPrimary["AccessToken"]):
    """Access tokens."""

    def valued(self, value: str) -> Self:
        """The one with this value."""
        return self.filter(token_checksum=values.digest(value))

    def digested(self, digests: Iterable[str]) -> Self:
        """Those whose values have these digests."""
        return self.filter(token_checksum__in=[*digests])

    def live(self) -> Self:
        """Those that still work: neither expired nor replaced, of a standing family, an active client and user."""
        return self.filter(
            Q(expires__isnull=True) | Q(expires__gt=timezone.now()),
            Q(family__user__isnull=True) | Q(family__user__is_active=True),
            created__gte=F("family__issued_at"),
            family__revoked_at__isnull=True,
            family__client__status="active",
        )


class RefreshTokenQuerySet(OnPrimary["RefreshToken"]):
    """Refresh tokens, spent ones included."""

    def valued(self, value: str) -> Self:
        """The one with this value."""
        return self.filter(token_checksum=values.digest(value))

    def digested(self, digests: Iterable[str]) -> Self:
        """Those whose values have these digests."""
        return self.filter(token_checksum__in=[*digests])

    def of_client(self, client: Any) -> Self:
        """Those issued to one client."""
        return self.filter(application=client)

    def only_this(self, pk: int) -> Self:
        """The one token."""
        return self.filter(pk=pk)

    def unspent(self) -> Self:
        """Those not used yet."""
        return self.filter(used_at__isnull=True)

    def spent_after(self, moment: datetime) -> Self:
        """Those used after this."""
        return self.filter(used_at__gt=moment)

    def with_family(self) -> Self:
        """Together with the family and its user, in the same statement."""
        return self.select_related("family__user")


class GrantQuerySet(OnPrimary["Grant"]):
    """Authorization codes, spent ones included."""

    def only_this(self, pk: int) -> Self:
        """The one code."""
        return self.filter(pk=pk)

    def spent_after(self, moment: datetime) -> Self:
        """Those used after this."""
        return self.filter(used_at__gt=moment)

    def valued(self, code: str) -> Self:
        """The one with this value."""
        return self.filter(code=values.digest(code))

    def of_client(self, client: Any) -> Self:
        """Those issued to one client."""
        return self.filter(application=client)

    def with_family(self) -> Self:
        """Together with the family and its user, in the same statement."""
        return self.select_related("family__user")


class DeviceGrantQuerySet(OnPrimary["DeviceGrant"]):
    """Device authorizations."""

    def pending(self) -> Self:
        """Those that nobody decided yet."""
        return self.filter(status=self.model.AUTHORIZATION_PENDING, expires__gt=timezone.now())

    def typed(self, letters: str) -> Self:
        """The one with this user code."""
        return self.filter(user_code=values.digest(letters))

    def valued(self, device_code: str) -> Self:
        """The one with this device code."""
        return self.filter(device_code=values.digest(device_code))

    def of_client(self, client: Any) -> Self:
        """Those that one client began."""
        return self.filter(client=client)

    def only_this(self, pk: int) -> Self:
        """The one row."""
        return self.filter(pk=pk)

    def with_client(self) -> Self:
        """Together with the client, in the same statement."""
        return self.select_related("client")

    def with_family(self) -> Self:
        """Together with the family and its user, in the same statement."""
        return self.select_related("family__user")
