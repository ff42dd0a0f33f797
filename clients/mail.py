"""Letters to people. They leave after the act committed, and never make it wait or fail."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from clients.conf import options

logger = logging.getLogger(__name__)


def send(to: str, subject: str, body: str) -> None:
    """Send a letter once the transaction commits. Without an address nothing happens.

    A mail server that is slow or away is the log's affair: what the letter tells of has happened.
    """
    if to:
        transaction.on_commit(lambda: _hand_over(to, subject, body), robust=True)


def address_of(user: Any) -> str:
    """Where a user of the host's reads letters; empty where they have no address."""
    return getattr(user, user.get_email_field_name(), "") or ""


def _hand_over(to: str, subject: str, body: str) -> None:
    if options().MAIL_IN_BACKGROUND:
        _postman(os.getpid()).submit(_deliver, to, subject, body)
    else:
        _deliver(to, subject, body)


@cache
def _postman(process: int) -> ThreadPoolExecutor:
    """One thread per process, made with its first letter: a pool does not survive a fork."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="oauth-mail")


def _deliver(to: str, subject: str, body: str) -> None:
    try:
        send_mail(f"[{options().SITE_NAME}] {subject}", body, None, [to])
    except Exception:  # each mail backend fails in its own way
        logger.exception("mail_failed")  # neither the address nor the text belongs into a log


def backend() -> str:
    """The dotted path of the site's mail backend, which Django calls its default mailer from 6.1 on."""
    mailers = getattr(settings, "MAILERS", None)
    return str(mailers["default"]["BACKEND"] if mailers else settings.EMAIL_BACKEND)
