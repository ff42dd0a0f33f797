"""The rule by which a client gets a new secret, from whichever door."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import get_application_model

from clients import events, mail, signals, values
from clients.errors import Invalid
from clients.events import Act

LONGEST_GRACE = 168  # hours: a week
USUAL_GRACE = 24


def reset_secret(client: Any, *, actor: Any, grace_hours: int, ip_address: str | None = None, note: str = "") -> str:
    """Give a client a new secret, which is returned this once; `client` is brought up to date.

    The old one goes on working for `grace_hours` (0: not for one more request). An even older one
    ends now: two live at most. Raises Invalid for a public client or hours beyond a week.
    """
    if not 0 <= grace_hours <= LONGEST_GRACE:
        raise Invalid({"grace_hours": _("must be between 0 and %(hours)d") % {"hours": LONGEST_GRACE}})
    secret, now = values.generate(values.Kind.CLIENT_SECRET), timezone.now()
    with transaction.atomic():
        held = get_application_model().objects.lock(client.pk)
        if held.is_public:
            raise Invalid({"client": _("A public client has no secret.")})
        _retire(client, held, ends_at=now + timedelta(hours=grace_hours) if grace_hours else None)
        client.client_secret, client.secret_created_at, client.secret_used_at = values.store(secret), now, None
        client.save(update_fields=_COLUMNS)
        _note(client, Act.SECRET_RESET, actor=actor, ip_address=ip_address, grace_hours=grace_hours, note=note)
        if client.user and client.user != actor:
            _tell(client, grace_hours, note)
    return secret


def end_previous_secret(client: Any, *, actor: Any, ip_address: str | None = None) -> None:
    """End the secret before the last reset, at once; `client` is brought up to date. Without one nothing happens."""
    with transaction.atomic():
        held = get_application_model().objects.lock(client.pk)
        if held.previous_secret:
            _retire(client, held, ends_at=None)
            client.save(update_fields=_COLUMNS[3:])
            _note(client, Act.SECRET_ENDED, actor=actor, ip_address=ip_address)


def renew_password_grant_secret(client: Any, *, actor: Any, ip_address: str | None = None) -> str:
    """A new secret for the password flow, returned this once; the old one ends now.

    Raises Invalid unless an administrator approved the client for that flow.
    """
    secret = values.generate(values.Kind.PASSWORD_GRANT_SECRET)
    with transaction.atomic():
        held = get_application_model().objects.lock(client.pk)
        if not held.is_password_flow_approved:
            raise Invalid({"client": _("This client is not approved for the password flow.")})
        client.password_grant_secret, client.password_grant_secret_created_at = values.store(secret), timezone.now()
        client.save(update_fields=["password_grant_secret", "password_grant_secret_created_at"])
        _note(client, Act.SECRET_RESET, actor=actor, ip_address=ip_address, secret="password_grant_secret")
    return secret


_COLUMNS = [
    "client_secret",
    "secret_created_at",
    "secret_used_at",
    "previous_secret",
    "previous_secret_created_at",
    "previous_secret_used_at",
    "previous_secret_ends_at",
]


def _retire(client: Any, held: Any, *, ends_at: Any) -> None:
    """The secret in force becomes the previous one, or goes."""
    client.previous_secret = held.client_secret if ends_at else ""
    client.previous_secret_created_at = held.secret_created_at if ends_at else None
    client.previous_secret_used_at = held.secret_used_at if ends_at else None
    client.previous_secret_ends_at = ends_at


def _note(client: Any, act: Act, *, actor: Any, ip_address: str | None, **details: Any) -> None:
    events.record(act, actor=actor, subject=client.user, client=client, ip_address=ip_address, **details)
    transaction.on_commit(
        partial(signals.client_changed.send_robust, sender=type(client), client=client, actor=actor, act=act)
    )


def _tell(client: Any, grace_hours: int, note: str) -> None:
    """The owner has to fetch the new secret; it never travels by mail."""
    subject = _("The secret of %(client)s was reset") % {"client": client}
    lines = [
        _("An administrator gave your client %(client)s a new secret.") % {"client": client},
        _("The old one works for %(hours)d more hours.") % {"hours": grace_hours}
        if grace_hours
        else _("The old one no longer works."),
        note,
    ]
    mail.send(mail.address_of(client.user), subject, "\n\n".join(filter(None, lines)))
