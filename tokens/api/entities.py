"""Tokens as pnut's API shows them (docs.pnut.io: Token)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser

from clients import mail, scopes
from clients.api.entities import pnut_client
from clients.border.pnut import find_person, pnut_name, shown_scopes, shown_users
from tokens.models import TokenFamily
from tokens.rules.issuance import Issued
from tokens.rules.verification import Bearer

EMAIL = "email"
STORAGE = {"available": 0, "total": 0}  # pnut's clients look at it before they upload; here is none


def of_bearer(bearer: Bearer, *, home: str) -> dict[str, Any]:
    """The token that a request carries."""
    holder = find_person("me", viewer=bearer.user)  # with all its columns, which verifying does not fetch
    shown = shown_users([holder], viewer=holder, home=home)[0]
    return _token(bearer.client, bearer.scope, user=holder, shown=shown)


def of_families(client: Any, families: Sequence[TokenFamily], *, home: str) -> list[dict[str, Any]]:
    """A client's tokens, one for each authorization."""
    holders = {family.user_id: family.user for family in families}
    shown = dict(zip(holders, shown_users(list(holders.values()), viewer=AnonymousUser(), home=home), strict=True))
    return [
        {
            **_token(client, client.effective_scopes(family.scope), user=family.user, shown=shown[family.user_id]),
            "pagination_id": str(family.pk),
        }
        for family in families
    ]


def signed_in(issued: Issued, *, home: str) -> dict[str, Any]:
    """What pnut's token endpoint says beside a new token; nothing of a user for an app's."""
    family = issued.family
    names = issued.row.scope.split()
    if family.user is None:
        return {"token": _token(family.client, names)}
    shown = shown_users([family.user], viewer=family.user, home=home)[0]
    return {
        "token": _token(family.client, names, user=family.user, shown=shown),
        "user_id": str(family.user.pk),
        "username": pnut_name(family.user),
    }


def _token(
    client: Any, names: Sequence[str], *, user: Any = None, shown: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    found: dict[str, Any] = {"app": pnut_client(client), "scopes": shown_scopes(names)}
    if user is not None:
        found |= {"user": shown, "storage": STORAGE}
        if scopes.covers(names, (EMAIL,)):
            found["email"] = mail.address_of(user)
    return found
