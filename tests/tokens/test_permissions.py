"""Bearer tokens in a host's own REST framework views: authentication, scopes, and whose token it must be."""

import json
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tokens.authentication import BearerAuthentication
from tokens.permissions import AnyToken, AppToken, HasScope, UserToken
from tokens.rules.verification import Bearer

pytestmark = pytest.mark.django_db


class HostView(APIView):
    """A view that knows nothing of ours but these two lines, under REST framework's own error handler."""

    authentication_classes = [BearerAuthentication]
    settings: ClassVar[Any]

    def get_exception_handler(self) -> Any:
        from rest_framework.views import exception_handler

        return exception_handler

    def get(self, request: Request) -> Response:
        return Response({"user": request.user.pk, "is_app": isinstance(request.user, AnonymousUser)})


def asked(permissions: list[Any], value: str | None = None, path: str = "/thing", **extra: Any) -> Response:
    header = {} if value is None else {"HTTP_AUTHORIZATION": f"Bearer {value}"}
    view = HostView.as_view(permission_classes=permissions)
    return view(RequestFactory().get(path, **header, **extra)).render()


@pytest.mark.rfc("6750", "2.1")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_has_no_case(scheme: str) -> None:
    header = f"{scheme} {FamilyFactory()[1]}"
    assert asked([AnyToken], HTTP_AUTHORIZATION=header).status_code == 200


def test_user_and_app_are_told_apart() -> None:
    ada = UserFactory()
    assert asked([AnyToken], FamilyFactory(user=ada)[1]).data == {"user": ada.pk, "is_app": False}
    assert asked([AnyToken], FamilyFactory()[1]).data == {"user": None, "is_app": True}


@pytest.mark.rfc("6750", "3")
@pytest.mark.parametrize("permissions", [[AnyToken], [UserToken], [AppToken], [HasScope("read")]])
@pytest.mark.parametrize("value", [None, "dead"])
def test_without_a_live_token_there_is_a_challenge(permissions: list[Any], value: str | None) -> None:
    response = asked(permissions, value)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith(
        'Bearer error="invalid_token", resource_metadata="http://testserver/'
    )


@pytest.mark.parametrize(
    ("permissions", "is_users", "scope", "status"),
    [
        ([UserToken], True, "read", 200),
        ([UserToken], False, "read", 403),
        ([AppToken], False, "read", 200),
        ([AppToken], True, "read", 403),
        ([HasScope("read:accounts")], True, "read", 200),
        ([HasScope("read:accounts")], True, "read:accounts", 200),
        ([HasScope("read")], True, "read:accounts", 403),
        ([HasScope("push") | HasScope("read")], True, "read", 200),
        ([HasScope("push") | HasScope("read")], True, "write", 403),
        ([HasScope("push") & HasScope("read")], True, "read", 403),
        ([HasScope("push") & HasScope("read")], True, "read push", 200),
        ([HasScope("push") | IsAuthenticated], True, "read", 403),
        ([UserToken & HasScope("read")], False, "read", 403),
        ([HasScope("profile", "read:accounts")], True, "read", 200),
        ([HasScope("profile", "read:accounts")], True, "write", 403),
        ([UserToken, HasScope("read")], False, "read", 403),
        ([HasScope()], True, "read", 403),
    ],
)
def test_who_gets_in(permissions: list[Any], is_users: bool, scope: str, status: int) -> None:
    value = FamilyFactory(user=UserFactory() if is_users else None, scope=scope)[1]
    assert asked(permissions, value).status_code == status


@pytest.mark.rfc("6750", "3.1")
def test_who_lacks_a_scope_is_told_which() -> None:
    response = asked([HasScope("write:follows", "follow")], FamilyFactory(user=UserFactory())[1])
    assert response["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="write:follows follow"'
    assert response.data["detail"].code == "insufficient_scope"


def test_a_user_is_asked_for_by_name() -> None:
    assert asked([UserToken], FamilyFactory()[1]).data["detail"].code == "user_required"


@pytest.mark.rfc("6750", "2.3")
def test_a_token_in_the_url_is_refused() -> None:  # T10
    value = FamilyFactory()[1]
    assert asked([AnyToken], path=f"/thing?access_token={value}").status_code == 401
    assert asked([AnyToken], value, path="/thing?access_token=").status_code == 401


@pytest.mark.parametrize("charset", ["hex", "utf-16", "rot13", "idna", "nothing"])
def test_a_charset_that_is_no_text_breaks_nothing(charset: str) -> None:  # H1
    value = FamilyFactory()[1]
    response = asked([AnyToken], value, CONTENT_TYPE=f"text/plain; charset={charset}")
    assert response.status_code == 200


def test_another_scheme_is_somebody_elses() -> None:
    request = Request(RequestFactory().get("/", HTTP_AUTHORIZATION="Basic eDp5"))
    assert BearerAuthentication().authenticate(request) is None


@pytest.mark.parametrize("change", ["user", "client"])
def test_inactive_and_suspended_are_refused_on_the_next_request(change: str) -> None:  # T5, T6
    ada, client = UserFactory(), ClientFactory()
    value = FamilyFactory(user=ada, client=client)[1]
    assert asked([AnyToken], value).status_code == 200
    if change == "user":
        ada.is_active = False
        ada.save()
    else:
        client.status = client.Status.SUSPENDED
        client.save()
    assert asked([AnyToken], value).status_code == 401


def test_the_token_is_at_hand() -> None:
    request = Request(RequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {FamilyFactory()[1]}"))
    found = BearerAuthentication().authenticate(request)
    assert found is not None
    assert isinstance(found[1], Bearer)
    assert json.dumps(found[1].scope) == '["read"]'
