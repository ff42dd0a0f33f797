"""The rule by which a user may have more than one client, and ask for everyone as audience."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from oauth2_provider.models import get_application_model

from clients import events
from clients.events import Act
from clients.rules.administration import Decision

RIGHT = "add_public_client"


def give_right(user: Any, decision: Decision) -> bool:
    """Let the user have more clients, and ask for everyone. False if they had that right already."""
    if _has_own(user):
        return False
    with transaction.atomic():
        user.user_permissions.add(_right())
        _record(Act.RIGHTS_GIVEN, user, decision)
    return True


def take_right(user: Any, decision: Decision) -> bool:
    """Take that right away; the clients they have stay as they are. False if they did not have it.

    What a group or being a superuser gives is not taken by this.
    """
    if not _has_own(user):
        return False
    with transaction.atomic():
        user.user_permissions.remove(_right())
        _record(Act.RIGHTS_TAKEN, user, decision)
    return True


def _has_own(user: Any) -> bool:
    return bool(user.user_permissions.contains(_right()))


def _right() -> Permission:
    content_type = ContentType.objects.get_for_model(get_application_model())
    return Permission.objects.get_by_natural_key(RIGHT, content_type.app_label, content_type.model)


def _record(act: Act, user: Any, decision: Decision) -> None:
    events.record(act, actor=decision.actor, subject=user, ip_address=decision.ip_address, note=decision.note)
