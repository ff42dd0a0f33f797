"""The words of the administration for families. `querysets.TokenFamilyQuerySet` speaks them all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.utils import timezone
from oauth2_provider.models import get_application_model

from tokens.querysets_lists import ListedFamilies

if TYPE_CHECKING:
    from tokens.models import TokenFamily

_USAGE = {"tokens": Count("pk"), "users": Count("user", distinct=True), "latest": Max("last_used")}


class AdministeredFamilies(ListedFamilies):
    """Families as administrators look for them."""

    def of_clients(self, clients: Any) -> Self:
        """Those of these clients, given as rows or as a query."""
        return self.filter(client__in=clients)

    def of_strangers(self) -> Self:
        """Those that somebody else than the client's owner authorized."""
        return self.filter(user__isnull=False).exclude(user=F("client__user"))

    def by_grant(self, grant_type: str) -> Self:
        """Those that came by one grant type."""
        return self.filter(grant_type=grant_type)

    def usage(self) -> dict[str, Any]:
        """How many they are, how many users gave them, and when one of them was used last."""
        return self.order_by().aggregate(**_USAGE)

    def by_age(self, ends: dict[str, datetime]) -> dict[str, int]:
        """How many were made after each of these moments, in one statement."""
        return self.order_by().aggregate(**{name: Count("pk", filter=Q(created__gt=end)) for name, end in ends.items()})

    def usage_by_client(self) -> Iterable[Any]:
        """The same for each client, with its key under `client`."""
        return self.order_by().values("client").annotate(**_USAGE)

    def of_user_named(self, name: str) -> Self:
        """Those that the user with exactly this name authorized."""
        return self.filter(user__in=_users(name))

    def of_client_called(self, client_id: str) -> Self:
        """Those of the client with this `client_id`."""
        return self.filter(client__in=get_application_model().objects.named(client_id))

    def found_by(self, term: str) -> Self:
        """Those of a user, a client or a token group called exactly so.

        Users and clients are looked up first: one condition over three joined tables would read them all.
        """
        users = [*_users(term).values_list("pk", flat=True)]
        clients = [*get_application_model().objects.named(term).values_list("pk", flat=True)]
        if users or clients:
            return self.filter(Q(user__in=users) | Q(client__in=clients))
        return self.filter(token_group=term)

    def revoked(self) -> Self:
        """Those that somebody, or a replay, ended."""
        return self.filter(revoked_at__isnull=False)

    def expired(self) -> Self:
        """Those that ended by themselves."""
        return self.filter(issued_at__isnull=False, revoked_at__isnull=True, expires__lte=timezone.now())

    def with_unspent_code(self) -> Self:
        """Those from which no token came yet."""
        return self.filter(issued_at__isnull=True, revoked_at__isnull=True)

    def dead_by_time(self, moment: datetime) -> Self:
        """Those whose last token, or unspent code, ended before this: in the order of the index."""
        return self.filter(expires__lt=moment).order_by("expires")

    def dead_by_act(self, moment: datetime) -> Self:
        """Those revoked before this."""
        return self.filter(revoked_at__lt=moment)

    def window(self, after: UUID | None, size: int) -> list[tuple[UUID, datetime | None]]:
        """Key and end of the next families along the primary key."""
        rest = self.order_by("pk") if after is None else self.filter(pk__gt=after).order_by("pk")
        return [*rest.values_list("pk", "revoked_at")[:size]]

    def keyed(self, keys: Iterable[UUID]) -> Self:
        """Those with these keys."""
        return self.filter(pk__in=keys)

    def among(self, families: Iterable[TokenFamily]) -> Self:
        """These very rows."""
        return self.filter(pk__in=[family.pk for family in families])

    def holds(self) -> Exists:
        """Whether a row of an outer query is one of these."""
        return Exists(self.filter(pk=OuterRef("pk")))

    def tested(self, tests: dict[str, Exists]) -> dict[str, bool]:
        """What holds for the first of these."""
        return self.annotate(**tests).values(*tests).first() or {}


def of_families(model: Any, keys: Iterable[UUID]) -> models.QuerySet[Any]:
    """The rows of a table with a `family`, of these families."""
    rows: models.QuerySet[Any] = model._default_manager.filter(family__in=keys)
    return rows


def ended_before(model: Any, moment: datetime) -> models.QuerySet[Any]:
    """The rows of a table with an `expires` that ended before this, in the order of its index."""
    rows: models.QuerySet[Any] = model._default_manager.filter(expires__lt=moment).order_by("expires")
    return rows


def keyed(model: Any, keys: Iterable[Any]) -> models.QuerySet[Any]:
    """The rows with these keys."""
    rows: models.QuerySet[Any] = model._default_manager.filter(pk__in=keys)
    return rows


def without_families(clients: Any, families: models.QuerySet[Any]) -> Any:
    """The clients that hold none of these families."""
    return clients.filter(~Exists(families.filter(client=OuterRef("pk"))))


def _users(name: str) -> models.QuerySet[Any]:
    users: models.QuerySet[Any] = get_user_model()._default_manager.filter(**{get_user_model().USERNAME_FIELD: name})
    return users
