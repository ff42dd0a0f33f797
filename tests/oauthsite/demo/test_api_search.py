"""Accounts found by name."""

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from tests.oauthsite.demo.shared import Header, Token, many, names

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("acct", ["ada", "@ada", "ada@testserver", "@ADA@TestServer", " ada "])
def test_a_name_is_looked_up(api: APIClient, ada: User, acct: str) -> None:
    assert api.get("/api/v1/accounts/lookup", {"acct": acct}).json()["id"] == str(ada.pk)


@pytest.mark.parametrize("acct", ["", "nobody", "ada@elsewhere.example", "a\x00da", "@", "\ud800", "ad"])
def test_whom_there_is_not_is_not_found(api: APIClient, ada: User, acct: str) -> None:
    query = {"acct": acct.encode("utf-8", "surrogatepass")}
    assert api.get("/api/v1/accounts/lookup", query).json() == {"error": "Record not found"}
    assert api.get("/api/v1/accounts/lookup").status_code == 404


def test_words_find_accounts(api: APIClient, ada: User) -> None:
    assert names(api.get("/api/v1/accounts/search?q=a")) == ["ada", "grace"]
    assert names(api.get("/api/v1/accounts/search?q=a&limit=1&offset=1")) == ["grace"]


@pytest.mark.parametrize("offset", ["-1", "abc", "", "%00"])
def test_an_offset_that_is_none_is_ignored(api: APIClient, ada: User, offset: str) -> None:
    assert names(api.get(f"/api/v1/accounts/search?q=ada&offset={offset}")) == ["ada"]


def test_beyond_the_end_there_is_nothing(api: APIClient, ada: User) -> None:
    assert names(api.get("/api/v1/accounts/search?q=ada&offset=" + "9" * 40)) == []


@pytest.mark.parametrize("q", ["", "%00", "ada%00", "%25", "_d_", "%5C", "%ED%A0%80", "@", "ada@else.where"])
def test_words_that_are_in_no_name_find_nobody(api: APIClient, ada: User, q: str) -> None:
    response = api.get(f"/api/v1/accounts/search?q={q}")
    assert (response.status_code, response.json()) == (200, [])


def test_among_those_one_follows(api: APIClient, bearer: Header, user_token: Token, ada: User) -> None:
    header = bearer(user_token(ada))
    assert names(api.get("/api/v1/accounts/search?q=a&following=1", **header)) == ["grace"]
    assert names(api.get("/api/v1/accounts/search?q=a&following=0", **header)) == ["ada", "grace"]
    assert names(api.get("/api/v1/accounts/search?q=a&following=1")) == ["ada", "grace"]


@pytest.mark.parametrize(("kind", "expected"), [("&type=accounts", 1), ("", 1), ("&type=statuses", 0)])
def test_the_search_for_everything(api: APIClient, ada: User, kind: str, expected: int) -> None:
    found = api.get(f"/api/v2/search?q=@ada&resolve=true{kind}").json()
    assert (len(found["accounts"]), found["statuses"], found["hashtags"]) == (expected, [], [])


@pytest.mark.parametrize("path", ["/api/v1/accounts/search?q=u", "/api/v2/search?q=u"])
def test_a_search_is_one_statement(
    api: APIClient, ada: User, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    many(ada, 50)
    with django_assert_num_queries(1):
        api.get(path)
