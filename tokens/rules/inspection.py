"""What is known about a token value, access or refresh, in one statement (RFC 7662, RFC 7009)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import CharField, Value
from oauth2_provider.models import get_access_token_model, get_refresh_token_model

from clients import scopes
from clients.errors import InvalidToken
from clients.people import names_are_addresses
from tokens.rules.verification import CLIENT, FAMILY, LONGEST_TOKEN, refuse_dead

ACCESS, REFRESH = "access_token", "refresh_token"
_PARTS = {
    "": ("expires", "scope", "resource", "created"),
    "family__": FAMILY,  # what `refuse_dead` asks for
    "family__client__": CLIENT,
    "family__user__": ("pk", "is_active"),
}


@dataclass(frozen=True)
class Found:
    """A token that exists, dead or alive."""

    kind: str
    family_id: UUID
    token: Mapping[str, Any]
    family: Mapping[str, Any]
    client: Mapping[str, Any]
    user: Mapping[str, Any]

    @property
    def is_live(self) -> bool:
        """Whether everything that it rests on stands."""
        try:
            refuse_dead(self.token, self.family, self.client, self.user)
        except InvalidToken:
            return False
        return True


def find(value: str, *, spent_too: bool = False) -> Found | None:
    """The token of this value. A refresh token that was used already counts only if `spent_too`."""
    if len(value) > LONGEST_TOKEN:
        return None
    name = get_user_model().USERNAME_FIELD
    parts = {**_PARTS, "family__user__": (*_PARTS["family__user__"], name)}
    columns = [prefix + column for prefix, names in parts.items() for column in names]
    refresh = get_refresh_token_model().objects.valued(value)
    either = [
        rows.annotate(kind=Value(kind, CharField())).values_list(*columns, "kind")
        for kind, rows in (
            (ACCESS, get_access_token_model().objects.valued(value)),
            (REFRESH, refresh if spent_too else refresh.unspent()),
        )
    ]
    row = next(iter(either[0].union(either[1], all=True)), None)
    if row is None:
        return None
    cells = iter(row)
    token, family, client, user = ({column: next(cells) for column in names} for names in parts.values())
    return Found(next(cells), family["id"], token, family, client, user)


def introspect(value: str, *, client: Any, issuer: str) -> dict[str, Any]:
    """What a client may know about a token (RFC 7662 §2.2): of its own, or of all if it was let.

    Whatever is dead, foreign or no token at all gets the same answer, which says nothing else (§2.2, §4).
    """
    found = find(value)
    if found is None or not found.is_live or not (client.introspects_all or found.client["pk"] == client.pk):
        return {"active": False}
    user, token = found.user, found.token
    # A client without the scope `email` is told no address; a resource server that an administrator let ask is.
    is_told_names = client.introspects_all or not names_are_addresses()
    answer = {
        "scope": " ".join(scopes.effective(token["scope"].split(), found.client["scopes"].split())),
        "client_id": found.client["client_id"],
        "token_type": "Bearer" if found.kind == ACCESS else None,
        "exp": _seconds(token["expires"]),
        "iat": _seconds(token["created"]),
        "sub": None if user["pk"] is None else str(user["pk"]),
        "username": user[get_user_model().USERNAME_FIELD] if is_told_names else None,
        "aud": token["resource"],
        "iss": issuer,
    }
    return {"active": True, **{name: given for name, given in answer.items() if given not in (None, "", [])}}


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
