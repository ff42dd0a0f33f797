"""How many calls there may be, and what every answer tells of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from tests.oauthsite.demo.shared import Header, Token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_in_five_minutes(settings: Settings) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATES": {"api": "2/5m"}}


def test_every_answer_tells_what_is_left(api: APIClient, ada: User) -> None:
    response = api.get(f"/api/v1/accounts/{ada.pk}")
    assert (response["X-RateLimit-Limit"], response["X-RateLimit-Remaining"]) == ("2", "1")
    reset = datetime.strptime(response["X-RateLimit-Reset"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert timedelta() < reset - datetime.now(UTC) <= timedelta(minutes=5)


def test_so_does_the_app_that_asks_who_it_is(api: APIClient, bearer: Header, app_token: Token) -> None:
    response = api.get("/api/v1/apps/verify_credentials", **bearer(app_token()))
    assert (response["X-RateLimit-Remaining"], response["X-RateLimit-Reset"][-1]) == ("1", "Z")


def test_the_third_call_is_too_much(api: APIClient, ada: User) -> None:
    answers = [api.get(f"/api/v1/accounts/{ada.pk}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json() == {"error": "Too many requests"}
    assert answers[2]["X-RateLimit-Remaining"] == "0"
    assert 0 < int(answers[2]["Retry-After"]) <= 300


def test_each_token_and_each_address_has_its_own(api: APIClient, bearer: Header, app_token: Token, ada: User) -> None:
    headers: list[dict[str, Any]] = [bearer(app_token()), bearer(app_token()), {}, {"REMOTE_ADDR": "192.0.2.9"}]
    for _ in range(2):
        assert {api.get(f"/api/v1/accounts/{ada.pk}", **header).status_code for header in headers} == {200}
    assert {api.get(f"/api/v1/accounts/{ada.pk}", **header).status_code for header in headers} == {429}


def test_off_nothing_is_counted_and_nothing_told(api: APIClient, ada: User, settings: Settings) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATE_LIMITS": False}
    answers = [api.get(f"/api/v1/accounts/{ada.pk}") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert "X-RateLimit-Limit" not in answers[2]
