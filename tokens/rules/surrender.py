"""The rule by which a client gives a token back (RFC 7009)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from clients.errors import UnauthorizedClient
from tokens.models import TokenFamily
from tokens.rules import inspection
from tokens.rules.revocation import Reason, revoke


def surrender(value: str, *, client: Any, ip_address: str | None) -> None:
    """End the token, and all that stems from the same authorization, if it is this client's.

    A refresh token takes its access tokens along, and an access token its family (RFC 7009 §2.1). One
    that is unknown or dead is ended already (§2.2). Raises UnauthorizedClient for the live token of
    another client.
    """
    found = inspection.find(value, spent_too=True)
    if found is None:
        return
    if found.client["pk"] == client.pk:
        user = found.user["pk"]
        subject = None if user is None else get_user_model()(pk=user)
        reason = Reason(subject=subject, client=client, ip_address=ip_address)
        revoke(TokenFamily.objects.only_this(found.family_id), reason, at_most=1)
    elif found.is_live:
        raise UnauthorizedClient("You are not authorized to revoke this token.")
