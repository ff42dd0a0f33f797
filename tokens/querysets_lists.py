"""The words for lists, bulk acts and numbers of families. `querysets.TokenFamilyQuerySet` speaks them all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone

from clients.db.primary import OnPrimary
from clients.people import names_are_addresses

if TYPE_CHECKING:
    from tokens.models import TokenFamily  # noqa: F401  (base class, in quotes)

# What one line of a list shows.
LINE = (
    "grant_type",
    "scope",
    "token_group",
    "hint",
    "ip_address",
    "user_agent",
    "created",
    "issued_at",
    "expires",
    "last_used",
    "last_used_ip",
    "revoked_at",
)


class ListedFamilies(OnPrimary["TokenFamily"]):
    """Families as people see, choose and count them."""

    def in_group(self, group: str) -> Self:
        """Those of the token group with exactly this name."""
        return self.filter(token_group=group)

    def unused_since(self, moment: datetime) -> Self:
        """Those last used before this, or made before it and never used."""
        return self.filter(Q(last_used__lt=moment) | Q(last_used__isnull=True, created__lt=moment))

    def ended(self) -> Self:
        """Those of which nothing works any more."""
        return self.filter(issued_at__isnull=False).filter(Q(revoked_at__isnull=False) | Q(expires__lte=timezone.now()))

    def unannounced(self) -> Self:
        """Those whose holder was not told yet that the end is near."""
        return self.filter(reminded_at__isnull=True)

    def ending_unannounced(self, notice: timedelta) -> Self:
        """Those that end within this time, and were made for longer than it."""
        soon = timezone.now() + notice
        return self.unannounced().filter(expires__lte=soon, expires__gt=F("created") + notice)

    def per_day_of_creation(self, since: datetime) -> Iterable[tuple[date, int]]:
        """How many were made on each day since then. The key, which holds the time, narrows the index first."""
        made = self.filter(pk__gte=earliest_key(since), created__gte=since).order_by()
        return made.values_list(TruncDate("created")).annotate(count=Count("pk"))

    def spans_of_use(self, since: datetime) -> Iterable[tuple[date, date, int]]:
        """How many were made on one day and used last on another, of those used since then."""
        used = self.filter(last_used__gte=since).order_by()
        first = Greatest("created", Value(since))
        return used.values_list(TruncDate(first), TruncDate("last_used")).annotate(count=Count("pk"))

    def older_than(self, pk: UUID) -> Self:
        """Those begun before this one."""
        return self.filter(pk__lt=pk)

    def newer_than(self, pk: UUID) -> Self:
        """Those begun after this one, the nearest first."""
        return self.filter(pk__gt=pk).order_by("pk")

    def newest_first(self) -> Self:
        """Backwards in time, along the primary key."""
        return self.order_by("-pk")

    def with_client_and_user(self) -> Self:
        """Together with client and user, in the same statement."""
        return self.select_related("client", "user")

    def for_a_list(self) -> Self:
        """With what a line shows and no more."""
        model = get_user_model()
        # `public_name` may ask a host's model for whatever it makes a full name of.
        named = (
            [field.name for field in model._meta.concrete_fields] if names_are_addresses() else [model.USERNAME_FIELD]
        )
        shown = (*LINE, "client__name", "client__client_id", *(f"user__{name}" for name in named))
        return self.with_client_and_user().only(*shown)


def earliest_key(moment: datetime) -> UUID:
    """The smallest UUIDv7 of this moment (RFC 9562 §5.7: its first 48 bits are milliseconds)."""
    return UUID(int=round(moment.timestamp() * 1_000) << 80)


def granted_to(client: Any, model: Any) -> models.QuerySet[Any]:
    """The rows of a table with a `family`, of every family of this client."""
    rows: models.QuerySet[Any] = model._default_manager.filter(family__client=client)
    return rows
