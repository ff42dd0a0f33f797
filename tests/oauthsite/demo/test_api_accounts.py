"""An account as Mastodon's API shows it (docs.joinmastodon.org: methods/accounts)."""

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from oauthsite.demo.models import Profile
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

GARBAGE = [
    "abc",
    "0",
    "-1",
    "99",
    "1.0",
    "1e3",
    "%00",
    "%ff",
    "１",
    "9" * 19,
    "9" * 5_000,
    "-" + "9" * 30,
    "..%2f1",
    "null",
]


def test_anyone_sees_an_account(api: APIClient, ada: User) -> None:
    assert api.get(f"/api/v1/accounts/{ada.pk}").json() == {
        "id": str(ada.pk),
        "username": "ada",
        "acct": "ada",
        "display_name": "Ada",
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": False,
        "group": False,
        "noindex": False,
        "hide_collections": False,
        "created_at": "2026-01-02T03:04:05.000Z",
        "note": "<p>I &lt;3 engines</p>\n\n<p>and notes</p>",
        "url": "http://testserver/@ada",
        "uri": "http://testserver/@ada",
        "avatar": "http://testserver/static/oauth_demo/avatar.png",
        "avatar_static": "http://testserver/static/oauth_demo/avatar.png",
        "header": "http://testserver/static/oauth_demo/header.png",
        "header_static": "http://testserver/static/oauth_demo/header.png",
        "followers_count": 1,
        "following_count": 2,
        "statuses_count": 0,
        "last_status_at": None,
        "emojis": [],
        "roles": [],
        "fields": [],
    }


def test_the_addresses_in_it_lead_somewhere(api: APIClient, ada: User) -> None:
    account = api.get(f"/api/v1/accounts/{ada.pk}").json()
    for field in ("avatar", "header"):
        response = api.get(account[field].removeprefix("http://testserver"))
        assert response.getvalue().startswith(b"\x89PNG")
        response.close()


def test_a_picture_of_ones_own_goes_first(api: APIClient, ada: User) -> None:
    Profile.objects.filter(user=ada).update(avatar="https://pictures.example/ada.png")
    account = api.get(f"/api/v1/accounts/{ada.pk}/").json()
    assert account["avatar"] == account["avatar_static"] == "https://pictures.example/ada.png"


@pytest.mark.parametrize("number", GARBAGE)
@pytest.mark.parametrize("rest", ["", "/following", "/followers"])
def test_what_is_no_account_is_not_found(api: APIClient, ada: User, number: str, rest: str) -> None:
    response = api.get(f"/api/v1/accounts/{number}{rest}")
    assert (response.status_code, response.json()) == (404, {"error": "Record not found"})


def test_a_closed_account_is_not_found(api: APIClient) -> None:
    gone = UserFactory(is_active=False)
    assert api.get(f"/api/v1/accounts/{gone.pk}").status_code == 404


def test_without_a_token_it_is_one_statement(
    api: APIClient, ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        api.get(f"/api/v1/accounts/{ada.pk}")
