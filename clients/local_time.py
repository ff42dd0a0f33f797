"""Times as this site tells them, also where a host has switched `USE_TZ` off and its times name no zone."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def local(moment: datetime) -> datetime:
    """The moment in the zone of the reader; one without a zone is in the site's already."""
    return moment if timezone.is_naive(moment) else timezone.localtime(moment)


def today() -> date:
    """The day it is."""
    return local(timezone.now()).date()
