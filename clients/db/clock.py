"""The database's clock beside this machine's."""

from __future__ import annotations

import time

from django.db import connection

# Seconds since 1970, as the database's machine has them.
NOW = {
    "mysql": "SELECT UNIX_TIMESTAMP(NOW(6))",
    "postgresql": "SELECT EXTRACT(EPOCH FROM clock_timestamp())",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400",
}


def difference() -> float:
    """Seconds by which this machine's clock is ahead of the database's; half the time of asking is left in doubt.

    Zero for an engine whose clock nobody here knows how to read.
    """
    if connection.vendor not in NOW:
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # connects, if it has to
        asked = time.time()
        cursor.execute(NOW[connection.vendor])
        (there,) = cursor.fetchone()
        answered = time.time()
    return (asked + answered) / 2 - float(there)
