"""System checks of what stands beside these apps."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import run_checks

from clients.system import safety
from tests.mailing import send_through


def found(**more: Any) -> set[str | None]:
    return {check.id for check in run_checks(**more)}


def test_the_reference_site_passes() -> None:
    assert not {
        f"oauth_clients.{name}" for name in ("E004", "E005", "E006", "E007", "W004", "W005", "W006", "W007", "W008")
    } & found(include_deployment_checks=True)


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("MIDDLEWARE", "oauth2_provider.middleware.OAuth2TokenMiddleware"),
        ("MIDDLEWARE", "oauth2_provider.middleware.OAuth2ExtraTokenMiddleware"),
        ("AUTHENTICATION_BACKENDS", "oauth2_provider.backends.OAuth2Backend"),
    ],
)
def test_the_toolkits_bearer_doors_are_refused(setting: str, name: str, settings: Any) -> None:  # A11
    setattr(settings, setting, [*getattr(settings, setting), name])
    assert "oauth_clients.E004" in found()


@pytest.mark.parametrize("key", ["DEFAULT_AUTHENTICATION_CLASSES", "DEFAULT_PERMISSION_CLASSES"])
def test_also_as_defaults_of_rest_framework(key: str, settings: Any) -> None:  # A11
    name = "oauth2_provider.contrib.rest_framework.OAuth2Authentication"
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, key: [name]}
    assert "oauth_clients.E004" in found()


BEARER, SESSION = "tokens.authentication.BearerAuthentication", "rest_framework.authentication.SessionAuthentication"


@pytest.mark.parametrize(
    ("doors", "rule", "is_warned"),
    [
        ([SESSION, BEARER], "rest_framework.permissions.IsAuthenticated", True),
        ([BEARER], "tokens.permissions.UserToken", False),
        ([SESSION], "rest_framework.permissions.IsAuthenticated", False),
    ],
)
def test_tokens_at_every_door_are_warned_of(settings: Any, doors: list[str], rule: str, is_warned: bool) -> None:
    classes = {"DEFAULT_AUTHENTICATION_CLASSES": doors, "DEFAULT_PERMISSION_CLASSES": [rule]}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, **classes}
    assert ("oauth_clients.W009" in found()) is is_warned


def test_a_base_template_that_nobody_finds_is_an_error(settings: Any) -> None:
    settings.OAUTHSITE = {"BASE_TEMPLATE": "nowhere.html"}
    assert "oauth_clients.E005" in found()


def test_mail_that_goes_nowhere_is_a_warning(settings: Any) -> None:
    send_through(settings, "django.core.mail.backends.dummy.EmailBackend")
    assert "oauth_clients.W003" in found(include_deployment_checks=True)
    send_through(settings, "django.core.mail.backends.smtp.EmailBackend")
    assert "oauth_clients.W003" not in found(include_deployment_checks=True)


def test_proxies_that_are_counted_differently_are_a_warning(settings: Any) -> None:
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"]}
    assert "oauth_clients.W004" in found(include_deployment_checks=True)
    settings.REST_FRAMEWORK |= {"NUM_PROXIES": 0}
    assert "oauth_clients.W004" not in found(include_deployment_checks=True)


def test_proxies_without_tls_in_sight_are_a_warning(settings: Any) -> None:
    settings.OAUTHSITE = {"TRUSTED_PROXIES": 1}
    settings.SECURE_PROXY_SSL_HEADER = None
    assert "oauth_clients.W005" in found(include_deployment_checks=True)


class Elsewhere:
    """A router that gives these apps a database of their own."""

    def db_for_write(self, model: Any, **_: Any) -> str | None:
        return "oauth" if model._meta.app_label == "oauth_tokens" else None


def test_a_database_without_our_transactions_is_an_error(settings: Any) -> None:
    assert safety.rows_lie_where_transactions_begin() == []
    settings.DATABASE_ROUTERS = [f"{__name__}.Elsewhere"]
    (error,) = safety.rows_lie_where_transactions_begin()
    assert (error.id, "'oauth'" in error.msg) == ("oauth_clients.E007", True)


@pytest.mark.parametrize("lacking", ["is_active", "has_perm"])
def test_users_who_cannot_be_judged_are_an_error(monkeypatch: pytest.MonkeyPatch, lacking: str) -> None:
    columns = [SimpleNamespace(name=name) for name in {"is_active", "id"} - {lacking}]
    model = SimpleNamespace(_meta=SimpleNamespace(label="people.User", concrete_fields=columns))
    if lacking != "has_perm":
        model.has_perm = None
    monkeypatch.setattr(safety, "get_user_model", lambda: model)
    (error,) = safety.users_can_be_judged()
    assert (error.id, "people.User" in error.msg) == ("oauth_clients.E006", True)


@pytest.mark.parametrize(
    ("use_tz", "zone", "is_warned"),
    [(True, "Europe/Paris", False), (False, "UTC", False), (False, "Europe/Paris", True)],
)
def test_a_clock_that_is_put_back_is_a_warning(settings: Any, use_tz: bool, zone: str, is_warned: bool) -> None:
    settings.USE_TZ, settings.TIME_ZONE = use_tz, zone
    assert ("oauth_clients.W007" in found(include_deployment_checks=True)) is is_warned
