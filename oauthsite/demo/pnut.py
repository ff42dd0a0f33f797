"""Users as pnut's API shows them (docs.pnut.io: Users)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.utils.html import escape
from oauth2_provider.models import get_application_model

from clients.border.pnut import moment
from oauthsite.demo.entities import AVATAR, HEADER, static
from oauthsite.demo.models import Account
from oauthsite.demo.relations import relations

AVATAR_SIZE, HEADER_SIZE = (240, 240), (600, 200)


def user_objects(users: Sequence[Any], *, viewer: Any, home: str) -> list[dict[str, Any]]:
    """`OAUTHSITE["USER_OBJECTS"]`: these users, in their order, four statements whatever their number."""
    pks = [user.pk for user in users]
    known = {account.pk: account for account in Account.objects.counted().numbered(pks)}
    return of_accounts([known[pk] for pk in pks], viewer=viewer, home=home)


def of_accounts(accounts: Sequence[Account], *, viewer: Any, home: str) -> list[dict[str, Any]]:
    """The same for rows that carry their counts already."""
    clients = get_application_model().objects.for_everyone().active().count_by_owner([a.pk for a in accounts])
    stands = {}
    if viewer.is_authenticated:
        stands = {found.account.pk: _relation(found, viewer) for found in relations(viewer, accounts)}
    return [
        {**_user(account, clients=clients.get(account.pk, 0), home=home), **stands.get(account.pk, {})}
        for account in accounts
    ]


def _user(account: Account, *, clients: int, home: str) -> dict[str, Any]:
    return {
        "id": str(account.pk),
        "username": account.username,
        "name": account.display_name,
        "type": "human",
        "created_at": moment(account.date_joined),
        "profile_url": f"{home}/@{quote(account.username)}",
        "content": {
            "text": account.note,
            "html": f"<span>{escape(account.note)}</span>",
            "entities": {"links": [], "mentions": [], "tags": []},
            "avatar_image": _image(account.avatar, static(AVATAR, home=home), AVATAR_SIZE),
            "cover_image": _image("", static(HEADER, home=home), HEADER_SIZE),
        },
        "counts": {
            "bookmarks": 0,
            "clients": clients,
            "followers": account.followers_count,
            "following": account.following_count,
            "posts": 0,
            "users": 0,
        },
    }


def _image(own: str, default: str, size: tuple[int, int]) -> dict[str, Any]:
    url = own or default
    return {"url": url, "link": url, "is_default": not own, "width": size[0], "height": size[1]}


def _relation(found: Any, viewer: Any) -> dict[str, bool]:
    return {
        "follows_you": found.is_followed_by,
        "you_follow": found.is_following,
        "you_can_follow": found.account.pk != viewer.pk,
        "you_blocked": False,
        "you_muted": False,
    }
