"""pnut's border: each answer in its envelope, with its headers and within its limits (docs.pnut.io)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.http import Http404
from django.utils.module_loading import import_string
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from clients.border import answers, limits
from clients.border.paging import as_key
from clients.border.rest import BorderView
from clients.conf import options
from clients.errors import TooManyRequests
from clients.parameters import UNSAFE
from clients.people import full_name, login_name, names_are_addresses
from clients.querysets import people_called

INDENT = 4


class PrettyOnDemand(JSONRenderer):
    """JSON, indented for people when `X-Pretty-Json` is sent at all."""

    def get_indent(self, accepted_media_type: str, renderer_context: Mapping[str, Any]) -> int | None:
        """Spaces per level; None for compact."""
        return indent(renderer_context["request"])


class NeedsToken(BasePermission):
    """Any live token, of an app or of a user."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False answers 401."""
        return request.auth is not None


class PnutView(BorderView):
    """An endpoint under /v1. Requests are counted before anything is refused, so that each answer tells the limit."""

    dialect: ClassVar[answers.Dialect] = staticmethod(answers.pnut)
    renderer_classes = [PrettyOnDemand]
    permission_classes: Any = [NeedsToken]  # an instance of HasScope may stand for a class
    metadata_class = None  # OPTIONS is CORS's
    limit: limits.Limit | None = None
    bearer: Any = None

    def get_authenticators(self) -> list[Any]:
        """As the host says."""
        return [import_string(options().BEARER_AUTHENTICATION)()]

    def perform_authentication(self, request: Request) -> None:
        """Who calls, and whether they called too often. Raises TooManyRequests."""
        try:
            super().perform_authentication(request)
            self.bearer = request.auth
        except APIException:  # a token that does not work counts for its address
            self._count(request)
            raise
        self._count(request)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The headers of pnut's documentation."""
        if self.limit and options().RATE_LIMITS:
            self.headers.update(self.limit.headers())
        if self.bearer:
            self.headers["X-OAuth-Scopes"] = ",".join(shown_scopes(self.bearer.scope))
        return super().finalize_response(request, response, *args, **kwargs)

    def _count(self, request: Request) -> None:
        is_within, self.limit = limits.take(request._request, self.bearer)
        if not is_within:
            raise TooManyRequests(self.limit.wait())


class Unknown(PnutView):
    """Every path under /v1 that leads nowhere."""

    schema = None
    permission_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises Http404, whatever the method."""
        super().initial(request, *args, **kwargs)
        raise Http404


def indent(request: Any) -> int | None:
    """How the caller wants JSON."""
    return INDENT if "X-Pretty-Json" in request.headers else None


def envelope(data: Any, **meta: Any) -> dict[str, Any]:
    """pnut's answer to what went well."""
    return {"meta": {"code": 200, **meta}, "data": data}


def shown_scopes(names: Iterable[str]) -> list[str]:
    """Scopes as pnut lists them: with `basic`, which every scope contains."""
    return list(dict.fromkeys([options().FALLBACK_SCOPE, *names]))


def user_objects(users: Sequence[Any], *, viewer: Any, home: str) -> list[dict[str, Any]]:
    """Users as pnut shows them, as far as Django's own accounts tell. A host names a richer one in USER_OBJECTS.

    `viewer` is the user who looks, anonymous for an app; `home` the address of this site.
    """
    return [
        {
            "id": str(user.pk),
            "username": pnut_name(user),
            "name": full_name(user) or pnut_name(user),
            **({"created_at": moment(user.date_joined)} if hasattr(user, "date_joined") else {}),
            "type": "human",
        }
        for user in users
    ]


def pnut_name(user: Any) -> str:
    """The user's name as pnut's programs know it, which is never empty and never an e-mail address."""
    return login_name(user) or str(user.pk)


def shown_users(users: Sequence[Any], *, viewer: Any, home: str) -> list[dict[str, Any]]:
    """Users as this host shows them: many at once, so that no row costs a statement of its own."""
    found: list[dict[str, Any]] = import_string(options().USER_OBJECTS)(users, viewer=viewer, home=home)
    return found


def moment(when: Any) -> str:
    """ISO 8601 as pnut writes it."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"  # one without a zone is in the site's


def find_person(identifier: str, *, viewer: Any) -> Any:
    """The active user with this id, this `@name`, or `me`. Raises Http404; PermissionDenied for an app's `me`."""
    if identifier == "me":
        if not viewer.is_authenticated:
            raise PermissionDenied("An app token is on nobody's behalf.")
        return get_user_model()._default_manager.get(pk=viewer.pk)
    found = None
    if UNSAFE.isdisjoint(identifier):
        found = _called(identifier[1:]) if identifier.startswith("@") else _with_id(identifier)
    if found is None or not found.is_active:
        raise Http404
    return found


def _called(name: str) -> Any:
    # Who may ask for anybody's address could find out who has an account.
    return None if names_are_addresses() else people_called(name).first()


def _with_id(identifier: str) -> Any:
    model = get_user_model()
    return model._default_manager.in_bulk([key]).get(key) if (key := as_key(model, "pk", identifier)) else None
