"""Text is compared byte by byte on every engine."""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations.state import ModelState, ProjectState

from clients.db.operations import CompareExactly
from clients.models import Client
from tests.factories import ClientFactory, FamilyFactory
from tokens.models import TokenFamily

MIGRATIONS = ("clients.migrations.0001_initial", "tokens.migrations.0001_initial")
EXACT = [
    (module, operation)
    for module in MIGRATIONS
    for operation in import_module(module).Migration.operations
    if isinstance(operation, CompareExactly)
]


@pytest.mark.django_db
def test_an_id_in_another_case_is_another_id() -> None:
    client = ClientFactory(client_id="AbC")
    assert Client.objects.named("AbC").get() == client
    for other in ("abc", "AbC ", "AbÇ"):
        assert not Client.objects.named(other).exists()


@pytest.mark.django_db
def test_a_group_in_another_case_is_another_group() -> None:  # T19: exact byte match of the group
    FamilyFactory(token_group="Phone")
    assert TokenFamily.objects.filter(token_group="Phone").exists()
    for other in ("phone", "Phone ", "Phoné"):
        assert not TokenFamily.objects.filter(token_group=other).exists()


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "mysql", reason="asks MariaDB's own catalogue")
def test_every_column_has_the_binary_collation() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE()"
            " AND table_name LIKE 'oauth\\_%%' AND collation_name = 'utf8mb4_nopad_bin'"
        )
        assert cursor.fetchone()[0] >= len(EXACT)


class Recorder:
    """A schema editor that writes down what it should do, and the connection behind it."""

    alias = "default"

    def __init__(self, vendor: str, *, is_mariadb: bool = False) -> None:
        self.vendor, self.mysql_is_mariadb = vendor, is_mariadb
        self.statements: list[str] = []
        self.connection = self.ops = self

    def quote_name(self, name: str) -> str:
        return f"`{name}`"

    def execute(self, statement: str) -> None:
        self.statements.append(statement)


class Column(models.CharField):
    def db_type(self, connection: object) -> str:
        return "varchar(9)"


MODIFY = "ALTER TABLE `app_thing` MODIFY `name` varchar(9) CHARACTER SET utf8mb4 COLLATE {} NOT NULL"


@pytest.mark.parametrize(
    ("editor", "statements"),
    [
        (Recorder("mysql", is_mariadb=True), [MODIFY.format("utf8mb4_nopad_bin")]),
        (Recorder("mysql"), [MODIFY.format("utf8mb4_0900_bin")]),
        (Recorder("sqlite"), []),
        (Recorder("postgresql"), []),
    ],
)
def test_only_mysql_and_mariadb_need_to_be_told(editor: Any, statements: list[str]) -> None:
    state = ProjectState()
    state.add_model(ModelState("app", "Thing", [("id", models.AutoField(primary_key=True)), ("name", Column())]))
    operation = CompareExactly("thing", "name")
    operation.state_forwards("app", state)
    operation.database_forwards("app", editor, state, state)
    operation.database_backwards("app", editor, state, state)
    assert editor.statements == statements
    assert operation.describe() == "Compare thing.name byte by byte"
