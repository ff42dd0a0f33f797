"""The one setting of a host: typed, asked for late, and forgiving of nothing."""

from typing import Any

import pytest
from django.test import override_settings

from clients import conf
from clients.catalogues import ALL
from clients.conf import options


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"ISUER": "https://a.example"}, "Unknown key 'ISUER'. Did you mean 'ISSUER'?"),
        ({"XYZZY": 1}, "Unknown key 'XYZZY'."),
        ({7: 1}, "Unknown key 7."),
        ({"TRUSTED_PROXIES": "1"}, "TRUSTED_PROXIES should be int, not '1'."),
        ({"TRUSTED_PROXIES": True}, "TRUSTED_PROXIES should be int, not True."),
        ({"RATE_LIMITS": 1}, "RATE_LIMITS should be bool, not 1."),
        ({"ISSUER": 5}, "ISSUER should be str | None, not 5."),
        ({"ISSUER": "a.example"}, "ISSUER should be the address of this site, like 'https://example.org', not 'a.ex"),
        ({"ISSUER": "https://a.example/?b"}, "ISSUER should be the address of this site, like 'https://example.org'"),
        ({"DEFAULT_SCOPES": "read"}, "DEFAULT_SCOPES should be tuple[str, ...], not 'read'."),
        ({"SCOPES": ["read"]}, "SCOPES should be "),
        ({"OPEN_REGISTRATION": "sometimes"}, "OPEN_REGISTRATION should be 'open', 'authenticated' or 'closed'."),
        ({"RATES": {"registration": "often"}}, "RATES: 'often' is no rate like '30/10m'."),
        (
            {"SCOPES": {**ALL, "orders": "See orders"}},
            "SCOPES: 'orders' should be a clients.catalogues.Scope, not 'See",
        ),
        ({"DEFAULT_SCOPES": ["reed"]}, "DEFAULT_SCOPES: SCOPES does not describe 'reed'. Did you mean 'read'?"),
        ({"FALLBACK_SCOPE": "xyzzy"}, "FALLBACK_SCOPE: SCOPES does not describe 'xyzzy'."),
        ({"USERINFO": "tests.nowhere.hook"}, "USERINFO: No module named 'tests.nowhere'."),
        ({"RATES": {"registrations": "1/m"}}, "RATES: there is no 'registrations'. Did you mean 'registration'?"),
    ],
)
def test_a_mistake_is_named(given: dict[Any, Any], problem: str) -> None:
    with override_settings(OAUTHSITE=given):
        (found,) = conf.problems()
    assert found.startswith(problem)


def sound() -> None:
    """A hook that can be imported."""


def test_what_fits_is_no_problem() -> None:
    sound = {
        "ISSUER": None,
        "TRUSTED_PROXIES": 2,
        "TOKEN_LIFETIME": 60,
        "RESERVED_NAMES": ["The Site"],
        "RATES": {"registration": "1/m"},
        "DEFAULT_SCOPES": ["messages:io.pnut.core.pm", "read"],
        "MAY_USE_PASSWORD_GRANT": "tests.clients.test_conf.sound",
    }
    with override_settings(OAUTHSITE=sound):
        assert conf.problems() == []


def test_something_else_than_a_mapping_is_named() -> None:
    with override_settings(OAUTHSITE=["ISSUER"]):
        assert conf.problems() == ["It should be a dictionary, not ['ISSUER']."]


def test_a_change_is_seen_at_once() -> None:
    with override_settings(OAUTHSITE={"SITE_NAME": "one"}):
        assert options().SITE_NAME == "one"
        with override_settings(OAUTHSITE={"SITE_NAME": "two"}):
            assert options().SITE_NAME == "two"
        with override_settings(LANGUAGE_CODE="de"):  # another setting changes nothing
            assert options().SITE_NAME == "one"


def test_a_project_may_say_nothing(settings: Any) -> None:
    settings.OAUTHSITE = {}  # a change that is told of, and undone; deleting alone is neither
    del settings.OAUTHSITE
    assert options() == conf.Options()


def test_a_host_overrides_one_rate_and_keeps_the_others() -> None:
    with override_settings(OAUTHSITE={"RATES": {"registration": "2/s"}}):
        assert options().rate("registration") == "2/s"
        assert options().rate("client_failures") == conf.RATES["client_failures"]
