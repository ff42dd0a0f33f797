"""The rules of following: who may follow whom, and what stands between two accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clients.errors import OAuthError
from oauthsite.demo.models import Account, Follow


class NotYourself(OAuthError):
    """Nobody follows themselves."""

    status = 422
    description = "Validation failed: You cannot follow yourself"


@dataclass(frozen=True)
class Relation:
    """What stands between a user and another account."""

    account: Account
    is_following: bool
    is_followed_by: bool


def follow(*, follower: Any, followed: Account) -> None:
    """Let `follower` follow `followed`; once is enough, again changes nothing. Raises NotYourself."""
    if follower.pk == followed.pk:
        raise NotYourself
    # The database decides between two requests at once: one row, and neither fails.
    Follow.objects.get_or_create(follower_id=follower.pk, followed_id=followed.pk)


def unfollow(*, follower: Any, followed: Account) -> None:
    """End it; where there was nothing, nothing changes."""
    Follow.objects.between(follower, followed).delete()


def relations(user: Any, accounts: Sequence[Account]) -> list[Relation]:
    """What stands between `user` and each of the accounts: one statement, whatever their number."""
    pairs = set(Follow.objects.around(user, [a.pk for a in accounts]).values_list("follower_id", "followed_id"))
    return [Relation(a, (user.pk, a.pk) in pairs, (a.pk, user.pk) in pairs) for a in accounts]
