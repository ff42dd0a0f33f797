"""The login page and what holds back those who guess there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Visitor

from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "198.51.100.1", "203.0.113.9"


@pytest.fixture
def ada() -> Any:
    return UserFactory(username="ada")


def log_in(password: str = PASSWORD, *, name: str = "ada", address: str = HERE, **more: Any) -> Any:
    return Visitor().post("/accounts/login", {"username": name, "password": password}, REMOTE_ADDR=address, **more)


# P5
@pytest.mark.usefixtures("ada")
def test_ten_wrong_passwords_and_the_address_waits() -> None:
    statuses = [log_in("wrong").status_code for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    refused = log_in()
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 900
    assert "frame-ancestors 'none'" in refused["Content-Security-Policy"]
    assert b"Too many attempts" in refused.content
    assert log_in(address=ELSEWHERE).status_code == 302


# P5
@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("name", [" ada", "ada ", "\tada", "ＡDA".lower(), "aｄa"])
def test_a_name_is_one_name_however_it_is_spelled(name: str) -> None:
    statuses = [log_in("wrong", name=name if n % 2 else "ada").status_code for n in range(11)]
    assert statuses == [200] * 10 + [429]
    assert log_in(name=name).status_code == 429


# P5, P6
@pytest.mark.usefixtures("ada")
def test_forged_addresses_change_nothing() -> None:
    statuses = [log_in("wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}").status_code for n in range(11)]
    assert statuses == [200] * 10 + [429]


# P5
@pytest.mark.usefixtures("ada")
def test_logging_in_often_is_no_guessing() -> None:
    assert {log_in().status_code for _ in range(12)} == {302}


# P5
@pytest.mark.usefixtures("ada")
def test_the_database_remembers_when_the_cache_forgets(settings: Any) -> None:
    settings.OAUTHSITE = {**settings.OAUTHSITE, "RATE_LIMITS": False}
    settings.AXES_FAILURE_LIMIT = 3
    statuses = [log_in("wrong").status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert log_in()["Retry-After"] == "900"
    assert log_in(address=ELSEWHERE).status_code == 302


# P3
@pytest.mark.parametrize("name", ["nobody", "nul\0", "lone\ud800", ""])
def test_strange_names_are_wrong_names(name: str) -> None:
    assert log_in(name=name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")).status_code == 200


def test_the_admin_has_no_login_of_its_own() -> None:
    answer = Visitor().get("/admin/login/?next=/admin/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login?next=/admin/")


# P5
@pytest.mark.usefixtures("ada")
def test_what_is_sent_to_the_admins_login_is_not_lost_and_counts_like_any_other() -> None:
    fields = {"username": "ada", "password": PASSWORD, "next": "/admin/"}
    answer = Visitor().post("/admin/login/?next=/admin/", fields, REMOTE_ADDR=HERE)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    for _ in range(11):
        log_in("wrong")
    assert Visitor().post("/admin/login/", fields, REMOTE_ADDR=HERE).status_code == 429
