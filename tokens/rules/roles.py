"""The rule that makes the two usual groups of administrators."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction

SEEING = (
    ("oauth_clients", "client", "view_client"),
    ("oauth_clients", "event", "view_event"),
    ("oauth_tokens", "tokenfamily", "view_tokenfamily"),
)
ACTING = (
    ("oauth_clients", "client", "add_client"),
    ("oauth_clients", "client", "change_client"),
    ("oauth_clients", "client", "approve_client"),
    ("oauth_clients", "client", "suspend_client"),
    ("oauth_clients", "client", "allow_password_flow"),
    ("oauth_clients", "client", "reset_secret"),
    ("oauth_tokens", "tokenfamily", "revoke_token"),
    ("oauth_tokens", "tokenfamily", "view_token_ip"),
)
ROLES = {"OAuth operators": (*SEEING, *ACTING), "OAuth auditors": SEEING}


def set_up_roles() -> dict[str, int]:
    """Make the groups and give each what it lacks; how many permissions that were.

    What somebody gave a group besides is left to them.
    """
    given = {}
    with transaction.atomic():
        for name, wanted in ROLES.items():
            group, _ = Group.objects.get_or_create(name=name)
            permissions = {Permission.objects.get_by_natural_key(code, app, model) for app, model, code in wanted}
            lacking = permissions - {*group.permissions.all()}
            group.permissions.add(*lacking)
            given[name] = len(lacking)
    return given
