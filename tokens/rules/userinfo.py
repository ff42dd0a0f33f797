"""What a client may know about the user who let it in: the claims of `/oauth/userinfo`."""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string

from clients.conf import options
from clients.people import full_name, login_name


def claims(user: Any, *, issuer: str) -> dict[str, str]:
    """The user's claims, absent rather than empty. `USERINFO` of the host adds `profile` and `picture`."""
    given = {
        "iss": issuer,
        "sub": str(user.pk),
        "name": full_name(user) or login_name(user),
        "preferred_username": login_name(user),
    }
    if options().USERINFO:
        given |= import_string(options().USERINFO)(user, issuer)
    return {name: value for name, value in given.items() if value}
