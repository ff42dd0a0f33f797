"""The rules by which accounts are found."""

from __future__ import annotations

from typing import Any

from clients.errors import OAuthError
from clients.parameters import UNSAFE
from oauthsite.demo.models import Account
from oauthsite.demo.paging import number
from oauthsite.demo.querysets import AccountQuerySet


class NoSuchAccount(OAuthError):
    """There is none, or it is closed."""

    status = 404
    description = "Record not found"


def find(accounts: AccountQuerySet, key: str) -> Account:
    """The account of this number. Raises NoSuchAccount, whatever else the text is."""
    return _the_first(accounts.numbered([number(key) or 0]))


def find_by_name(accounts: AccountQuerySet, name: str, *, host: str) -> Account:
    """The account called `name`, `@name` or `name@host`. Raises NoSuchAccount."""
    username = local_part(name, host=host)
    if not UNSAFE.isdisjoint(username):
        raise NoSuchAccount
    return _the_first(accounts.named(username))


def search(words: str, *, host: str, among_followed_by: Any = None) -> AccountQuerySet:
    """Accounts whose name or display name contains the words; with a user, among those they follow."""
    wanted = local_part(words, host=host)
    accounts = Account.objects.shown()
    if among_followed_by is not None:
        accounts = accounts.followed_by(among_followed_by)
    return accounts.like(wanted) if wanted and UNSAFE.isdisjoint(wanted) else accounts.none()


def local_part(name: str, *, host: str) -> str:
    """`ada` of `@ada` and `ada@this.host`: programs write names in full."""
    stem, at, domain = name.strip().removeprefix("@").rpartition("@")
    return stem if at and domain.lower() == host.lower() else stem + at + domain


def _the_first(accounts: AccountQuerySet) -> Account:
    found = accounts.first()
    if found is None:
        raise NoSuchAccount
    return found
