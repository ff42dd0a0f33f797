"""The environment decides, and what it leaves out is safe."""

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).parent.parent.parent
PRODUCTION = {"SECRET_KEY": "k" * 60, "ISSUER": "https://auth.example.org/", "ENV_FILE": ""}
VARIABLES = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

Settings = Callable[..., dict[str, Any]]


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that come of these variables and no others."""

    def run(**variables: str) -> dict[str, Any]:
        for name in [*VARIABLES, "ENV_FILE"]:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "oauthsite/settings.py"))

    return run


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ISSUER"])
def test_it_refuses_to_start_without(missing: str, settings_of: Settings) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{missing} is not set"):
        settings_of(**PRODUCTION | {missing: ""})


def test_manage_py_says_in_one_sentence_why_it_does_not_start() -> None:
    answer = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("oauthsite does not start. SECRET_KEY is not set")
    assert answer.stderr.count("\n") == 1


def test_a_development_site_needs_no_key_and_no_name(settings_of: Settings) -> None:
    settings = settings_of(DEBUG="on", ENV_FILE="")
    assert len(settings["SECRET_KEY"]) >= 50
    assert settings["OAUTHSITE"]["ISSUER"] is None
    assert settings["SECURE_HSTS_SECONDS"] == 0
    assert not settings["SESSION_COOKIE_SECURE"]


def test_a_site_in_production_is_closed_where_nothing_is_said(settings_of: Settings) -> None:
    settings = settings_of(**PRODUCTION)
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["auth.example.org"]
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["CSRF_COOKIE_SECURE"]
    said = {
        "ISSUER": "https://auth.example.org",
        "TRUSTED_PROXIES": 0,
        "OPEN_REGISTRATION": "open",
        "RATE_LIMITS": True,
    }
    assert settings["OAUTHSITE"].items() >= said.items()
    assert "SECURE_PROXY_SSL_HEADER" not in settings


def test_a_development_site_keeps_the_key_it_has(settings_of: Settings) -> None:
    assert settings_of(**PRODUCTION, DEBUG="on")["SECRET_KEY"] == PRODUCTION["SECRET_KEY"]


@pytest.mark.parametrize("nothing", ["", "  "])
def test_what_is_empty_is_as_good_as_not_said(settings_of: Settings, nothing: str) -> None:
    silent = settings_of(**PRODUCTION)
    said = settings_of(**dict.fromkeys(VARIABLES, nothing) | PRODUCTION)
    names = ("DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "OAUTHSITE", "API_NEEDS_TOKEN", "DATABASES", "CACHES")
    assert {name: said[name] for name in names} == {name: silent[name] for name in names}


@pytest.mark.parametrize("name", ["DEBUG", "RATE_LIMITS", "API_NEEDS_TOKEN"])
def test_yes_and_no_have_many_words(settings_of: Settings, name: str) -> None:
    for said, meant in {"on": True, "TRUE": True, "1": True, "off": False, "No": False, "0": False}.items():
        settings = settings_of(**PRODUCTION, **{name: said})
        assert {**settings, **settings["OAUTHSITE"]}[name] is meant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "nonsense"),
        ("RATE_LIMITS", "onn"),  # a slip that must not switch the limits off
        ("API_NEEDS_TOKEN", "onn"),
        ("TRUSTED_PROXIES", "x"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "1.5"),
        ("TRUSTED_PROXIES", "\u0661"),
        ("OPEN_REGISTRATION", "OPEN"),
        ("DATABASE_URL", "//u:hunter2@h/site"),
        ("DATABASE_URL", "postgres://u:hun/ter2@h/site"),
        ("CACHE_URL", "hunter2://x"),
        ("EMAIL_URL", "smtp://u:hun/ter2@h"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(settings_of: Settings, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name} ") as refused:
        settings_of(**PRODUCTION, **{name: value})
    assert "ter2" not in str(refused.value)
    assert refused.value.__context__ is None  # whose words might be a part of a password


def test_hosts_and_origins_are_separated_by_commas(settings_of: Settings) -> None:
    settings = settings_of(
        **PRODUCTION, ALLOWED_HOSTS="a.example, b.example,", CSRF_TRUSTED_ORIGINS="https://a.example"
    )
    assert settings["ALLOWED_HOSTS"] == ["a.example", "b.example"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://a.example"]


def test_a_proxy_is_believed_only_when_named(settings_of: Settings) -> None:
    settings = settings_of(**PRODUCTION, TRUSTED_PROXIES="1", RATE_LIMITS="off")
    assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert settings["REST_FRAMEWORK"]["NUM_PROXIES"] == 1
    assert settings["OAUTHSITE"]["RATE_LIMITS"] is False


def test_the_env_file_is_read_and_the_environment_wins(settings_of: Settings, tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("SECRET_KEY=from-the-file\nISSUER=https://file.example\n")
    settings = settings_of(ENV_FILE=str(file), ISSUER="https://environment.example")
    assert settings["SECRET_KEY"] == "from-the-file"
    assert settings["OAUTHSITE"]["ISSUER"] == "https://environment.example"


def test_the_example_names_every_variable_that_is_read() -> None:
    read = re.findall(r'(?:env\.\w+|given)\("(\w+)"', (ROOT / "oauthsite/settings.py").read_text())
    assert {*VARIABLES, "ENV_FILE"} == set(read)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/apps",
        "/v1/token",
        "/v1/oauth/access_token",
        "/oauth/token",
        "/oauth/token/",
        "/oauth/device_authorization",
        "/oauth/register/some-client",
        "/.well-known/oauth-protected-resource/api",
        "/.well-known/oauth-authorization-server",
    ],
)
def test_pages_elsewhere_may_call(path: str, settings_of: Settings) -> None:
    assert re.match(settings_of(**PRODUCTION)["CORS_URLS_REGEX"], path)


@pytest.mark.parametrize(
    "path",
    ["/oauth/authorize", "/oauth/device", "/oauth/introspect", "/oauth/tokens", "/dev/", "/admin/", "/apiary", "/"],
)
def test_pages_elsewhere_may_not_call(path: str, settings_of: Settings) -> None:
    assert not re.match(settings_of(**PRODUCTION)["CORS_URLS_REGEX"], path)
