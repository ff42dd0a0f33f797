"""The rules by which an owner changes a client, and takes it away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import get_application_model

from clients import events, signals
from clients.events import Act
from clients.rules import registration
from clients.rules.administration import Decision, condemn

if TYPE_CHECKING:
    from clients.models import Client

SHORTEST_LIFETIME, LONGEST_LIFETIME = 60, 10 * 365 * 86_400  # seconds


@transaction.atomic
def edit(
    client: Client,
    *,
    actor: Any,
    name: str,
    redirect_uris: Sequence[str],
    scope: str,
    website: str,
    ip_address: str | None = None,
    **columns: Any,
) -> list[str]:
    """Change what the client tells about itself, and further columns, and say what that was. Raises Invalid.

    A new name, website, redirect URI or scope is a new face: nobody's earlier consent skips the
    page for it (ASVS 10.7.2). Without the implicit flow, the tokens that it gave end too.
    """
    face = registration.check_face(
        name=name,
        redirect_uris=redirect_uris,
        scope=scope,
        website=website,
        owned=client.user_id is not None,
        redirects_needed="authorization_code" in columns.get("grant_types", client.grant_types).split(),
    )
    row = _model().objects.lock(client.pk)
    changed = _set(row, **vars(face))
    if changed:
        row.changed_at = timezone.now()
    changed += _set(row, **columns)
    row.save()
    note = partial(_note, row, actor=actor, ip_address=ip_address)
    if "implicit_allowed" in changed:
        note(Act.IMPLICIT_FLOW_ALLOWED if row.implicit_allowed else Act.IMPLICIT_FLOW_WITHDRAWN)
        if not row.implicit_allowed:
            condemn([row], Decision(actor=actor, ip_address=ip_address), grant_type="implicit")
    if rest := [field for field in changed if field != "implicit_allowed"]:
        note(Act.CLIENT_CHANGED, changed=rest)
    return changed


@transaction.atomic
def ask_for_everyone(client: Client, *, actor: Any, wanted: bool, ip_address: str | None = None) -> None:
    """Ask the administrators to open the client to everyone, or take the wish back.

    Without the right to more clients, or for a client that is open already, nothing changes.
    """
    row = _model().objects.lock(client.pk)
    if not row.is_owner_only or wanted == bool(row.audience_requested_at):
        return
    if wanted and not registration.may_have_more(actor):
        return
    row.audience_requested_at = timezone.now() if wanted else None
    row.save(update_fields=["audience_requested_at"])
    if wanted:
        _note(row, Act.AUDIENCE_REQUESTED, actor=actor, ip_address=ip_address)
    else:
        _note(row, Act.CLIENT_CHANGED, actor=actor, ip_address=ip_address, changed=["audience_requested_at"])


@transaction.atomic
def delete(client: Client, *, actor: Any, ip_address: str | None = None) -> None:
    """Remove the client with everything that was granted to it. Its history stays."""
    row = _model().objects.lock(client.pk)
    events.record(
        Act.CLIENT_DELETED,
        actor=actor,
        subject=row.user,
        client=row,
        ip_address=ip_address,
        client_id=row.client_id,
    )
    signals.client_deleting.send(sender=type(row), client=row)  # whoever keeps rows of it removes them, set-based
    row.delete()


def _set(row: Client, **columns: Any) -> list[str]:
    """Set these columns, and name those that were different."""
    changed = [column for column, value in columns.items() if getattr(row, column) != value]
    for column in changed:
        setattr(row, column, columns[column])
    return changed


def _note(row: Client, act: Act, *, actor: Any, ip_address: str | None, **details: Any) -> None:
    events.record(act, actor=actor, subject=row.user, client=row, ip_address=ip_address, **details)
    transaction.on_commit(
        partial(signals.client_changed.send_robust, sender=type(row), client=row, actor=actor, act=act)
    )


def _model() -> Any:
    return get_application_model()
