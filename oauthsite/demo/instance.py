"""What the site tells about itself, so that programs written for Mastodon recognise it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from clients.conf import options
from oauthsite.demo.entities import HEADER, static
from oauthsite.demo.models import Account

MASTODON = "4.4.0"  # whose surface this is
MASTODON_API = 6  # the number by which that release calls its API
NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/2.0"
DESCRIPTION = "Accounts who follow each other, and an API of them that tokens protect."

# Programs read their limits from here. There is nothing to post, so most of them are none.
LIMITS: dict[str, Any] = {
    "accounts": {
        "max_note_length": 500,
        "max_display_name_length": 60,
        "max_featured_tags": 0,
        "max_pinned_statuses": 0,
        "max_profile_fields": 0,
        "profile_field_name_limit": 0,
        "profile_field_value_limit": 0,
    },
    "statuses": {"max_characters": 500, "max_media_attachments": 0, "characters_reserved_per_url": 23},
    "media_attachments": {
        "supported_mime_types": [],
        "description_limit": 0,
        "image_size_limit": 0,
        "image_matrix_limit": 0,
        "video_size_limit": 0,
        "video_frame_rate_limit": 0,
        "video_matrix_limit": 0,
    },
    "polls": {"max_options": 0, "max_characters_per_option": 0, "min_expiration": 0, "max_expiration": 0},
}


def host_of(home: str) -> str:
    """The host of the site's address, with its port if it has one: by this programs file what they know of it."""
    return urlsplit(home).netloc


def own_version() -> str:
    """The version of this package."""
    try:
        return version("oauthsite")
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"


def version_1(home: str) -> dict[str, Any]:
    """Mastodon's V1::Instance."""
    return {
        "uri": host_of(home),
        **_names(),
        "short_description": DESCRIPTION,
        "email": "",
        "urls": {"streaming_api": _streaming(home)},
        "stats": {"user_count": Account.objects.active().count(), "status_count": 0, "domain_count": 1},
        "thumbnail": static(HEADER, home=home),
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": LIMITS,
        "contact_account": None,
    }


def version_2(home: str) -> dict[str, Any]:
    """Mastodon's Instance."""
    return {
        "domain": host_of(home),
        **_names(),
        "source_url": home,
        "usage": {"users": {"active_month": Account.objects.active().count()}},
        "thumbnail": {"url": static(HEADER, home=home)},
        "icon": [],
        "configuration": {
            "urls": {"streaming": _streaming(home)},
            **LIMITS,
            "translation": {"enabled": False},
            "limited_federation": True,
        },
        "registrations": {
            "enabled": False,
            "approval_required": False,
            "reason_required": False,
            "message": None,
            "url": None,
        },
        "api_versions": {"mastodon": MASTODON_API},
        "contact": {"email": "", "account": None},
    }


def nodeinfo_links(home: str) -> dict[str, Any]:
    """Where the nodeinfo document is (nodeinfo.diaspora.software/protocol)."""
    return {"links": [{"rel": NODEINFO, "href": f"{home}/nodeinfo/2.0"}]}


def nodeinfo(home: str) -> dict[str, Any]:
    """The nodeinfo document, schema 2.0. `upstream` tells programs whose API to speak with an unknown software."""
    users = Account.objects.active().count()
    return {
        "version": "2.0",
        "software": {"name": "oauthsite", "version": own_version()},
        "protocols": [],
        "services": {"inbound": [], "outbound": []},
        "usage": {"users": {"total": users, "activeMonth": users, "activeHalfyear": users}, "localPosts": 0},
        "openRegistrations": False,
        "metadata": {"nodeName": options().SITE_NAME, "upstream": {"name": "mastodon", "version": MASTODON}},
    }


def _names() -> dict[str, Any]:
    """What both versions of the document share."""
    return {
        "title": options().SITE_NAME,
        "version": f"{MASTODON} (compatible; oauthsite {own_version()})",
        "description": DESCRIPTION,
        "languages": [code for code, _ in settings.LANGUAGES],
        "rules": [],
    }


def _streaming(home: str) -> str:
    """There is no stream; programs want an address all the same."""
    return "ws" + home.removeprefix("http")
