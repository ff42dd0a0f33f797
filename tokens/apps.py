"""The app `tokens`, labelled `oauth_tokens` among the host's own apps."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TokensConfig(AppConfig):
    name = "tokens"
    label = "oauth_tokens"
    verbose_name = _("OAuth tokens")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tokens import receivers  # noqa: F401  (connects the receivers)
