"""One system in one process: `python -m benchmarks.measure bare|plain`. Prints JSON; `run` compares."""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

SECRET = "measured-secret-0123456789-abcdefghijklmnopqrstuvwxyz"
ROUNDS = int(os.environ.get("ROUNDS", "50"))
TOKENS = int(os.environ.get("TOKENS", "200"))


def main(system: str) -> None:
    """Set up, measure, print, take down."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"benchmarks.{system}.settings"
    logging.disable()
    import django

    django.setup()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(json.dumps(plain() if system == "plain" else ours()))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def ours() -> dict[str, Any]:
    """These apps."""
    from django.contrib.auth import get_user_model

    from clients import values
    from clients.models import Client
    from tokens.models import TokenFamily
    from tokens.origin import Origin
    from tokens.rules.issuance import start
    from tokens.rules.revocation import Reason, revoke

    user = get_user_model().objects.create_user("ada")
    client = Client.objects.create(
        client_id="measured",
        client_secret=values.store(SECRET),
        client_type=Client.CLIENT_CONFIDENTIAL,
        audience=Client.Audience.EVERYONE,
        scopes="read write",
        name="Measured",
        redirect_uris="https://app.example/cb",
    )

    def token() -> str:
        return start(
            client=client,
            user=user,
            grant_type="authorization_code",
            scope=["read"],
            origin=Origin("192.0.2.1"),
            has_refresh_token=True,
        ).access_token

    def revoke_all() -> None:
        revoke(TokenFamily.objects.of_user(user).of_client(client), Reason(actor=user, subject=user), hold=user)

    return measured(token, revoke_all)


def plain() -> dict[str, Any]:
    """django-oauth-toolkit alone: its models have no act for many tokens, so they are revoked one by one."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone
    from oauth2_provider.models import AccessToken, Application, RefreshToken
    from oauthlib.common import generate_token

    user = get_user_model().objects.create_user("ada")
    application = Application.objects.create(
        client_id="measured",
        client_secret=SECRET,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        name="Measured",
    )

    def token() -> str:
        value = generate_token()
        access = AccessToken.objects.create(
            user=user,
            application=application,
            token=value,
            scope="read",
            expires=timezone.now() + timedelta(hours=1),
        )
        RefreshToken.objects.create(user=user, application=application, token=generate_token(), access_token=access)
        return value

    def revoke_all() -> None:
        for refresh in RefreshToken.objects.filter(user=user, application=application, revoked__isnull=True):
            refresh.revoke()
        for access in AccessToken.objects.filter(user=user, application=application):
            access.revoke()

    return measured(token, revoke_all)


def measured(token: Callable[[], str], revoke_all: Callable[[], None]) -> dict[str, Any]:
    """Milliseconds (medians) and database statements of the three acts."""
    from django.test import Client as Program

    program = Program()
    sent = {"grant_type": "client_credentials", "client_id": "measured", "client_secret": SECRET, "scope": "read"}
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token()}"}

    def issue() -> None:
        answer = program.post("/oauth/token/", sent)
        assert answer.status_code == 200, answer.content

    def verify() -> None:
        answer = program.get("/protected", **bearer)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.content

    found = {"issue a token": repeated(issue), "verify a token": repeated(verify)}
    for _ in range(TOKENS):
        token()
    found[f"revoke {TOKENS} tokens"] = once(revoke_all)
    return found


def repeated(act: Callable[[], None]) -> dict[str, float]:
    """The median of many, after a few to warm up."""
    for _ in range(5):
        act()
    statements = once(act)["statements"]
    return {"ms": statistics.median(timed(act) for _ in range(ROUNDS)), "statements": statements}


def once(act: Callable[[], None]) -> dict[str, float]:
    """Time and statements of one."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        took = timed(act)
    return {"ms": took, "statements": len(seen)}


def timed(act: Callable[[], None]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    main(sys.argv[1])
