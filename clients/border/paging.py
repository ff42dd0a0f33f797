"""pnut's paging: newest first, between two ids (docs.pnut.io: Pagination)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from clients.querysets import between

COUNT, MOST = 20, 200  # rows on a page: unless asked, and at most


@dataclass(frozen=True)
class Page:
    """The keys of a page, newest first, and what its `meta` says about it."""

    keys: list[Any]
    more: bool

    @property
    def meta(self) -> dict[str, Any]:
        """`more`, and between which ids the page lies."""
        ends = [str(self.keys[-1]), str(self.keys[0])] if self.keys else [None, None]
        return {"more": self.more, "min_id": ends[0], "max_id": ends[1]}


def page(rows: QuerySet[Any], query: Mapping[str, str], *, key: str = "pk", default: int | None = COUNT) -> Page:
    """One page, by `before_id`, `since_id` and `count`; a negative count takes the oldest.

    What is invalid is ignored, as pnut does. Without `default` and `count`: everything.
    """
    since, before = (as_key(rows.model, key, query.get(name, "")) for name in ("since_id", "before_id"))
    count = _count(query.get("count", "")) or default
    is_oldest = count is not None and count < 0
    ordered = between(rows, key, since=since, before=before).order_by(key if is_oldest else f"-{key}")
    keys = ordered.values_list(key, flat=True)
    found = list(keys if count is None else keys[: abs(count) + 1])
    has_more = count is not None and len(found) > abs(count)
    found = found[: abs(count)] if count is not None else found
    return Page(found[::-1] if is_oldest else found, has_more)


def _count(text: str) -> int | None:
    try:
        count = int(text)
    except ValueError:
        return None
    return count if 1 <= abs(count) <= MOST else None


def as_key(model: Any, name: str, text: str) -> Any:
    """`text` as a value of that column; None if it cannot be one."""
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    try:
        field.run_validators(key := field.to_python(text))
    except ValidationError:
        return None
    return key
