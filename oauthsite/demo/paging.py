"""Paging by key: newest first, a window between two keys, no counting and no offsets.

Mastodon and pnut name the same things differently; both read them into a `Window` and write what a
`Page` tells. `AccountQuerySet.followed_by` and `following` give each account its `position`.
"""

from __future__ import annotations

from dataclasses import dataclass

from oauthsite.demo.models import Account
from oauthsite.demo.querysets import AccountQuerySet

LARGEST = 2**63 - 1  # what a key column can hold


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which part of a list is asked for: at most `limit` rows, each `below` one key and `above` another."""

    limit: int
    below: int | None = None
    above: int | None = None
    from_oldest: bool = False  # the rows next to `above`, not the newest


@dataclass(frozen=True)
class Page:
    """The rows of a window, newest first."""

    rows: list[Account]
    has_more: bool  # in the direction of walking: older ones, or newer ones if it went from the oldest
    has_older: bool

    @property
    def newest(self) -> int | None:
        """The largest key on the page."""
        return self.rows[0].position if self.rows else None

    @property
    def oldest(self) -> int | None:
        """The smallest key on the page."""
        return self.rows[-1].position if self.rows else None


def page(accounts: AccountQuerySet, window: Window) -> Page:
    """The part of a list in the window: one statement, two if it walks from the oldest."""
    within = accounts.older_than(window.below).newer_than(window.above)
    direction = "position" if window.from_oldest else "-position"
    found = list(within.order_by(direction)[: window.limit + 1])
    has_more = len(found) > window.limit
    rows = found[: window.limit]
    if not window.from_oldest:
        return Page(rows, has_more, has_older=has_more)
    rows.reverse()
    has_older = bool(rows) and accounts.older_than(rows[-1].position).exists()
    return Page(rows, has_more, has_older)


def number(text: str | None) -> int | None:
    """A key or a count that a caller sent; None if it is no whole number, which is as good as none sent.

    Beyond what a key column holds it is the largest key: the comparison comes out the same.
    """
    digits = (text or "").removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return None
    size = LARGEST if len(digits) > len(str(LARGEST)) else min(int(digits), LARGEST)
    return -size if (text or "").startswith("-") else size
