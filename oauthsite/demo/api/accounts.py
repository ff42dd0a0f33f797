"""Mastodon's accounts (docs.joinmastodon.org: methods/accounts, methods/search)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.issuer import issuer
from oauthsite.demo import accounts, entities, relations
from oauthsite.demo.api import lists
from oauthsite.demo.api.base import Api
from oauthsite.demo.instance import host_of
from oauthsite.demo.models import Account
from oauthsite.demo.paging import number
from oauthsite.demo.permissions import OpenToAll
from tokens.permissions import HasScope, UserToken

TRUE = ("1", "true", "True", "on", "t")
FARTHEST = 10_000  # how far a search is leafed through


class One(Api):
    """An account."""

    permission_classes = [OpenToAll("read:accounts")]

    def get(self, request: Request, key: str) -> Response:
        """Anyone's."""
        found = accounts.find(Account.objects.shown(), key)
        return Response(entities.account(found, home=issuer(request)))


class Me(Api):
    """The account of the token's user."""

    permission_classes = [UserToken, HasScope("profile", "read:accounts")]

    def get(self, request: Request) -> Response:
        """One's own, with what one wrote."""
        found = accounts.find(Account.objects.shown(), str(request.user.pk))
        return Response(entities.credential_account(found, home=issuer(request)))


class Following(Api):
    """Whom an account follows."""

    permission_classes = [OpenToAll("read:accounts")]

    def get(self, request: Request, key: str) -> Response:
        """A page of accounts."""
        account = accounts.find(Account.objects.active(), key)
        return lists.answer(request, Account.objects.shown().followed_by(account))


class Followers(Api):
    """Who follows an account."""

    permission_classes = [OpenToAll("read:accounts")]

    def get(self, request: Request, key: str) -> Response:
        """A page of accounts."""
        account = accounts.find(Account.objects.active(), key)
        return lists.answer(request, Account.objects.shown().following(account))


class Follow(Api):
    """Following an account."""

    permission_classes = [UserToken, HasScope("write:follows")]

    def post(self, request: Request, key: str) -> Response:
        """From now on."""
        other = accounts.find(Account.objects.active(), key)
        relations.follow(follower=request.user, followed=other)
        return Response(entities.relationship(*relations.relations(request.user, [other])))


class Unfollow(Api):
    """No longer following an account."""

    permission_classes = [UserToken, HasScope("write:follows")]

    def post(self, request: Request, key: str) -> Response:
        """From now on."""
        other = accounts.find(Account.objects.active(), key)
        relations.unfollow(follower=request.user, followed=other)
        return Response(entities.relationship(*relations.relations(request.user, [other])))


class Relationships(Api):
    """What stands between the token's user and other accounts."""

    permission_classes = [UserToken, HasScope("read:follows")]

    def get(self, request: Request) -> Response:
        """Those asked for by `id[]` or `id`, as far as they exist."""
        asked = request.query_params.getlist("id[]") + request.query_params.getlist("id")
        keys = list(dict.fromkeys(number(text) or 0 for text in asked))[: lists.MOST]
        others = sorted(Account.objects.active().numbered(keys), key=lambda account: keys.index(account.pk))
        return Response([entities.relationship(found) for found in relations.relations(request.user, others)])


class Lookup(Api):
    """The account of a name."""

    permission_classes = [OpenToAll("read:accounts")]

    def get(self, request: Request) -> Response:
        """`acct` is a name, with or without this host behind it."""
        home, name = issuer(request), request.query_params.get("acct", "")
        found = accounts.find_by_name(Account.objects.shown(), name, host=host_of(home))
        return Response(entities.account(found, home=home))


class AccountSearch(Api):
    """Accounts by words of their names."""

    permission_classes = [OpenToAll("read:accounts")]

    def get(self, request: Request) -> Response:
        """A list, the one who is called exactly so first."""
        return Response(found_accounts(request))


class Search(Api):
    """Mastodon's search for everything; here there are only accounts."""

    permission_classes = [OpenToAll("read:search", "read:accounts")]

    def get(self, request: Request) -> Response:
        """`type` narrows it."""
        is_for_accounts = request.query_params.get("type", "accounts") == "accounts"
        return Response(
            {"accounts": found_accounts(request) if is_for_accounts else [], "statuses": [], "hashtags": []}
        )


def found_accounts(request: Request) -> list[dict[str, Any]]:
    """What `q` finds: `limit` many from `offset` on; with `following`, among those one follows."""
    asked, home = request.query_params, issuer(request)
    is_narrowed = asked.get("following") in TRUE and request.user.is_authenticated
    found = accounts.search(
        asked.get("q", ""), host=host_of(home), among_followed_by=request.user if is_narrowed else None
    )
    offset = min(max(number(asked.get("offset")) or 0, 0), FARTHEST)
    return [entities.account(account, home=home) for account in found[offset : offset + lists.limit(request)]]
