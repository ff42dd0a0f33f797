"""Transactions that nobody waits for the disk for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.db import commits

pytestmark = pytest.mark.django_db


def test_the_database_is_told_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(commits.UNHURRIED, connection.vendor, "SELECT 'no hurry'")
    with CaptureQueriesContext(connection) as queries, commits.unhurried(), connection.cursor() as cursor:
        cursor.execute("SELECT 'act'")
    said = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert said == ["SELECT 'no hurry'", "SELECT 'act'"]


def test_where_there_is_nothing_to_say_it_is_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "UNHURRIED", {})
    with commits.unhurried():
        assert connection.in_atomic_block


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL knows this")
def test_postgresql_answers_before_the_disk_does() -> None:
    with commits.unhurried(), connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("off",)
