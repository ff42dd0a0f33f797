"""What a load balancer asks: is the process there, and is everything there that it needs?"""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; restarting it would not help with anything else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served; 503 names what is missing, and the log says why."""
    missing = [name for name, is_ready in CHECKS.items() if not _holds(name, is_ready)]
    if missing:
        return JsonResponse({"status": "not ready", "not_ready": missing}, status=503)
    return JsonResponse({"status": "ready"})


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _cache() -> bool:
    cache.set("readyz", "ok", timeout=10)
    return bool(cache.get("readyz") == "ok")


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
}


def _holds(name: str, is_ready: Callable[[], bool]) -> bool:
    """Whether the check passes; one that raises has failed, in a way of its own for every engine."""
    try:
        return is_ready()
    except Exception:
        logger.exception("readyz", extra={"check": name})
        return False
