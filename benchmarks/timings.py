"""Whether the time of a refused password tells why it was refused: `python -m benchmarks.timings`.

Samples of every kind of failure in turns, through the whole site. The hash is set to a tenth of
Django's rounds, so that whatever else differs weighs ten times as much as it would on a site.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import tempfile
import time

SAMPLES = int(os.environ.get("SAMPLES", "500"))
PG_SECRET = "oas_pg_measured"
KINDS = {
    "unknown user": {"username": "nobody", "password": "wrong"},
    "unknown e-mail address": {"username": "nobody@example.org", "password": "wrong"},
    "wrong password": {"username": "ada", "password": "wrong"},
    "inactive user, right password": {"username": "gone", "password": "right"},
    "not the owner, right password": {"username": "ada", "password": "right"},
}


def main() -> None:
    """Measure, print a table in Markdown, and fail if two bodies differ."""
    folder = tempfile.TemporaryDirectory()
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder.name}/timings.sqlite3")
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.site.settings"
    logging.disable()
    import django
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    PBKDF2PasswordHasher.iterations //= 10
    django.setup()
    from django.db import connection
    from django.test import Client as Program

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    prepare()
    program, times, bodies = Program(), {kind: [] for kind in KINDS}, set()  # type: ignore[var-annotated]
    sent = {"grant_type": "password", "client_id": "measured", "password_grant_secret": PG_SECRET}
    for number in range(SAMPLES + 5):
        for kind, guess in KINDS.items():
            began = time.perf_counter()
            answer = program.post("/oauth/access_token", {**sent, **guess})
            took = (time.perf_counter() - began) * 1_000
            bodies.add((answer.status_code, answer.content))
            if number >= 5:
                times[kind].append(took)
    connection.creation.destroy_test_db(name, verbosity=0)
    report(times)
    if len(bodies) != 1:
        sys.exit(f"the bodies differ: {bodies}")
    print(f"\nAll {SAMPLES * len(KINDS)} bodies are identical.")


def prepare() -> None:
    """An own-use client that may use the password flow, and people who are not its owner."""
    from django.contrib.auth import get_user_model

    from clients import values
    from clients.models import Client

    people = get_user_model().objects
    people.create_user("ada", email="ada@example.org", password="right")
    people.create_user("gone", password="right", is_active=False)
    Client.objects.create(
        client_id="measured",
        client_secret=values.store("measured"),
        password_grant_secret=values.store(PG_SECRET),
        client_type=Client.CLIENT_CONFIDENTIAL,
        user=people.create_user("owner"),
        audience=Client.Audience.OWNER,
        scopes="read",
        name="Measured",
        redirect_uris="https://app.example/cb",
    )


def report(times: dict[str, list[float]]) -> None:
    """Medians, beside that of a wrong password."""
    base = statistics.median(times["wrong password"])
    print(f"| failure ({SAMPLES} samples each, in turns) | median | beside a wrong password |")
    print("| --- | ---: | ---: |")
    for kind, found in times.items():
        median = statistics.median(found)
        print(f"| {kind} | {median:.2f} ms | {(median / base - 1) * 100:+.1f} % |")


if __name__ == "__main__":
    main()
