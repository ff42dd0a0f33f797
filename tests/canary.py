"""T18, A10, H12: wherever a value of ours is not meant to be, no test leaves one.

Every value begins like `oas_at_`, so one pattern finds them all: after each test in the rows of every
table, in what was logged and in what was mailed. `records` is all that was logged in the test at hand.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.contrib.sessions.models import Session
from django.core import mail
from django.db import Error, connection

from clients.values import Kind
from oauthsite.logs import OneLine

VALUE = re.compile(rf"oas_(?:{'|'.join(Kind)})_[0-9A-Za-z]{{10,}}")

records: list[logging.LogRecord] = []


def watch_logs() -> None:
    """Keep every record that any logger makes, whatever its handlers do with it."""
    make = logging.getLogRecordFactory()

    def keep(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        records.append(record)
        return record

    logging.setLogRecordFactory(keep)


def leaks(*, has_database: bool) -> list[str]:
    """Where values of ours came to light."""
    places = [*_logs(), *_mails()]
    if has_database:
        with suppress(Error):  # the test broke its transaction or closed its connection, as tests of failures do
            places += _tables()
    return [f"{place}: {found[0][:12]}…" for place, text in places if (found := VALUE.findall(text))]


def _logs() -> Iterator[tuple[str, str]]:
    for record in records:
        yield f"log of {record.name}", OneLine().format(record)


def _mails() -> Iterator[tuple[str, str]]:
    for message in getattr(mail, "outbox", []):
        yield "mail", f"{message.subject}\n{message.body}\n{getattr(message, 'alternatives', '')}"


def _tables() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  (a table's own name)
            yield f"table {table}", str(cursor.fetchall())
    for session in Session.objects.all():
        yield "session", str(session.get_decoded())
