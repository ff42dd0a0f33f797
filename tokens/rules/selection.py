"""Which families an act is about, as people say it: this one, this address, this group, this client, long unused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from django.utils import timezone

from tokens.querysets import TokenFamilyQuerySet


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Criteria; every one that is given has to fit. Without any: everything."""

    family: UUID | None = None
    client: Any = None
    group: str | None = None
    address: str | None = None
    unused_days: int | None = None

    def within(self, families: TokenFamilyQuerySet) -> TokenFamilyQuerySet:
        """Those of `families` that fit."""
        if self.family:
            families = families.only_this(self.family)
        if self.client:
            families = families.of_client(self.client)
        if self.group:
            families = families.in_group(self.group)
        if self.address:
            families = families.authorized_from(self.address)
        if self.unused_days:
            families = families.unused_since(timezone.now() - timedelta(days=self.unused_days))
        return families

    @property
    def is_everything(self) -> bool:
        """Whether no criterion was given."""
        return self == Selection()

    def details(self) -> dict[str, Any]:
        """The criteria as the history keeps them: addresses have a column of their own, which forgets."""
        said = {
            "token": str(self.family or ""),
            "of_client": self.client.client_id if self.client else "",
            "group": self.group,
            "address": bool(self.address),
            "unused_days": self.unused_days,
        }
        return {"rule": {name: value for name, value in said.items() if value} or "all"}


@dataclass(frozen=True)
class Numbers:
    """How many tokens work, of how many clients and holders, and when one was used last."""

    tokens: int
    clients: int
    holders: int
    last_used: datetime | None


def numbers(families: TokenFamilyQuerySet) -> Numbers:
    """What stops working if these are revoked, in one statement."""
    return Numbers(
        **families.live().aggregate(
            tokens=Count("pk"),
            clients=Count("client", distinct=True),
            holders=Count("user", distinct=True),
            last_used=Max("last_used"),
        )
    )
