"""The words in which the demo speaks of accounts and follows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from oauthsite.demo.models import Account, Follow  # noqa: F401  (base classes, in quotes)


class AccountQuerySet(models.QuerySet["Account"]):
    """Users as the API shows them."""

    def active(self) -> Self:
        """Those that are not closed."""
        return self.filter(is_active=True)

    def shown(self) -> Self:
        """Active ones with all that an entity tells, in one statement whatever their number."""
        return self.active().counted()

    def counted(self) -> Self:
        """The same of all of them, closed ones too: an owner of a client may be."""
        return self.select_related("profile").annotate(
            followers_count=_count("followed"), following_count=_count("follower")
        )

    def of_domain(self, domain: str) -> Self:
        """Those whose e-mail address is of this domain."""
        return self.filter(email__iendswith=f"@{domain}")

    def numbered(self, pks: Iterable[int]) -> Self:
        """Those with these keys."""
        return self.filter(pk__in=pks)

    def named(self, username: str) -> Self:
        """Those with this name; first the one who writes it exactly so."""
        return self.filter(username__iexact=username).order_by(_exactly(username), "pk")

    def like(self, words: str) -> Self:
        """Those whose names contain the words; first the one who is called exactly so."""
        return self.filter(Q(username__icontains=words) | Q(profile__display_name__icontains=words)).order_by(
            _exactly(words), "username"
        )

    def followed_by(self, follower: Any) -> Self:
        """Whom `follower` follows; `position` is the follow's key, by which the list pages."""
        return self.filter(follows_received__follower=follower).annotate(position=F("follows_received__pk"))

    def following(self, followed: Any) -> Self:
        """Who follows `followed`; `position` as above."""
        return self.filter(follows_made__followed=followed).annotate(position=F("follows_made__pk"))

    def older_than(self, position: int | None) -> Self:
        """Those further down the list; all of it without a position."""
        return self if position is None else self.filter(position__lt=position)

    def newer_than(self, position: int | None) -> Self:
        """Those further up the list; all of it without a position."""
        return self if position is None else self.filter(position__gt=position)


class FollowQuerySet(models.QuerySet["Follow"]):
    """Who follows whom."""

    def between(self, follower: Any, followed: Any) -> Self:
        """The one follow of this by that, if there is one."""
        return self.filter(follower_id=follower.pk, followed_id=followed.pk)

    def around(self, user: Any, others: Iterable[int]) -> Self:
        """Those between `user` and these others, in both directions."""
        keys = list(others)
        return self.filter(Q(follower_id=user.pk, followed_id__in=keys) | Q(followed_id=user.pk, follower_id__in=keys))


def _count(side: str) -> Coalesce:
    """How many follows have this account on this side, the other being active."""
    other = "follower" if side == "followed" else "followed"
    follows = apps.get_model("oauth_demo", "Follow").objects.filter(
        **{side: OuterRef("pk"), f"{other}__is_active": True}
    )
    return Coalesce(Subquery(follows.order_by().values(side).annotate(n=Count("pk")).values("n")), Value(0))


def _exactly(username: str) -> Case:
    """Sorts whoever is called exactly so to the front."""
    return Case(When(username=username, then=Value(0)), default=Value(1))
