"""Clients as pnut's API shows them (docs.pnut.io: Clients)."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from oauth2_provider.models import get_application_model
from rest_framework.request import Request
from rest_framework.response import Response

from clients.api.entities import pnut_client
from clients.border.issuer import issuer
from clients.border.paging import page
from clients.border.pnut import PnutView, envelope, find_person, moment, shown_users


class OneClient(PnutView):
    """`GET /v1/clients/:client_id`: a client that everyone may authorize."""

    def get(self, request: Request, client_id: str) -> Response:
        """Who it is, and whose."""
        client = _open_clients().with_owner().identified_by(client_id)
        if client is None:
            raise Http404
        owners = [client.user] if client.user else []
        owner = next(iter(shown_users(owners, viewer=request.user, home=issuer(request))), None)
        return Response(envelope({**pnut_client(client), "created_at": moment(client.created), "user": owner}))


class UsersClients(PnutView):
    """`GET /v1/users/:id/clients`."""

    def get(self, request: Request, user: str) -> Response:
        """That user's clients that everyone may authorize."""
        owner = find_person(user, viewer=request.user)
        found = page(_open_clients().owned_by(owner), request.query_params)
        rows = _open_clients().in_bulk(found.keys)
        data = [{**pnut_client(rows[key]), "pagination_id": str(key)} for key in found.keys]
        return Response(envelope(data, **found.meta))


def _open_clients() -> Any:
    return get_application_model().objects.for_everyone().active()
