"""Following and no longer following."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from oauthsite.demo.models import Follow
from tests.oauthsite.demo.shared import Header, Token, key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("scope", ["write:follows", "write", "follow"])
def test_following_and_no_longer(api: APIClient, bearer: Header, user_token: Token, ada: User, scope: str) -> None:
    grace, header = key("grace"), bearer(user_token(User.objects.get(username="bob"), scope))
    made = api.post(f"/api/v1/accounts/{grace}/follow", **header)
    assert (made.status_code, made.json()["id"], made.json()["following"]) == (200, str(grace), True)
    assert Follow.objects.filter(follower__username="bob", followed_id=grace).count() == 1
    ended = api.post(f"/api/v1/accounts/{grace}/unfollow/", **header)
    assert (ended.json()["following"], ended.json()["showing_reblogs"]) == (False, False)
    assert not Follow.objects.filter(follower__username="bob", followed_id=grace).exists()


def test_nobody_follows_themselves(api: APIClient, bearer: Header, user_token: Token, ada: User) -> None:
    response = api.post(f"/api/v1/accounts/{ada.pk}/follow", **bearer(user_token(ada, "write")))
    assert response.status_code == 422
    assert response.json() == {"error": "Validation failed: You cannot follow yourself"}


@pytest.mark.parametrize("act", ["follow", "unfollow"])
def test_reading_is_not_enough(api: APIClient, bearer: Header, user_token: Token, ada: User, act: str) -> None:
    response = api.post(f"/api/v1/accounts/{key('bob')}/{act}", **bearer(user_token(ada, "read")))
    assert response.status_code == 403
    assert Follow.objects.count() == 3


@pytest.mark.parametrize("act", ["follow", "unfollow"])
def test_an_app_follows_nobody(api: APIClient, bearer: Header, app_token: Token, ada: User, act: str) -> None:
    response = api.post(f"/api/v1/accounts/{ada.pk}/{act}", **bearer(app_token(None, "write")))
    assert response.status_code == 422


@pytest.mark.parametrize("act", ["follow", "unfollow"])
def test_whom_there_is_not_nobody_follows(
    api: APIClient, bearer: Header, user_token: Token, ada: User, act: str
) -> None:
    assert api.post(f"/api/v1/accounts/0/{act}", **bearer(user_token(ada, "write"))).status_code == 404


@pytest.mark.parametrize("name", ["id[]", "id"])
def test_relationships_in_the_order_asked_for(
    api: APIClient, bearer: Header, user_token: Token, ada: User, name: str
) -> None:
    asked = [key("grace"), 0, "x", key("bob"), key("grace")]
    response = api.get("/api/v1/accounts/relationships", {name: asked}, **bearer(user_token(ada, "read:follows")))
    assert [(r["id"], r["following"], r["followed_by"]) for r in response.json()] == [
        (str(key("grace")), True, False),
        (str(key("bob")), True, True),
    ]
