"""What is asked of a user, whatever model the host chose: Django promises a name to log in with and a key, no more."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model


def names_are_addresses() -> bool:
    """Whether this host's users log in by their e-mail address, which is nobody else's business."""
    model: Any = get_user_model()
    return bool(model.get_email_field_name() == model.USERNAME_FIELD)


def login_name(user: Any) -> str:
    """The name by which the user logs in, as far as others may know it; empty where that is their e-mail address."""
    return "" if names_are_addresses() else str(user.get_username())


def full_name(user: Any) -> str:
    """The user's name in full, if the host's model knows one."""
    return str(user.get_full_name() or "") if hasattr(user, "get_full_name") else ""


def public_name(user: Any) -> str:
    """What to call the user before other people; the key, where nothing else is known that they may read."""
    return login_name(user) or full_name(user) or str(user.pk)


def has_special_rights(user: Any) -> bool:
    """Whether the user is one of the staff, or may do everything."""
    return bool(getattr(user, "is_staff", False) or getattr(user, "is_superuser", False))
