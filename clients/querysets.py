"""The words in which the rest of the code speaks of clients and events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import Case, Exists, F, Max, OuterRef, Q, Sum, Value, When
from django.utils import timezone

from clients.db.primary import OnPrimary, Row
from clients.parameters import UNSAFE

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from clients.models import Client, Event  # noqa: F401  (named in a base class, in quotes)


LONGEST_ID = 255  # characters of a client_id
RIGHT = {"content_type__app_label": "oauth_clients", "codename": "add_public_client"}
_NO_USE = ("client_registered", "client_failed")  # what happens to a client that nobody ever authorized


def people_called(name: str) -> models.QuerySet[Any]:
    """The accounts with this user name, in any case; one that is spelled so comes first."""
    model: Any = get_user_model()
    exactly = Case(When(**{model.USERNAME_FIELD: name}, then=Value(0)), default=Value(1))
    called = model._default_manager.filter(**{f"{model.USERNAME_FIELD}__iexact": name})
    found: models.QuerySet[Any] = called.order_by(exactly, "pk")
    return found


def between(rows: models.QuerySet[Any], key: str, *, since: Any, before: Any) -> models.QuerySet[Any]:
    """Those after `since` and before `before`, where these are given."""
    bounds = {f"{key}__gt": since, f"{key}__lt": before}
    return rows.filter(**{bound: value for bound, value in bounds.items() if value is not None})


class Chosen(OnPrimary[Row]):
    """Rows upon which the admin acts."""

    def among(self, rows: Iterable[Any]) -> Self:
        """These very rows."""
        return self.filter(pk__in=[row.pk for row in rows])

    def holds(self) -> Exists:
        """Whether a row of an outer query is one of these."""
        return Exists(self.filter(pk=OuterRef("pk")))

    def tested(self, tests: dict[str, Exists]) -> dict[str, bool]:
        """What holds for the first of these."""
        return self.annotate(**tests).values(*tests).first() or {}


class UserQuerySet(Chosen[Any]):
    """The host's users, whatever their model and its manager. `users()` makes one."""

    def within(self, others: models.QuerySet[Any]) -> Self:
        """Those that another query of users finds."""
        return self.filter(pk__in=others.order_by().values("pk"))

    def with_right(self, held: bool) -> Self:
        """Those who were (or were not) given the right to more clients themselves."""
        given = Permission.objects.filter(**RIGHT, user=OuterRef("pk"))
        return self.filter(Exists(given) if held else ~Exists(given))


def users() -> UserQuerySet:
    """The host's users."""
    return UserQuerySet(get_user_model())


