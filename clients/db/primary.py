"""Rows that are read where they are written."""

from __future__ import annotations

from typing import TypeVar

from django.db import models, router

Row = TypeVar("Row", bound=models.Model)


class OnPrimary(models.QuerySet[Row]):
    """Rows of the database that takes the writes, also where a router sends what is read to a replica.

    A replica that lags knows neither the newest token nor the newest revocation. `using()` overrides it.
    """

    @property
    def db(self) -> str:
        """The alias of that database."""
        chosen, hints = self._db, self._hints  # type: ignore[attr-defined]  # which Django's own `db` reads
        return str(chosen or router.db_for_write(self.model, **hints))
