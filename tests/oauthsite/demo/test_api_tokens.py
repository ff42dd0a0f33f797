"""Who may read, and who one is: tokens at the demo's endpoints."""

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from tests.oauthsite.demo.shared import Header, Token

pytestmark = pytest.mark.django_db

PATHS = ("/api/v1/accounts/{}", "/api/v1/accounts/{}/following", "/api/v1/accounts/{}/followers")


@pytest.mark.parametrize("path", PATHS)
def test_an_app_token_reads(api: APIClient, bearer: Header, app_token: Token, ada: User, path: str) -> None:
    assert api.get(path.format(ada.pk), **bearer(app_token())).status_code == 200


@pytest.mark.rfc("6750", "3.1")
@pytest.mark.parametrize("path", PATHS)
def test_a_token_that_is_sent_must_be_good(api: APIClient, bearer: Header, ada: User, path: str) -> None:
    response = api.get(path.format(ada.pk), **bearer("wrong"))
    assert (response.status_code, response.json()) == (401, {"error": "The access token is invalid"})
    assert response["WWW-Authenticate"].startswith('Bearer error="invalid_token"')


@override_settings(API_NEEDS_TOKEN=True)
@pytest.mark.parametrize("path", PATHS)
def test_a_site_may_ask_for_one(api: APIClient, bearer: Header, app_token: Token, ada: User, path: str) -> None:
    asked = path.format(ada.pk)
    assert api.get(asked).json() == {"error": "The access token is invalid"}
    weak = api.get(asked, **bearer(app_token(None, "push")))
    assert (weak.status_code, weak.json()) == (403, {"error": "This action is outside the authorized scopes"})
    assert api.get(asked, **bearer(app_token(None, "read:accounts"))).status_code == 200


@override_settings(API_NEEDS_TOKEN=True)
def test_documents_about_the_site_stay_open(api: APIClient) -> None:
    assert api.get("/api/v2/instance").status_code == 200


@pytest.mark.parametrize("scope", ["profile", "read:accounts", "read", "read write follow"])
def test_ones_own_account_comes_with_its_source(
    api: APIClient,
    bearer: Header,
    user_token: Token,
    ada: User,
    scope: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    header = bearer(user_token(ada, scope))
    me = api.get("/api/v1/accounts/verify_credentials", **header).json()
    assert (me["username"], me["source"]["note"]) == ("ada", "I <3 engines\n\nand notes")
    with django_assert_num_queries(2):
        api.get("/api/v1/accounts/verify_credentials/", **header)


def test_an_app_is_nobody(api: APIClient, bearer: Header, app_token: Token) -> None:
    response = api.get("/api/v1/accounts/verify_credentials", **bearer(app_token()))
    assert (response.status_code, response.json()) == (
        422,
        {"error": "This method requires an authenticated user"},
    )


def test_without_a_token_nobody_is_known(api: APIClient) -> None:
    response = api.get("/api/v1/accounts/verify_credentials")
    assert (response.status_code, response.json()) == (401, {"error": "The access token is invalid"})


def test_other_scopes_do_not_tell(api: APIClient, bearer: Header, user_token: Token, ada: User) -> None:
    response = api.get("/api/v1/accounts/verify_credentials", **bearer(user_token(ada, "write push")))
    assert response.json() == {"error": "This action is outside the authorized scopes"}
    assert response["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="profile read:accounts"'
