"""What this app does when something happens to a user."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from oauth2_provider.models import get_application_model


@receiver(pre_delete, sender=settings.AUTH_USER_MODEL, dispatch_uid="oauth_clients_slot")
def free_slot(*, instance: Any, **_: Any) -> None:
    """Free the own-use slot of a user who is about to be deleted with their clients.

    MySQL and MariaDB check constraints at once, so Django takes the owner from a client before it deletes it; a client
    in a slot without its owner is what our constraint forbids.
    """
    get_application_model().objects.in_slot_of(instance).update(own_use_of=None)
