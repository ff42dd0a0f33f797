"""The rule by which a token, or a client's secret, is believed. Asked for at every use, never cached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from clients import scopes, values
from clients.conf import options
from clients.errors import InvalidClient, InvalidToken
from tokens.models import TokenFamily

LONGEST_TOKEN = 512

# What one look at a token needs. One statement, no model instances (they cost most of its time).
_TOKEN = ("pk", "expires", "scope", "resource", "created")
FAMILY = ("id", "issued_at", "revoked_at", "grant_type", "token_group", "last_used")
CLIENT = (
    "pk",
    "client_id",
    "name",
    "website",
    "redirect_uris",
    "scopes",
    "status",
    "audience",
    "user_id",
    "created",
    "password_grant_secret",
)


@dataclass(frozen=True)
class Bearer:
    """A live access token and what it stands for.

    `scope` is what it is worth now: granted, and still within client and catalogue. `user` and
    `client` are rows with the columns at hand; the others load when they are asked for.
    """

    token_id: int
    expires: datetime | None
    created: datetime
    granted: str
    resource: tuple[str, ...]
    family_id: UUID
    grant_type: str
    token_group: str
    user: Any
    client_columns: Mapping[str, Any]

    @cached_property
    def client(self) -> Any:
        """The client it was issued to."""
        return _instance(get_application_model(), self.client_columns)

    @cached_property
    def scope(self) -> tuple[str, ...]:
        """The scopes it is worth now, by name."""
        return scopes.effective(self.granted.split(), self.client_columns["scopes"].split())

    @property
    def is_app_token(self) -> bool:
        """Whether it is the client's own, on nobody's behalf."""
        return self.user is None

    def allows(self, *wanted: str) -> bool:
        """Whether its scopes contain all of these."""
        return scopes.covers(self.scope, wanted)


def verify(value: str, *, ip_address: str | None = None) -> Bearer:
    """What the access token stands for. Raises InvalidToken.

    It is dead if it is unknown or expired, its family revoked, its user inactive, its client
    suspended, or the client's audience no longer includes its user.
    """
    if len(value) > LONGEST_TOKEN:
        raise InvalidToken
    user_model: Any = get_user_model()
    parts, tokens = _lookup(user_model)
    row = next(iter(tokens.valued(value)), None)
    if row is None:
        raise InvalidToken
    cells = iter(row)
    token, family, client, user = ({name: next(cells) for name in names} for names in parts.values())
    refuse_dead(token, family, client, user)
    _note_use(family["id"], last_used=family["last_used"], ip_address=ip_address)
    return Bearer(
        token_id=token["pk"],
        expires=token["expires"],
        created=token["created"],
        granted=token["scope"],
        resource=tuple(token["resource"]),
        family_id=family["id"],
        grant_type=family["grant_type"],
        token_group=family["token_group"],
        user=None if user["pk"] is None else _instance(user_model, user),
        client_columns=client,
    )


@cache
def _lookup(user_model: Any) -> tuple[dict[str, tuple[str, ...]], Any]:
    """What `verify` selects, by table, and the query for it: resolving the names costs more than the database does."""
    parts = {
        "": _TOKEN,
        "family__": FAMILY,
        "family__client__": CLIENT,
        "family__user__": ("pk", "is_active", user_model.USERNAME_FIELD),
    }
    columns = [prefix + name for prefix, names in parts.items() for name in names]
    return parts, get_access_token_model().objects.values_list(*columns)


def verify_client(*, client_id: str, secret: str | None, note_use: bool = True) -> Any:
    """The client that these credentials prove (RFC 6749 §2.3.1). Raises InvalidClient.

    A client without a secret is only named, not proven; it must not send one. Whether the client
    exists makes no difference in time: a digest is compared either way. Without `note_use` only what somebody
    waits for is written down: that the secret before the reset is still in use, or an older hash brought to ours.
    """
    client = get_application_model().objects.identified_by(client_id)
    if client is None:
        values.matches(secret or "", values.STORED_AS)
        raise InvalidClient
    if client.is_public:
        if secret:
            raise InvalidClient
        return client
    column = client.which_secret(secret) if secret else None
    if column is None:
        raise InvalidClient
    if note_use or column != "client_secret" or not client.client_secret.startswith(values.STORED_AS):
        _note_secret(client, column, secret or "")
    return client


def _instance(model: Any, columns: Mapping[str, Any]) -> Any:
    """A row of which these columns are at hand; any other loads when it is asked for."""
    by_name = {model._meta.pk.attname if name == "pk" else name: value for name, value in columns.items()}
    names = [field.attname for field in model._meta.concrete_fields if field.attname in by_name]
    return model.from_db(None, names, [by_name[name] for name in names])


def refuse_dead(
    token: Mapping[str, Any], family: Mapping[str, Any], client: Mapping[str, Any], user: Mapping[str, Any]
) -> None:
    """Raises InvalidToken unless everything that the token rests on stands."""
    holder = user["pk"]
    is_expired = token["expires"] is not None and timezone.now() >= token["expires"]
    is_replaced = token["created"] < family["issued_at"]  # a refresh made newer ones
    is_inactive = holder is not None and not user["is_active"]
    is_strangers = holder is not None and client["audience"] == "owner" and client["user_id"] != holder
    # Withdrawing the password flow revokes its tokens; this is for one that was being issued at that moment.
    is_unapproved = family["grant_type"] == "password" and not client["password_grant_secret"]
    if (
        is_expired
        or is_replaced
        or is_inactive
        or is_strangers
        or is_unapproved
        or family["revoked_at"]
        or client["status"] != "active"
    ):
        raise InvalidToken


def _note_use(family_id: UUID, *, last_used: datetime | None, ip_address: str | None) -> None:
    """Write down the use, at most once in LAST_USED_PRECISION: a row that is written at every request is a lock."""
    if _is_recent(last_used):
        return
    now = timezone.now()
    TokenFamily.objects.used_before(family_id, now - timedelta(seconds=options().LAST_USED_PRECISION)).update(
        last_used=now, last_used_ip=ip_address
    )


def _note_secret(client: Any, column: str, secret: str) -> None:
    """Write down that a secret was used, and bring an older hash of it to ours."""
    used = "secret_used_at" if column == "client_secret" else "previous_secret_used_at"
    is_ours = getattr(client, column).startswith(values.STORED_AS)
    if is_ours and _is_recent(getattr(client, used)):
        return
    changes: dict[str, Any] = {used: timezone.now()}
    if not is_ours:
        changes[column] = values.store(secret)
    # Only where the secret is still this one: a reset may have happened since (never undo it).
    get_application_model().objects.with_secret(client.pk, column, getattr(client, column)).update(**changes)


def _is_recent(moment: datetime | None) -> bool:
    return moment is not None and (timezone.now() - moment).total_seconds() < options().LAST_USED_PRECISION
