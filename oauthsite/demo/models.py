"""Accounts, what they say about themselves, and who follows whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from oauthsite.demo.querysets import AccountQuerySet, FollowQuerySet

if TYPE_CHECKING:
    from typing import Any


class Account(User):
    """A user as the demo's API speaks of them. There is no second row: every user is an account."""

    # What a queryset adds: see querysets.AccountQuerySet.
    followers_count: int
    following_count: int
    position: int

    # In place of the user's manager, which makes users: nobody makes one through the API.
    objects = AccountQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def display_name(self) -> str:
        """The name that people read: the profile's, else the user's, else the one they log in with."""
        return self._said("display_name") or self.get_full_name() or self.username

    @property
    def note(self) -> str:
        """What the account says about itself."""
        return self._said("note")

    @property
    def avatar(self) -> str:
        """The address of a picture, if there is one."""
        return self._said("avatar")

    def _said(self, what: str) -> str:
        """A user made elsewhere has no profile, which says the same as an empty one."""
        profile: Any = getattr(self, "profile", None)
        return getattr(profile, what, "")


class Profile(models.Model):
    """What a user says about themselves. It may be missing: nothing depends on it."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="profile")
    display_name = models.CharField(max_length=60, blank=True, default="")
    note = models.TextField(max_length=500, blank=True, default="")
    avatar = models.URLField(max_length=500, blank=True, default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.display_name or self.user.get_username()


class Follow(models.Model):
    """One account reads another. Its key grows with time, so lists of follows page by it."""

    follower = models.ForeignKey(Account, db_index=False, on_delete=models.CASCADE, related_name="follows_made")
    followed = models.ForeignKey(Account, db_index=False, on_delete=models.CASCADE, related_name="follows_received")
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = FollowQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["follower", "followed"], name="oauth_demo_follow_once"),
            models.CheckConstraint(condition=~Q(follower=F("followed")), name="oauth_demo_not_oneself"),
        ]
        indexes = [
            models.Index(fields=["follower", "id"], name="oauth_demo_follower"),
            models.Index(fields=["followed", "id"], name="oauth_demo_followed"),
        ]

    def __str__(self) -> str:
        return f"{self.follower} follows {self.followed}"
