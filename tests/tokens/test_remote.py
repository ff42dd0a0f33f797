"""A resource server in another process, which asks about tokens by introspection (RFC 7662)."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import requests
import time_machine
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from tests.factories import SECRET, AccessTokenFactory, ClientFactory, UserFactory
from tokens.models import AccessToken, TokenFamily
from tokens.permissions import AppToken, HasScope, UserToken
from tokens.remote import IntrospectionAuthentication

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parent.parent.parent


class Notes(APIView):
    """A protected API somewhere else."""

    authentication_classes = [IntrospectionAuthentication]
    permission_classes = [UserToken, HasScope("write:statuses")]

    def get(self, request: Any) -> Response:
        return Response({"user": request.user.pk, "name": request.user.username, "client": request.auth.client_id})


class Reports(Notes):
    """One for programs."""

    permission_classes = [AppToken]


class Elsewhere:
    """The other process, and how often it asked."""

    def call(self, token: str | None, view: Any = Notes) -> Any:
        headers = {} if token is None else {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        return view.as_view()(APIRequestFactory().get("/notes", **headers))


@pytest.fixture
def elsewhere(live_server: Any, settings: Any) -> Elsewhere:
    asking = ClientFactory(introspects_all=True)
    settings.OAUTHSITE = {
        **settings.OAUTHSITE,
        "INTROSPECTION_URL": f"{live_server.url}/oauth/introspect",
        "INTROSPECTION_CLIENT_ID": asking.client_id,
        "INTROSPECTION_CLIENT_SECRET": SECRET,
        "RESOURCE": "https://notes.example/api",
    }
    return Elsewhere()


@pytest.fixture
def asked() -> Iterator[Any]:
    with patch("tokens.remote.requests.post", wraps=requests.post) as post:
        yield post


@pytest.mark.rfc("7662", "2.2")
def test_a_live_token_lets_its_user_in(elsewhere: Elsewhere) -> None:
    user = UserFactory()
    row, token = AccessTokenFactory(user=user, scope="write")
    answer = elsewhere.call(token)
    assert answer.data == {"user": str(user.pk), "name": user.username, "client": row.family.client.client_id}


def test_scopes_and_kinds_of_tokens_are_told_apart(elsewhere: Elsewhere) -> None:
    assert elsewhere.call(AccessTokenFactory(user=UserFactory(), scope="read")[1]).status_code == 403
    app = AccessTokenFactory(scope="write")[1]
    assert elsewhere.call(app).status_code == 403
    assert elsewhere.call(app, Reports).data["name"] == ""


@pytest.mark.rfc("9728", "5.1")
@pytest.mark.parametrize("token", [None, "", "garbage", "x" * 600])
def test_without_a_live_token_nobody_gets_in(elsewhere: Elsewhere, token: str | None) -> None:
    answer = elsewhere.call(token)
    assert answer.status_code == 401
    assert "resource_metadata=" in answer["WWW-Authenticate"]


def test_a_good_answer_is_kept_as_long_as_is_stated_and_no_longer(
    elsewhere: Elsewhere, asked: Any, settings: Any
) -> None:  # K4
    settings.OAUTHSITE = {**settings.OAUTHSITE, "INTROSPECTION_STALENESS": 10}
    token = AccessTokenFactory(user=UserFactory(), scope="write")[1]
    assert [elsewhere.call(token).status_code for _ in range(3)] == [200] * 3
    assert asked.call_count == 1
    TokenFamily.objects.update(revoked_at=timezone.now())
    assert elsewhere.call(token).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        assert elsewhere.call(token).status_code == 401


def test_with_no_staleness_every_request_asks(elsewhere: Elsewhere, asked: Any, settings: Any) -> None:  # K4
    settings.OAUTHSITE = {**settings.OAUTHSITE, "INTROSPECTION_STALENESS": 0}
    token = AccessTokenFactory(user=UserFactory(), scope="write")[1]
    assert elsewhere.call(token).status_code == 200
    TokenFamily.objects.update(revoked_at=timezone.now())
    assert elsewhere.call(token).status_code == 401
    assert asked.call_count == 2


def test_without_a_cache_every_request_asks(
    elsewhere: Elsewhere, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:  # X4
    monkeypatch.setattr("tokens.remote.cache", None)
    token = AccessTokenFactory(user=UserFactory(), scope="write")[1]
    assert [elsewhere.call(token).status_code for _ in range(2)] == [200] * 2
    assert asked.call_count == 2


def test_no_answer_is_kept_beyond_the_tokens_end(elsewhere: Elsewhere, settings: Any) -> None:  # X5
    settings.OAUTHSITE = {**settings.OAUTHSITE, "INTROSPECTION_STALENESS": 3600}
    now = timezone.now().replace(microsecond=0)
    token = AccessTokenFactory(user=UserFactory(), scope="write", expires=now + timedelta(seconds=5))[1]
    assert elsewhere.call(token).status_code == 200
    AccessToken.objects.update(expires=None)
    TokenFamily.objects.update(revoked_at=now)
    with time_machine.travel(now + timedelta(seconds=6)):
        assert elsewhere.call(token).status_code == 401


@pytest.mark.rfc("8707", "2")
@pytest.mark.parametrize(
    ("resource", "status"), [("https://notes.example/api", 200), ("https://other.example/", 401), (None, 200)]
)
def test_a_token_for_another_server_is_worth_nothing(elsewhere: Elsewhere, resource: Any, status: int) -> None:
    bound = [resource] if resource else []
    token = AccessTokenFactory(user=UserFactory(), scope="write", resource=bound)[1]
    assert elsewhere.call(token).status_code == status


def saying(said: Any) -> Any:
    """An answer with this JSON."""
    return type("A", (), {"raise_for_status": lambda _: None, "json": lambda _: said})()


NONSENSE: list[Any] = [[], {}, {"active": True, "scope": None}, {"active": True, "exp": "soon"}]


@pytest.mark.parametrize(
    "answer",
    [{"side_effect": requests.Timeout}, *({"return_value": saying(said)} for said in NONSENSE)],
    ids=["timeout", *map(str, NONSENSE)],
)
def test_an_authorization_server_that_is_away_makes_no_token_bad(elsewhere: Elsewhere, answer: Any) -> None:  # X1
    token = AccessTokenFactory(user=UserFactory(), scope="write")[1]
    with patch("tokens.remote.requests.post", **answer) as post:
        assert elsewhere.call(token).status_code == 503
    assert post.call_args.kwargs["timeout"] == 3
    assert post.call_args.kwargs["allow_redirects"] is False


def test_wrong_credentials_of_the_resource_server_are_no_bad_token(elsewhere: Elsewhere, settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "INTROSPECTION_CLIENT_SECRET": "wrong"}
    assert elsewhere.call(AccessTokenFactory(user=UserFactory())[1]).status_code == 503


def test_an_audience_of_one_may_come_as_text(elsewhere: Elsewhere) -> None:
    said = {"active": True, "scope": "write", "sub": "1", "aud": "https://other.example/"}
    with patch("tokens.remote.requests.post", return_value=saying(said)):
        assert elsewhere.call("any").status_code == 401


@pytest.mark.rfc("7662", "2.2")
@pytest.mark.parametrize("active", [False, None, "false", "true", 1])
def test_active_is_true_or_the_token_is_dead(elsewhere: Elsewhere, active: Any) -> None:
    said = {"active": active, "scope": "write", "sub": "1"}
    with patch("tokens.remote.requests.post", return_value=saying(said)):
        assert elsewhere.call("any").status_code == 401


def test_who_shares_the_cache_asks_for_itself(elsewhere: Elsewhere, settings: Any) -> None:
    token = AccessTokenFactory(user=UserFactory(), scope="write")[1]
    assert elsewhere.call(token).status_code == 200
    less = ClientFactory()  # which may ask about no token but its own
    settings.OAUTHSITE = {**settings.OAUTHSITE, "INTROSPECTION_CLIENT_ID": less.client_id}
    assert elsewhere.call(token).status_code == 401


PROGRAM = """
import json, sys
from django.conf import settings
url, client_id, secret, token = sys.argv[1:]
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    ALLOWED_HOSTS=["testserver"],
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
    OAUTHSITE={
        "INTROSPECTION_URL": url,
        "INTROSPECTION_CLIENT_ID": client_id,
        "INTROSPECTION_CLIENT_SECRET": secret,
    },
)
import django
django.setup()
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView
from tokens.permissions import HasScope, UserToken
from tokens.remote import IntrospectionAuthentication

class Notes(APIView):
    authentication_classes = [IntrospectionAuthentication]
    permission_classes = [UserToken, HasScope("read:statuses")]
    def get(self, request):
        return Response({"user": request.user.username})

answer = Notes.as_view()(APIRequestFactory().get("/", HTTP_AUTHORIZATION="Bearer " + token))
print(json.dumps([answer.status_code, answer.data]))
"""


def test_a_process_without_our_apps_and_database_can_do_it(elsewhere: Elsewhere, settings: Any) -> None:
    user = UserFactory()
    token = AccessTokenFactory(user=user)[1]
    given = settings.OAUTHSITE
    arguments = [given["INTROSPECTION_URL"], given["INTROSPECTION_CLIENT_ID"], SECRET, token]
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [200, {"user": user.username}]


def test_another_user_model_may_be_found(elsewhere: Elsewhere, user_token: Callable[..., str]) -> None:
    class Own(IntrospectionAuthentication):
        def user_of(self, token: Any) -> Any:
            return UserFactory._meta.model.objects.get(pk=token.subject)

    user = UserFactory()
    view = type("View", (Notes,), {"authentication_classes": [Own]})
    assert elsewhere.call(user_token(user, "write"), view).data["user"] == user.pk
