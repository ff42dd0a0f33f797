"""The history: one row and one log line for every act that changes what someone may do."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from clients.models import Event

logger = logging.getLogger(__name__)


class Act(TextChoices):
    """What can happen."""

    CLIENT_REGISTERED = "client_registered", _("Client registered")
    CLIENT_CHANGED = "client_changed", _("Client changed")
    CLIENT_DELETED = "client_deleted", _("Client deleted")
    AUDIENCE_REQUESTED = "audience_requested", _("Asked to be open to everyone")
    CLIENT_APPROVED = "client_approved", _("Opened to everyone")
    CLIENT_DECLINED = "client_declined", _("Not opened to everyone")
    CLIENT_WITHDRAWN = "client_withdrawn", _("Closed to all but its owner")
    CLIENT_SUSPENDED = "client_suspended", _("Client suspended")
    CLIENT_RESUMED = "client_resumed", _("Client resumed")
    PASSWORD_FLOW_ALLOWED = "password_flow_allowed", _("Password flow allowed")
    PASSWORD_FLOW_WITHDRAWN = "password_flow_withdrawn", _("Password flow withdrawn")
    PASSWORD_FLOW_USED = "password_flow_used", _("Signed in by password")
    IMPLICIT_FLOW_ALLOWED = "implicit_flow_allowed", _("Implicit flow allowed")
    IMPLICIT_FLOW_WITHDRAWN = "implicit_flow_withdrawn", _("Implicit flow withdrawn")
    RIGHTS_GIVEN = "rights_given", _("Right to more clients given")
    RIGHTS_TAKEN = "rights_taken", _("Right to more clients taken")
    SECRET_RESET = "secret_reset", _("Client secret reset")
    SECRET_ENDED = "secret_ended", _("Previous client secret ended")
    CONSENT_GIVEN = "consent_given", _("Access allowed")
    CONSENT_DENIED = "consent_denied", _("Access denied")
    TOKEN_SELF_ISSUED = "token_self_issued", _("Token made for oneself")
    TOKENS_REVOKED = "tokens_revoked", _("Tokens revoked")
    REPLAY_REVOKED = "replay_revoked", _("Revoked because a spent value was used again")
    CLIENT_FAILED = "client_failed", _("Client authentication failed")
    CLEANED_UP = "cleaned_up", _("Expired rows removed")
    ADOPTED = "adopted", _("Taken over from django-oauth-toolkit")


def record(
    act: Act,
    *,
    actor: Any = None,
    subject: Any = None,
    client: Any = None,
    ip_address: str | None = None,
    count: int | None = None,
    **details: Any,
) -> Event:
    """Write one event, in the transaction of the act itself, and one log line.

    `details` are JSON values; a secret or a token must never be among them.
    """
    event = _row(act, actor=actor, subject=subject, client=client, ip_address=ip_address, count=count, details=details)
    event.save(force_insert=True)
    return event


def record_each(
    act: Act, clients: Iterable[Any], *, actor: Any = None, ip_address: str | None = None, **details: Any
) -> None:
    """As `record`, for one act upon several clients: a row for each, about its owner, in one statement."""
    rows = [
        _row(act, actor=actor, subject=client.user, client=client, ip_address=ip_address, count=None, details=details)
        for client in clients
    ]
    apps.get_model("oauth_clients", "Event").objects.bulk_create(rows)


def _row(act: Act, *, actor: Any, subject: Any, client: Any, details: dict[str, Any], **more: Any) -> Event:
    """The row, not yet written, and its log line."""
    logger.info(
        act.value,
        extra={
            "act": act.value,
            "actor": getattr(actor, "pk", None),
            "subject": getattr(subject, "pk", None),
            "client": getattr(client, "client_id", None),
            **more,
        },
    )
    event: Event = apps.get_model("oauth_clients", "Event")(
        act=act,
        actor_id=getattr(actor, "pk", None),
        subject_id=getattr(subject, "pk", None),
        client=client,
        client_name=getattr(client, "name", ""),
        details=details,
        **more,
    )
    return event
