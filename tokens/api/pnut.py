"""Tokens under /v1 (docs.pnut.io: Token, and the users of an app)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.addresses import client_ip
from clients.border.issuer import issuer
from clients.border.paging import page
from clients.border.pnut import PnutView, envelope, indent
from tokens.api import entities
from tokens.models import TokenFamily
from tokens.permissions import AppToken, UserToken
from tokens.rules.revocation import Reason, revoke
from tokens.rules.verification import Bearer

BATCH = 500  # token objects held in memory at once


class OwnToken(PnutView):
    """`/v1/token`: the token that the request carries."""

    permission_classes = [UserToken]

    def get(self, request: Request) -> Response:
        """What it is worth, and whose it is."""
        return Response(envelope(entities.of_bearer(self.bearer, home=issuer(request))))

    def delete(self, request: Request) -> Response:
        """Revoke exactly this one; other tokens of this client and user keep working."""
        bearer = self.bearer
        shown = entities.of_bearer(bearer, home=issuer(request))
        reason = Reason(
            actor=bearer.user, subject=bearer.user, client=bearer.client, ip_address=client_ip(request._request)
        )
        revoke(TokenFamily.objects.only_this(bearer.family_id), reason)
        return Response(envelope(shown))


class AppUserIds(PnutView):
    """`GET /v1/apps/me/users/ids`: who authorized this client."""

    permission_classes = [AppToken]

    def get(self, request: Request) -> Response:
        """The ids of all of them, never in pages."""
        found = _authorized(self.bearer).order_by("-user_id").values_list("user_id", flat=True).distinct()
        ids = [str(key) for key in found]
        ends = {"min_id": ids[-1], "max_id": ids[0]} if ids else {"min_id": None, "max_id": None}
        return Response(envelope(ids, more=False, **ends))


class AppUserTokens(PnutView):
    """`GET /v1/apps/me/users/tokens`: what they authorized."""

    permission_classes = [AppToken]

    def get(self, request: Request) -> StreamingHttpResponse:
        """All token objects, or a page of them where `count` is sent; written as they are read."""
        found = page(_authorized(self.bearer), request.query_params, default=None)
        start, end = json.dumps(envelope([], **found.meta), indent=indent(request)).rsplit("]", 1)
        objects = _objects(self.bearer.client, found.keys, home=issuer(request))
        written = (json.dumps(shown, indent=indent(request)) for shown in objects)
        return StreamingHttpResponse(_separated(start, written, "]" + end), content_type="application/json")


def _authorized(bearer: Bearer) -> Any:
    return TokenFamily.objects.live().of_client(bearer.client).of_people()


def _objects(client: Any, keys: list[Any], *, home: str) -> Iterator[dict[str, Any]]:
    """The token objects, batch by batch: however many there are, few are in memory."""
    for start in range(0, len(keys), BATCH):
        yield from entities.of_families(client, list(TokenFamily.objects.these(keys[start : start + BATCH])), home=home)


def _separated(start: str, parts: Iterable[str], end: str) -> Iterator[str]:
    yield start
    for number, part in enumerate(parts):
        yield f", {part}" if number else part
    yield end
