"""Accounts and relations as Mastodon's API shows them (docs.joinmastodon.org: Account, Relationship)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote, urljoin

from django.conf import settings
from django.utils.html import linebreaks

from oauthsite.demo.models import Account
from oauthsite.demo.relations import Relation

AVATAR = "oauth_demo/avatar.png"  # for an account that has no picture
HEADER = "oauth_demo/header.png"


def account(found: Account, *, home: str) -> dict[str, Any]:
    """An account. `home` is the address of this site; programs parse every address as an absolute one."""
    url, avatar, header = page(found, home=home), picture(found, home=home), static(HEADER, home=home)
    return {
        "id": str(found.pk),
        "username": found.username,
        "acct": found.username,
        "display_name": found.display_name,
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": False,
        "group": False,
        "noindex": False,
        "hide_collections": False,
        "created_at": moment(found.date_joined),
        "note": linebreaks(found.note, autoescape=True) if found.note else "",
        "url": url,
        "uri": url,
        "avatar": avatar,
        "avatar_static": avatar,
        "header": header,
        "header_static": header,
        "followers_count": found.followers_count,
        "following_count": found.following_count,
        "statuses_count": 0,
        "last_status_at": None,
        "emojis": [],
        "roles": [],
        "fields": [],
    }


def credential_account(found: Account, *, home: str) -> dict[str, Any]:
    """One's own account: with `source`, what its user wrote, before it became HTML."""
    return {
        **account(found, home=home),
        "source": {
            "privacy": "public",
            "sensitive": False,
            "language": None,
            "note": found.note,
            "fields": [],
            "follow_requests_count": 0,
            "hide_collections": False,
            "discoverable": True,
            "indexable": False,
        },
    }


def relationship(relation: Relation) -> dict[str, Any]:
    """What stands between one's own account and another. Of Mastodon's many ways the demo has one."""
    return {
        "id": str(relation.account.pk),
        "following": relation.is_following,
        "showing_reblogs": relation.is_following,
        "notifying": False,
        "languages": None,
        "followed_by": relation.is_followed_by,
        "blocking": False,
        "blocked_by": False,
        "muting": False,
        "muting_notifications": False,
        "requested": False,
        "requested_by": False,
        "domain_blocking": False,
        "endorsed": False,
        "note": "",
    }


def userinfo(user: Any, home: str) -> dict[str, str]:
    """What `/oauth/userinfo` adds about a user: `OAUTHSITE["USERINFO"]` names this function."""
    found = Account.objects.shown().get(pk=user.pk)
    return {
        "name": found.display_name,
        "profile": page(found, home=home),
        "picture": picture(found, home=home),
    }


def page(account: Account, *, home: str) -> str:
    """The address by which the account is known."""
    return f"{home}/@{quote(account.username)}"


def picture(account: Account, *, home: str) -> str:
    """The address of its picture; everyone has one."""
    return account.avatar or static(AVATAR, home=home)


def moment(when: datetime) -> str:
    """A moment in Mastodon's notation: UTC, with milliseconds."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def static(path: str, *, home: str) -> str:
    """The absolute address of a static file; it needs no manifest, so it cannot fail."""
    return urljoin(f"{home}/", settings.STATIC_URL + path)
