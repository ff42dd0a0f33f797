"""The app `clients`, labelled `oauth_clients` among the host's own apps."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from clients.system import swapping


class ClientsConfig(AppConfig):
    name = "clients"
    label = "oauth_clients"
    verbose_name = _("OAuth clients")
    default_auto_field = "django.db.models.BigAutoField"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        swapping.supply_missing()  # before any model is imported; checks.py reports it

    def ready(self) -> None:
        from clients import receivers  # noqa: F401  (register checks and a receiver)
        from clients.border import reauthentication  # noqa: F401  (register checks and a receiver)
        from clients.system import checks, safety  # noqa: F401  (register checks and a receiver)
