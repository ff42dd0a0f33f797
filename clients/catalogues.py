"""The scope catalogues that ship: Mastodon's and pnut's.

A host names its own in `OAUTHSITE["SCOPES"]`, a mapping of scope name to `Scope`.
Sources: docs.joinmastodon.org (OAuth scopes), docs.pnut.io (scopes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Scope:
    """What a scope means.

    `title` and `description` are for people. `contains` lists what it grants besides itself;
    `suffixes` admits `name:anything`, contained in it; `restricted` keeps it from clients that
    registered without an owner; `sensitive` puts it first, with a warning; `reads` tells that nothing can be
    done or changed with it, and sets it below what can.
    """

    title: str | _StrPromise
    description: str | _StrPromise = ""
    contains: tuple[str, ...] = ()
    suffixes: bool = False
    restricted: bool = False
    sensitive: bool = False
    reads: bool = False

    @property
    def area(self) -> _StrPromise:
        """Under which words people find it, where there are both kinds."""
        return _("Only see") if self.reads else _("Act for you or change something")


_READ = {
    "read:accounts": Scope(_("See accounts"), _("Profiles, and your own account's settings."), reads=True),
    "read:blocks": Scope(_("See your blocks"), _("Whom and which sites you block."), reads=True),
    "read:bookmarks": Scope(_("See your bookmarks"), _("The posts you keep for later."), reads=True),
    "read:collections": Scope(_("See collections"), _("Collections of accounts."), reads=True),
    "read:favourites": Scope(_("See your favourites"), _("The posts you like."), reads=True),
    "read:filters": Scope(_("See your filters"), _("The words you do not want to see."), reads=True),
    "read:follows": Scope(_("See whom you follow"), _("Whom you follow and who follows you."), reads=True),
    "read:lists": Scope(_("See your lists"), _("Your lists and who is on them."), reads=True),
    "read:mutes": Scope(_("See your mutes"), _("Whom you mute."), reads=True),
    "read:notifications": Scope(_("See your notifications"), _("Who mentioned or followed you."), reads=True),
    "read:search": Scope(_("Search for you"), _("Search with your account."), reads=True),
    "read:statuses": Scope(_("See posts"), _("All posts that you can see, private ones too."), reads=True),
}
_WRITE = {
    "write:accounts": Scope(_("Change your profile"), _("Your name, pictures and settings.")),
    "write:blocks": Scope(_("Block for you"), _("Block and unblock accounts and sites.")),
    "write:bookmarks": Scope(_("Bookmark for you"), _("Keep posts for later.")),
    "write:collections": Scope(_("Change collections"), _("Make and change collections.")),
    "write:conversations": Scope(_("Manage conversations"), _("Mute and delete conversations.")),
    "write:favourites": Scope(_("Like posts for you"), _("Like posts in your name.")),
    "write:filters": Scope(_("Change your filters"), _("The words you do not want to see.")),
    "write:follows": Scope(_("Follow for you"), _("Follow and unfollow accounts.")),
    "write:lists": Scope(_("Change your lists"), _("Make lists and put accounts on them.")),
    "write:media": Scope(_("Upload media for you"), _("Pictures, sound and video.")),
    "write:mutes": Scope(_("Mute for you"), _("Mute and unmute accounts.")),
    "write:notifications": Scope(_("Clear your notifications"), _("Dismiss notifications.")),
    "write:reports": Scope(_("Report for you"), _("Report accounts to the moderators.")),
    "write:statuses": Scope(_("Publish in your name"), _("Write, change and delete posts.")),
}
_ADMIN_PARTS = {
    "accounts": _("Accounts."),
    "reports": _("Reports."),
    "domain_allows": _("Sites that are let in."),
    "domain_blocks": _("Sites that are blocked."),
    "ip_blocks": _("IP addresses that are blocked."),
    "email_domain_blocks": _("E-mail providers that are blocked."),
    "canonical_email_blocks": _("E-mail addresses that are blocked."),
}
_ADMIN_READ = {
    f"admin:read:{part}": Scope(_("See moderation data"), words, restricted=True, sensitive=True, reads=True)
    for part, words in _ADMIN_PARTS.items()
}
_ADMIN_WRITE = {
    f"admin:write:{part}": Scope(_("Moderate"), words, restricted=True, sensitive=True)
    for part, words in _ADMIN_PARTS.items()
}
_RELATIONS = ("blocks", "follows", "mutes")

MASTODON = {
    "profile": Scope(_("Know who you are"), _("Your name, picture and profile address."), reads=True),
    "read": Scope(
        _("See everything in your account"),
        _("All your data, without changing it."),
        # `profile`, so that who registered `read` may ask for both, which the resource's metadata name (RFC 9728 §2).
        contains=("profile", *_READ),
        reads=True,
    ),
    **_READ,
    "write": Scope(
        _("Change everything in your account"),
        _("Publish, follow and change settings in your name."),
        contains=tuple(_WRITE),
        sensitive=True,
    ),
    **_WRITE,
    "follow": Scope(
        _("Change whom you follow, mute and block"),
        _("See and change these relationships."),
        contains=tuple(f"{act}:{what}" for act in ("read", "write") for what in _RELATIONS),
    ),
    "push": Scope(_("Send you push notifications"), _("Receive your notifications and pass them on.")),
    "admin:read": Scope(
        _("See everything a moderator sees"),
        contains=tuple(_ADMIN_READ),
        restricted=True,
        sensitive=True,
        reads=True,
    ),
    **_ADMIN_READ,
    "admin:write": Scope(_("Moderate in your name"), contains=tuple(_ADMIN_WRITE), restricted=True, sensitive=True),
    **_ADMIN_WRITE,
    "offline_access": Scope(_("Stay signed in"), _("Keep access while you are away, until you revoke it.")),
}

PNUT = {
    "basic": Scope(_("See basic information"), _("Your public profile and what you can see."), reads=True),
    "email": Scope(_("See your e-mail address"), _("The address of your account."), sensitive=True, reads=True),
    "files": Scope(_("Manage your files"), _("See, upload, change and delete files."), suffixes=True, sensitive=True),
    "follow": MASTODON["follow"],
    "messages": Scope(_("Manage your messages"), _("Read and send private messages."), suffixes=True, sensitive=True),
    "public_messages": Scope(
        _("Manage public messages"), _("Read and send messages in public channels."), suffixes=True
    ),
    "polls": Scope(_("Manage your polls"), _("Make polls and vote in your name.")),
    "presence": Scope(_("Show your presence"), _("See and set whether you are there.")),
    "stream": Scope(_("See your stream"), _("The posts of those you follow."), reads=True),
    "update_profile": Scope(_("Change your profile"), _("Your name, pictures and description.")),
    "write_post": Scope(_("Publish in your name"), _("Write and delete posts."), sensitive=True),
}

ALL = {**MASTODON, **PNUT}
