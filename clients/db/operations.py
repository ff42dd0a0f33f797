"""A migration operation: text that is compared byte by byte on every engine."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


class CompareExactly(Operation):
    """MySQL and MariaDB compare text without regard to case, accents and spaces at the end; not in this column.

    There a client could otherwise be found under an id in another case, and revoking the token group
    "Phone" would take "phone" along. Other engines compare exactly as they are.
    """

    reversible = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The model's state stays as it is."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Give the column a binary collation where that is needed."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor != "mysql" or not self.allow_migrate_model(
            schema_editor.connection.alias, model
        ):
            return
        field = model._meta.get_field(self.field_name)
        mysql: Any = schema_editor.connection
        quote = mysql.ops.quote_name
        collation = "utf8mb4_nopad_bin" if mysql.mysql_is_mariadb else "utf8mb4_0900_bin"
        schema_editor.execute(
            f"ALTER TABLE {quote(model._meta.db_table)} MODIFY {quote(field.column)} "
            f"{field.db_type(mysql)} CHARACTER SET utf8mb4 COLLATE {collation} NOT NULL"
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Nothing: the column goes with its table."""

    def describe(self) -> str:
        """What `migrate --plan` prints."""
        return f"Compare {self.model_name}.{self.field_name} byte by byte"