class ClientQuerySet(Chosen["Client"]):
    """Registered programs."""

    def named(self, client_id: str) -> Self:
        """The client with this `client_id`."""
        return self.filter(client_id=client_id)

    def identified_by(self, client_id: str) -> Client | None:
        """The client with exactly this `client_id`. The database is not asked for what it cannot hold."""
        is_possible = len(client_id) <= LONGEST_ID and UNSAFE.isdisjoint(client_id)
        found: Client | None = self.named(client_id).first() if is_possible else None
        return found if found is not None and found.client_id == client_id else None

    def with_owner(self) -> Self:
        """Together with their owners, in the same statement."""
        return self.select_related("user")

    def owned_by(self, user: AbstractBaseUser) -> Self:
        """Those that `user` created or was given."""
        return self.filter(user=user)

    def count_by_owner(self, owners: Iterable[Any]) -> dict[Any, int]:
        """How many each of these users has, by the user's key."""
        rows = self.filter(user__in=owners).order_by().values_list("user").annotate(models.Count("pk"))
        return dict(rows)

    def in_order(self) -> Self:
        """In the order in which they came."""
        return self.order_by("pk")

    def authorized_by(self, user: AbstractBaseUser) -> Self:
        """Those that hold something of this user's."""
        families: Any = self.model._meta.get_field("families").related_model
        # The keys first: as one statement, PostgreSQL walks through the tokens of every client instead.
        keys = list(families.objects.of_user(user).order_by().values_list("client", flat=True).distinct())
        return self.filter(pk__in=keys).order_by("name", "pk").only("client_id", "name")

    def in_slot_of(self, user: AbstractBaseUser) -> Self:
        """The one client that only this user can authorize."""
        return self.filter(own_use_of=user)

    def restricted_to_owner(self) -> Self:
        """Those that only their owner may authorize."""
        return self.filter(audience=self.model.Audience.OWNER)

    def for_everyone(self) -> Self:
        """Those that anyone may authorize."""
        return self.filter(audience=self.model.Audience.EVERYONE)

    def active(self) -> Self:
        """Those that are not suspended."""
        return self.filter(status=self.model.Status.ACTIVE)

    def of_implicit_flow(self) -> Self:
        """Those that may use the implicit flow."""
        return self.active().with_implicit_flow()

    def of_password_flow(self) -> Self:
        """Those that may use the password flow."""
        return self.active().using_password_flow()

    def with_secret(self, pk: int, column: str, stored: str) -> Self:
        """The one client, if this column still holds this."""
        return self.filter(pk=pk, **{column: stored})

    def lock(self, pk: int) -> Client:
        """The row itself, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update().get(pk=pk)

    def lock_all(self) -> list[Client]:
        """The rows themselves, locked in their order, with their owners.

        A query of its own around any other, since a database locks no joined or distinct rows.
        """
        inner = self.order_by().values("pk")
        rows = self.model._default_manager.filter(pk__in=inner)
        return [*rows.order_by("pk").select_for_update().prefetch_related("user")]

    def of_owners_with_right(self, held: bool) -> Self:
        """Those whose owner was (or was not) given the right to more clients."""
        given = Permission.objects.filter(**RIGHT, user=OuterRef("user"))
        return self.owned().filter(Exists(given) if held else ~Exists(given))

    def newest_secret(self) -> datetime | None:
        """When the youngest of their secrets was made."""
        newest: datetime | None = self.aggregate(newest=Max("secret_created_at"))["newest"]
        return newest

    def owned(self) -> Self:
        """Those that belong to somebody."""
        return self.filter(user__isnull=False)

    def waiting(self) -> Self:
        """Those that ask to be open to everyone."""
        return self.restricted_to_owner().filter(audience_requested_at__isnull=False)

    def waiting_since(self, moment: datetime) -> Self:
        """Those that asked before this."""
        return self.waiting().filter(audience_requested_at__lt=moment)

    def suspended(self) -> Self:
        """Those of which no token works."""
        return self.filter(status=self.model.Status.SUSPENDED)

    def using_password_flow(self) -> Self:
        """Those that an administrator approved for the password flow."""
        return self.owned().exclude(password_grant_secret="")

    def without_password_flow(self) -> Self:
        """Those that could be approved for it."""
        return self.owned().filter(password_grant_secret="")

    def using_implicit_flow(self, used: bool) -> Self:
        """Those that may, or could, use the implicit flow."""
        return self.owned().filter(implicit_allowed=used)

    def with_implicit_flow(self) -> Self:
        """Those that may use the implicit flow."""
        return self.using_implicit_flow(True)

    def introspecting_all(self) -> Self:
        """Those that may ask about every token."""
        return self.filter(introspects_all=True)

    def ownerless(self) -> Self:
        """Those that belong to nobody."""
        return self.filter(user__isnull=True)

    def with_ended_secret(self) -> Self:
        """Those that still hold a secret which no longer works."""
        return self.filter(previous_secret_ends_at__lte=timezone.now())

    def idle_since(self, moment: datetime) -> Self:
        """Those that programs registered for themselves before this, and with which nothing happened since."""
        open_doors = (self.model.Source.APPS, self.model.Source.DCR)
        events: Any = self.model._meta.get_field("events").related_model
        happened = events.objects.filter(client=OuterRef("pk")).exclude(act__in=_NO_USE)
        return self.ownerless().filter(
            ~Exists(happened), registration_source__in=open_doors, created__lt=moment, secret_used_at__isnull=True
        )

    def with_unused_secret(self) -> Self:
        """Those that never proved themselves."""
        return self.with_a_secret().filter(secret_used_at__isnull=True)

    def with_old_secret(self) -> Self:
        """Those whose secret is older than a year."""
        return self.with_a_secret().filter(secret_created_at__lt=timezone.now() - timedelta(days=365))

    def with_two_secrets(self) -> Self:
        """Those whose previous secret still works."""
        return self.filter(previous_secret_ends_at__gt=timezone.now())

    def with_a_secret(self) -> Self:
        """Those that prove themselves by one."""
        return self.exclude(client_type=self.model.CLIENT_PUBLIC)


class ClientManager(models.Manager.from_queryset(ClientQuerySet)):  # type: ignore[misc]
    """Clients, known to fixtures by their `client_id`."""

    def get_by_natural_key(self, client_id: str) -> Client:
        """The client that a fixture names."""
        found: Client = self.get(client_id=client_id)
        return found


class EventQuerySet(OnPrimary["Event"]):
    """What happened."""

    def about(self, user: Any) -> Self:
        """What concerns this user: done by them, or to what is theirs."""
        return self.filter(Q(subject=user) | Q(actor=user))

    def of_client(self, client: Any) -> Self:
        """What concerns this client."""
        return self.filter(client=client)

    def of_user_named(self, name: str) -> Self:
        """What this user did, or what was done to what is theirs."""
        users = get_user_model()._default_manager.filter(**{get_user_model().USERNAME_FIELD: name})
        return self.filter(Q(subject__in=users) | Q(actor__in=users))

    def of_client_called(self, client_id: str) -> Self:
        """What concerns the client with this `client_id`."""
        return self.filter(client__client_id=client_id)

    def from_address(self, address: str) -> Self:
        """What came from one address."""
        return self.filter(ip_address=address)

    def before(self, pk: int) -> Self:
        """What is older than this one."""
        return self.filter(pk__lt=pk)

    def with_people(self) -> Self:
        """Together with who did it, whom it concerns and the client, in the same statement."""
        return self.select_related("actor", "subject", "client")

    def after(self, pk: int) -> Self:
        """What is younger than this one, the oldest first."""
        return self.filter(pk__gt=pk).order_by("pk")

    def older_than(self, moment: datetime) -> Self:
        """What happened before."""
        return self.filter(created__lt=moment)

    def since(self, moment: datetime) -> Self:
        """What happened from then on."""
        return self.filter(created__gte=moment)

    def raise_count(self) -> int:
        """Add one to the number that these rows tell; how many rows that were."""
        return self.update(count=F("count") + 1)

    def count_by_client(self) -> models.QuerySet[Any, tuple[Any, ...]]:
        """Key and name of each client with the sum of what is told, the largest first."""
        sums = self.order_by().values("client").annotate(name=Max("client_name"), total=Sum("count"))
        return sums.order_by("-total").values_list("client", "name", "total")

    def with_address(self) -> Self:
        """What still says where it came from."""
        return self.filter(ip_address__isnull=False)

    def of_act(self, act: str) -> Self:
        """Acts of this kind."""
        return self.filter(act=act)

    def these(self, keys: Iterable[int]) -> Self:
        """Those with these keys."""
        return self.filter(pk__in=keys)

    def newest_first(self) -> Self:
        """In the order of a history that is read from the top."""
        return self.order_by("-pk")
