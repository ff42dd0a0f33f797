"""The rule by which an administrator changes what a client is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import get_application_model

from clients import events, signals
from clients.events import Act
from clients.rules.administration import Decision

if TYPE_CHECKING:
    from clients.models import Client

FACE = frozenset({"name", "website", "redirect_uris", "scopes", "user"})  # what users consented to


def correct(client: Client, decision: Decision, columns: dict[str, Any]) -> list[str]:
    """Write these columns, checked before, and name those that were different.

    A new face asks everybody for consent again (ASVS 10.7.2). A client that gets another owner gives
    back the slot of the one before. No other column is written: a secret may have been reset meanwhile.
    """
    with transaction.atomic():
        held = get_application_model().objects.lock(client.pk)
        changed = [name for name, value in columns.items() if getattr(held, name) != value]
        if not changed:
            return []
        written = {name: columns[name] for name in changed}
        if FACE.intersection(changed):
            written["changed_at"] = timezone.now()
        if "user" in changed:
            written["own_use_of"] = None
        for name, value in written.items():
            setattr(client, name, value)
        client.save(update_fields=[*written])
        events.record(
            Act.CLIENT_CHANGED,
            actor=decision.actor,
            subject=client.user,
            client=client,
            ip_address=decision.ip_address,
            changed=changed,
        )
        said = {"sender": type(client), "client": client, "actor": decision.actor, "act": Act.CLIENT_CHANGED}
        transaction.on_commit(partial(signals.client_changed.send_robust, **said))
    return changed
