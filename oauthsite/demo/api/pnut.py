"""Users, and who follows whom, under /v1 (docs.pnut.io: User Lookup, User Following)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.issuer import issuer
from clients.border.paging import COUNT, MOST
from clients.border.pnut import PnutView, envelope, find_person, shown_users
from clients.errors import InvalidRequest
from oauthsite.demo import pnut, relations
from oauthsite.demo.models import Account
from oauthsite.demo.paging import Window, number, page
from oauthsite.demo.querysets import AccountQuerySet
from tokens.permissions import HasScope, UserToken


class User(PnutView):
    """`GET /v1/users/:id`."""

    def get(self, request: Request, user: str) -> Response:
        """Anyone's."""
        return shown(request, find_person(user, viewer=request.user))


class Following(PnutView):
    """`GET /v1/users/:id/following`."""

    def get(self, request: Request, user: str) -> Response:
        """Whom the user follows, the newest first."""
        return listed(request, Account.objects.shown().followed_by(find_person(user, viewer=request.user)))


class Followers(PnutView):
    """`GET /v1/users/:id/followers`."""

    def get(self, request: Request, user: str) -> Response:
        """Who follows the user, the newest first."""
        return listed(request, Account.objects.shown().following(find_person(user, viewer=request.user)))


class Follow(PnutView):
    """`/v1/users/:id/follow`."""

    permission_classes = [UserToken, HasScope("follow")]

    def put(self, request: Request, user: str) -> Response:
        """Follow the user; again changes nothing."""
        other = find_person(user, viewer=request.user)
        try:
            relations.follow(follower=request.user, followed=other)
        except relations.NotYourself as error:
            raise InvalidRequest("You cannot follow yourself.") from error
        return shown(request, other)

    def delete(self, request: Request, user: str) -> Response:
        """Follow the user no longer; where nothing was, nothing changes."""
        other = find_person(user, viewer=request.user)
        relations.unfollow(follower=request.user, followed=other)
        return shown(request, other)


def shown(request: Request, user: Any) -> Response:
    """One user."""
    return Response(envelope(*shown_users([user], viewer=request.user, home=issuer(request))))


def listed(request: Request, accounts: AccountQuerySet) -> Response:
    """A page of them. What is invalid in `count`, `before_id` or `since_id` is ignored, as pnut does."""
    asked = {name: number(request.query_params.get(name)) for name in ("count", "before_id", "since_id")}
    count = asked["count"] or COUNT
    if abs(count) > MOST:
        count = COUNT
    found = page(
        accounts,
        Window(limit=abs(count), below=asked["before_id"], above=asked["since_id"], from_oldest=count < 0),
    )
    objects = pnut.of_accounts(found.rows, viewer=request.user, home=issuer(request))
    data = [
        {**shown, "pagination_id": str(account.position)} for account, shown in zip(found.rows, objects, strict=True)
    ]
    ends = [None if key is None else str(key) for key in (found.oldest, found.newest)]
    return Response(envelope(data, more=found.has_more, min_id=ends[0], max_id=ends[1]))
