"""Whom an account follows and who follows it, page by page."""

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from oauthsite.demo.models import Follow
from tests.factories import UserFactory
from tests.oauthsite.demo.shared import Header, Token, links, many, names

pytestmark = pytest.mark.django_db


def test_whom_an_account_follows_the_newest_first(api: APIClient, ada: User) -> None:
    assert names(api.get(f"/api/v1/accounts/{ada.pk}/following")) == ["grace", "bob"]


def test_who_follows_it(api: APIClient, ada: User) -> None:
    assert names(api.get(f"/api/v1/accounts/{ada.pk}/followers/")) == ["bob"]


def test_nobody_is_an_empty_list_without_links(api: APIClient) -> None:
    response = api.get(f"/api/v1/accounts/{UserFactory().pk}/following")
    assert (response.json(), "Link" in response) == ([], False)


def test_forty_to_a_page_and_a_link_to_the_next(api: APIClient, ada: User) -> None:
    many(ada, 41)
    path = f"/api/v1/accounts/{ada.pk}/following"
    first = api.get(path)
    assert len(first.json()) == 40
    assert list(links(first)) == ["next", "prev"]
    oldest, newest = (Follow.objects.get(followed_id=first.json()[at]["id"]).pk for at in (-1, 0))
    assert links(first)["next"] == f"http://testserver{path}?max_id={oldest}"
    assert links(first)["prev"] == f"http://testserver{path}?min_id={newest}"
    last = api.get(links(first)["next"])
    assert (names(last)[-2:], list(links(last))) == (["grace", "bob"], ["prev"])


def test_a_walk_there_and_back_meets_everyone_once(api: APIClient, ada: User) -> None:
    many(ada, 23)
    page = api.get(f"/api/v1/accounts/{ada.pk}/following?limit=4")
    there = names(page)
    while "next" in links(page):
        page = api.get(links(page)["next"])
        there += names(page)
    assert len(there) == len(set(there)) == 25
    back = names(page)
    while names(page):
        page = api.get(links(page)["prev"])
        back = names(page) + back
        if len(back) == 25:
            assert api.get(links(page)["prev"]).json() == []
            break
    assert back == there


@pytest.mark.parametrize(
    ("limit", "expected"), [("1", 1), ("-3", 3), ("80", 80), ("81", 80), ("9" * 99, 80), ("0", 40), ("", 40)]
)
def test_the_limit(api: APIClient, ada: User, limit: str, expected: int) -> None:
    many(ada, 90)
    assert len(api.get(f"/api/v1/accounts/{ada.pk}/following?limit={limit}").json()) == expected


@pytest.mark.parametrize("name", ["limit", "max_id", "since_id", "min_id"])
@pytest.mark.parametrize("text", ["abc", "1.5", "%00", "１", "None", "[]", "1;DROP", "-", "%F0%9F%A6%8A"])
def test_what_is_no_number_is_ignored(api: APIClient, ada: User, name: str, text: str) -> None:
    response = api.get(f"/api/v1/accounts/{ada.pk}/following?{name}={text}")
    assert (response.status_code, names(response)) == (200, ["grace", "bob"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("max_id={big}", ["grace", "bob"]),
        ("since_id={big}", []),
        ("min_id={big}", []),
        ("max_id=-{big}", []),
        ("since_id=-1", ["grace", "bob"]),
        ("max_id=0", []),
    ],
)
def test_numbers_of_any_size_are_compared(api: APIClient, ada: User, query: str, expected: list[str]) -> None:
    response = api.get(f"/api/v1/accounts/{ada.pk}/following?" + query.format(big="9" * 30))
    assert (response.status_code, names(response)) == (200, expected)


def test_closed_accounts_are_left_out(api: APIClient, ada: User) -> None:
    User.objects.filter(username="bob").update(is_active=False)
    assert names(api.get(f"/api/v1/accounts/{ada.pk}/following")) == ["grace"]


@pytest.mark.parametrize("count", [1, 70])
def test_statements_do_not_grow_with_the_list(
    api: APIClient,
    bearer: Header,
    app_token: Token,
    ada: User,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    many(ada, count)
    header = bearer(app_token())
    api.get(f"/api/v1/accounts/{ada.pk}", **header)  # the token's first use is written down
    with django_assert_num_queries(3):  # the token, the account, the page
        api.get(f"/api/v1/accounts/{ada.pk}/following?limit=80", **header)
