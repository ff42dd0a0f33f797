"""The rule that holds back whoever guesses passwords (RFC 6749 §10.10; OWASP ASVS 6.3.1).

An attempt is counted before the password is looked at, and given back when it was right: however
many run at once, no more than the limit reach the password. The strictest limit counts an account
together with an address, so that a victim logs in from elsewhere while somebody guesses. The limit
of the account alone, against guessing from many addresses, spares addresses that its owner used.
"""

from __future__ import annotations

from typing import Any

from clients.border.addresses import bucket
from clients.border.throttles import AtomicThrottle
from clients.errors import TooManyRequests
from clients.parameters import UNSAFE
from tokens.models import TokenFamily
from tokens.querysets import accounts_of


class ByAccountAndAddress(AtomicThrottle):
    """Wrong passwords for one account from one address."""

    scope = "guesses_account_address"


class ByAddress(AtomicThrottle):
    """Wrong passwords from one address, whatever the accounts."""

    scope = "guesses_address"


class ByAccount(AtomicThrottle):
    """Wrong passwords for one account, whatever the addresses."""

    scope = "guesses_account"


class Attempt:
    """One look at a password. Give it back with `succeeded()`."""

    def __init__(self) -> None:
        self._taken: list[tuple[AtomicThrottle, str]] = []

    def take(self, throttle: AtomicThrottle, *parts: str) -> bool:
        """Count against one limit; False when it is reached."""
        key = throttle.key_of(*parts)
        self._taken.append((throttle, key))
        return throttle.take(key)

    def succeeded(self) -> None:
        """The password was right: this was no guess."""
        for throttle, key in self._taken:
            throttle.give_back(key)


def begin(*, name: str, ip_address: str | None) -> tuple[Attempt, Any]:
    """The attempt to log in as `name`, counted, and the account that is meant, if there is one.

    Raises TooManyRequests, for accounts that exist and for those that do not.
    """
    account = find_account(name)
    who = f"user {account.pk}" if account else f"name {name.casefold()}"
    where = bucket(ip_address)
    attempt = Attempt()
    for throttle, parts in ((ByAccountAndAddress(), (who, where)), (ByAddress(), (where,))):
        if not attempt.take(throttle, *parts):
            raise TooManyRequests(throttle.wait())
    of_account = ByAccount()
    if not attempt.take(of_account, who) and not _is_familiar(account, ip_address):
        raise TooManyRequests(of_account.wait())
    return attempt, account


def find_account(name: str) -> Any:
    """The account with this user name, or the only one with this e-mail address; None if there is none."""
    if not UNSAFE.isdisjoint(name):
        return None
    by_name, by_address = accounts_of(name)
    found = by_name.first()
    # Asked for either way, so that a name that exists takes no less time.
    sharing = list(by_address[:2]) if "@" in name else []
    return found or (sharing[0] if len(sharing) == 1 else None)


def _is_familiar(account: Any, ip_address: str | None) -> bool:
    return account is not None and TokenFamily.objects.of_user(account).authorized_from(ip_address).exists()
