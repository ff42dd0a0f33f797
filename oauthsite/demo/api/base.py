"""What every endpoint of the demo's API shares."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from clients.border import answers
from clients.border.rest import BorderView
from clients.border.throttles import ApiThrottle
from tokens.authentication import BearerAuthentication


class Api(BorderView):
    """A view that takes bearer tokens and counts calls; what a token must allow, each view says itself."""

    dialect: ClassVar[answers.Dialect] = staticmethod(answers.mastodon)
    authentication_classes = [BearerAuthentication]
    permission_classes: list[Any]  # each view says its own; one that forgot lets nobody in
    throttle_classes = [ApiThrottle]
    no_store = False


class Unknown(Api):
    """Every path of the API that is none: 404 in JSON, whatever the method."""

    schema = None
    authentication_classes = []
    permission_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises NotFound, before anybody asks whether the method is allowed."""
        super().initial(request, *args, **kwargs)
        raise NotFound
