"""What the traffic is made of: clients, tokens, refresh tokens, codes, made by the site's own rules."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

SECRET = "oas_cs_of-the-client-that-breaks-nothing-0123456789"
PG_SECRET = "oas_pg_of-the-client-that-breaks-nothing-0123456789"
PASSWORD = "correct horse battery staple"
REDIRECT_URI = "https://app.example/cb"
_numbers = itertools.count()


@dataclass
class Holdings:
    """What programs hold. A refresh token or a code is taken by one request at a time."""

    client_id: str
    tokens: list[str] = field(default_factory=list)
    refresh_tokens: SimpleQueue[Any] = field(default_factory=SimpleQueue)
    codes: SimpleQueue[Any] = field(default_factory=SimpleQueue)


def prepare(*, tokens: int = 100, refresh_tokens: int = 50, codes: int = 200) -> Holdings:
    """New rows for one fault, with a client of its own, and none of the fault before."""
    from django.db import connection, connections

    from tokens.origin import Origin
    from tokens.rules.issuance import start
    from tokens.rules.redemption import grant_code

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE oauth_tokens_tokenfamily CASCADE")
    origin = Origin("192.0.2.1", "faults")
    client, user = registered(), person()
    held = Holdings(client.client_id)
    by_code: dict[str, Any] = {"client": client, "user": user, "scope": ["read"], "origin": origin}
    for _ in range(tokens):
        held.tokens.append(start(**by_code, grant_type="authorization_code").access_token)
    for _ in range(refresh_tokens):
        issued = start(**by_code, grant_type="authorization_code", has_refresh_token=True)
        held.refresh_tokens.put(issued.refresh_token)
    for _ in range(codes):
        held.codes.put(grant_code(**by_code, redirect_uri=REDIRECT_URI)[1])
    connections.close_all()  # the server may be gone the next time
    return held


def registered() -> Any:
    """A confidential client for everyone, which may use the password flow too."""
    from clients import values
    from clients.models import Client

    return Client.objects.create(
        client_id=f"faults-{next(_numbers)}",
        client_secret=values.store(SECRET),
        password_grant_secret=values.store(PG_SECRET),
        client_type=Client.CLIENT_CONFIDENTIAL,
        audience=Client.Audience.EVERYONE,
        user=person(),
        scopes="read write offline_access",
        grant_types="authorization_code client_credentials password",
        name="Faults",
        redirect_uris=REDIRECT_URI,
    )


def person() -> Any:
    """A user with an address and a password."""
    from django.contrib.auth import get_user_model

    name = f"person-{next(_numbers)}"
    return get_user_model().objects.create_user(name, email=f"{name}@example.org", password=PASSWORD)
