"""What this app does when `clients` says that something happened, or asks; and when a request begins."""

from __future__ import annotations

from typing import Any

from django.core.signals import request_started
from django.dispatch import receiver
from oauth2_provider.models import (
    get_access_token_model,
    get_device_grant_model,
    get_grant_model,
    get_refresh_token_model,
)

from clients import signals
from clients.rules.usage import Usage
from tokens.models import TokenFamily
from tokens.numbers import statistics
from tokens.origin import note_beginning
from tokens.querysets_lists import granted_to
from tokens.rules.revocation import Reason, revoke

request_started.connect(note_beginning, dispatch_uid="oauth_tokens")

MOST_ONE_BY_ONE = 100  # clients; beyond that the history gets one row for all


@receiver(signals.tokens_condemned, dispatch_uid="oauth_tokens")
def revoke_condemned(*, clients: list[Any], grant_type: str | None, decision: Any, **_: Any) -> int:
    """Revoke what these clients hold, all or of one grant type."""
    families = TokenFamily.objects.by_grant(grant_type) if grant_type else TokenFamily.objects.all()
    said = {"actor": decision.actor, "ip_address": decision.ip_address, "details": {"note": decision.note}}
    if len(clients) > MOST_ONE_BY_ONE:
        return revoke(families.of_clients(clients), Reason(**said))
    return sum(
        revoke(families.of_client(client), Reason(client=client, subject=client.user, **said), hold=client)
        for client in clients
    )


@receiver(signals.usage_asked, dispatch_uid="oauth_tokens")
def tell_usage(
    *, clients: Any, each: bool, grant_type: str | None = None, others_only: bool = False, **_: Any
) -> dict[int, Usage] | Usage:
    """How much these clients are used."""
    if each:
        return statistics.of_each_client(clients)
    return statistics.of_clients(clients, grant_type=grant_type, others_only=others_only)


@receiver(signals.client_deleting, dispatch_uid="oauth_tokens")
def remove_what_was_granted(*, client: Any, **_: Any) -> None:
    """Every row of the client's families, in one statement per table: Django would load them all and go row by row."""
    for model in (get_access_token_model(), get_refresh_token_model(), get_grant_model(), get_device_grant_model()):
        rows = granted_to(client, model)
        rows._raw_delete(rows.db)
    families = TokenFamily.objects.of_client(client)
    families._raw_delete(families.db)
