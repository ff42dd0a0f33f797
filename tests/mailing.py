"""Mail backends by the name that this Django has for them."""

from typing import Any


def send_through(settings: Any, backend: str) -> None:
    """Make `backend` the site's: a mailer from Django 6.1 on, a setting of its own before."""
    if getattr(settings, "MAILERS", None):
        settings.MAILERS = {"default": {"BACKEND": backend}}
    else:
        settings.EMAIL_BACKEND = backend
