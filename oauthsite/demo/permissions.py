"""Who may read what the demo shows to everyone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request

from tokens.permissions import HasScope


class OpenToAll(HasScope):
    """Anyone, with or without a token; where the site asks for one (API_NEEDS_TOKEN), with one of these scopes."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False answers 401 with a challenge."""
        return not settings.API_NEEDS_TOKEN or super().has_permission(request, view)
