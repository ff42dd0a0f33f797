"""Model fields of our own."""

from typing import Any

from django.db import models

from clients import values


class SecretField(models.CharField):  # type: ignore[type-arg]  # Django gives it no argument at run time
    """A column that never holds a secret in clear: what is not a hash yet is hashed on save."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 255)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The hash, which from now on the row in memory holds as well."""
        column: str = _hashed(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, column)
        return column

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """The hash again where no row is saved: `update()` and `bulk_update()`."""
        return super().get_db_prep_save(_hashed(value), connection)


def _hashed(column: Any) -> Any:
    is_clear = isinstance(column, str) and column and not values.is_stored(column)
    return values.store(column) if is_clear else column
