"""The rule by which rows go that no longer serve: in small batches along an index, beside live traffic.

Each batch is a transaction of its own that takes only rows nobody else holds, so a run may be killed and begun
again at any time, two may run at once, and nobody waits for either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, router, transaction
from django.utils import timezone
from oauth2_provider.models import (
    get_access_token_model,
    get_application_model,
    get_device_grant_model,
    get_grant_model,
    get_refresh_token_model,
)

from clients.conf import options
from tokens import querysets_admin as words
from tokens.models import TokenFamily

WINDOW = 10_000  # keys read at a time where no index tells who is dead
A_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What was just removed: of what kind, and how many."""

    kind: str
    count: int


def clean_up(*, batch_size: int = 1_000, pause: float = 0.0) -> Iterator[Batch]:
    """Remove what no longer serves, telling of each batch. Rest `pause` seconds after each."""
    for kind, step in STEPS.items():
        for count in step(batch_size):
            yield Batch(kind=kind, count=count)
            time.sleep(pause)


def outlook() -> dict[str, int]:
    """How many rows of each kind `clean_up` would remove."""
    clients = _idle_clients()
    return {
        "expired": TokenFamily.objects.dead_by_time(_before(options().DEAD_TOKEN_RETENTION)).count(),
        "revoked": TokenFamily.objects.dead_by_act(_before(options().DEAD_TOKEN_RETENTION)).count(),
        "codes": words.ended_before(get_grant_model(), _before(options().SPENT_CODE_RETENTION)).count(),
        "access_tokens": words.ended_before(get_access_token_model(), _before(A_DAY)).count(),
        "refresh_tokens": words.ended_before(get_refresh_token_model(), _before(A_DAY)).count(),
        "devices": words.ended_before(get_device_grant_model(), _before(A_DAY)).count(),
        "secrets": get_application_model().objects.with_ended_secret().count(),
        "clients": 0 if clients is None else clients.count(),
    }


def _expired_families(size: int) -> Iterator[int]:
    """Families whose time is over, codes that nobody spent among them."""
    moment = _before(options().DEAD_TOKEN_RETENTION)
    yield from _in_batches(lambda: TokenFamily.objects.dead_by_time(moment)[:size], _remove_families)


def _revoked_families(size: int) -> Iterator[int]:
    """Revoked families. No index knows them (each would cost every issuance), so walk along the primary key."""
    moment, after = _before(options().DEAD_TOKEN_RETENTION), None
    while window := TokenFamily.objects.all().window(after, WINDOW):
        after = window[-1][0]
        dead = [key for key, revoked_at in window if revoked_at is not None and revoked_at < moment]
        for start in range(0, len(dead), size):
            keys = dead[start : start + size]
            with transaction.atomic():
                count = _remove_families(_take(TokenFamily.objects.keyed(keys)))
            yield count


def _codes(size: int) -> Iterator[int]:
    """Codes by which a replay is no longer looked for (RFC 6749 §10.5)."""
    yield from _ended(get_grant_model(), options().SPENT_CODE_RETENTION, size)


def _access_tokens(size: int) -> Iterator[int]:
    """Access tokens past their end. A family that is refreshed lives on, and leaves one behind with each refresh."""
    yield from _ended(get_access_token_model(), A_DAY, size)


def _refresh_tokens(size: int) -> Iterator[int]:
    """Refresh tokens past their end, spent or not."""
    yield from _ended(get_refresh_token_model(), A_DAY, size)


def _devices(size: int) -> Iterator[int]:
    """Device authorizations that are over."""
    yield from _ended(get_device_grant_model(), A_DAY, size)


def _secrets(_size: int) -> Iterator[int]:
    """Hashes of secrets whose grace is over."""
    ended = get_application_model().objects.with_ended_secret()
    if count := ended.update(
        previous_secret="",
        previous_secret_created_at=None,
        previous_secret_used_at=None,
        previous_secret_ends_at=None,
    ):
        yield count


def _clients(size: int) -> Iterator[int]:
    """Clients that registered themselves and never held a token (RFC 7591 §5)."""
    if _idle_clients() is not None:
        yield from _in_batches(lambda: _idle_clients().order_by("pk")[:size], _remove_clients)


def _idle_clients() -> Any:
    """Those clients; None, if they are to be kept."""
    kept = options().UNUSED_CLIENT_RETENTION
    if kept is None:
        return None
    idle = get_application_model().objects.idle_since(_before(kept))
    return words.without_families(idle, TokenFamily.objects.all())


STEPS: dict[str, Callable[[int], Iterator[int]]] = {
    "expired": _expired_families,
    "revoked": _revoked_families,
    "codes": _codes,
    "access_tokens": _access_tokens,
    "refresh_tokens": _refresh_tokens,
    "devices": _devices,
    "secrets": _secrets,
    "clients": _clients,
}


def _ended(model: Any, kept: int, size: int) -> Iterator[int]:
    moment = _before(kept)
    yield from _in_batches(
        lambda: words.ended_before(model, moment)[:size], lambda keys: _remove(words.keyed(model, keys))
    )


def _in_batches(next_rows: Callable[[], Any], remove: Callable[[list[Any]], int]) -> Iterator[int]:
    """Take and remove until nothing is left that could be taken."""
    while True:
        with transaction.atomic():
            keys = _take(next_rows())
            count = remove(keys) if keys else 0
        if not keys:
            return
        yield count


def _take(rows: Any) -> list[Any]:
    """The keys of these rows, locked; without those that somebody else holds, where the database can say."""
    can_skip = connections[rows.db].features.has_select_for_update_skip_locked
    return [*rows.select_for_update(skip_locked=can_skip).values_list("pk", flat=True)]


def _remove_families(keys: list[Any]) -> int:
    """The families with all that stems from them: a statement for each table."""
    for model in (get_grant_model(), get_access_token_model(), get_refresh_token_model(), get_device_grant_model()):
        _remove(words.of_families(model, keys))
    return _remove(words.keyed(TokenFamily, keys))


def _remove_clients(keys: list[Any]) -> int:
    words.keyed(get_application_model(), keys).delete()
    return len(keys)


def _remove(rows: Any) -> int:
    """One DELETE, without reading the rows first: nothing refers to them any more."""
    return int(rows._raw_delete(router.db_for_write(rows.model)))


def _before(seconds: int) -> datetime:
    return timezone.now() - timedelta(seconds=seconds)
