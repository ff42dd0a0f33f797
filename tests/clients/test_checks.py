"""What a host forgot is told once, with the lines to paste."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.urls import include, path, re_path
from django.views.generic import TemplateView

from clients.system import checks, swapping

ROOT = Path(__file__).parent.parent.parent
BLANK = """
SECRET_KEY = "blank"
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "oauth2_provider", "clients", "tokens",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": ["%s"],  # in a wheel they lie in the apps
    }
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
""" % (ROOT / "templates")
# A project whose own app looks at the toolkit's settings first.
EAGER = BLANK.replace('"django.contrib.auth"', '"eager", "django.contrib.auth"')

Checked = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """`manage.py check` of a blank project with these settings, or another command."""

    def run(
        swapped: dict[str, str], source: str = BLANK, words: tuple[str, ...] = ("check",)
    ) -> subprocess.CompletedProcess[str]:
        lines = "".join(f"{name} = {model!r}\n" for name, model in swapped.items())
        (tmp_path / "blank_settings.py").write_text(source + lines)
        (tmp_path / "eager.py").write_text("import oauth2_provider.settings\n")
        return subprocess.run(
            [sys.executable, "-m", "django", *words, "--settings", "blank_settings"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_a_blank_project_with_six_lines_is_sound(checked: Checked) -> None:
    answer = checked(swapping.MODELS)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("forgotten", [*([name] for name in swapping.MODELS), list(swapping.MODELS)])
def test_a_project_that_forgot_some_gets_one_error_with_all_six(checked: Checked, forgotten: list[str]) -> None:
    answer = checked({name: model for name, model in swapping.MODELS.items() if name not in forgotten})
    assert "System check identified 1 issue" in answer.stderr, answer.stderr
    assert "(oauth_clients.E001)" in answer.stderr
    assert swapping.lines_to_paste().replace("\n", "") in answer.stderr.replace("\t", "").replace("\n", "")
    assert f"The settings {', '.join(forgotten)} do not name" in answer.stderr


COMMANDS = sorted(path.stem for path in ROOT.glob("*/management/commands/oauth_*.py"))


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_needs_the_admin(checked: Checked, command: str) -> None:
    answer = checked(swapping.MODELS, words=(command, "--help"))
    assert answer.returncode == 0, answer.stderr


def test_an_app_before_ours_may_look_at_the_toolkit(checked: Checked) -> None:
    assert checked(swapping.MODELS, EAGER).returncode == 0


def test_a_project_that_names_the_toolkits_own_model_gets_the_six_lines(checked: Checked) -> None:
    answer = checked({**swapping.MODELS, "OAUTH2_PROVIDER_APPLICATION_MODEL": "oauth2_provider.Application"})
    assert "System check identified 1 issue" in answer.stderr, answer.stderr
    assert "(oauth_clients.E001)" in answer.stderr


def test_what_is_missing_is_supplied_and_remembered(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swapping, "missing", [])
    del settings.OAUTH2_PROVIDER_GRANT_MODEL
    swapping.supply_missing()
    swapping.supply_missing()  # the app may be configured twice in one process
    assert swapping.missing == ["OAUTH2_PROVIDER_GRANT_MODEL"]
    assert settings.OAUTH2_PROVIDER_GRANT_MODEL == "oauth_tokens.Grant"
    (error,) = checks.models_are_swapped()
    assert error.id == "oauth_clients.E001"
    assert error.hint.endswith(swapping.lines_to_paste())


def test_a_model_of_the_toolkit_is_not_one_of_ours(settings: Any) -> None:
    assert checks.models_are_swapped() == []
    settings.OAUTH2_PROVIDER_GRANT_MODEL = "oauth2_provider.Grant"
    (error,) = checks.models_are_swapped()
    assert "OAUTH2_PROVIDER_GRANT_MODEL" in error.msg


def test_a_mistake_in_our_setting_is_an_error() -> None:
    assert checks.setting_is_sound() == []
    with override_settings(OAUTHSITE={"ISUER": ""}):
        (error,) = checks.setting_is_sound()
    assert (error.id, error.msg) == ("oauth_clients.E002", "OAUTHSITE: Unknown key 'ISUER'. Did you mean 'ISSUER'?")


# A11
class ToolkitRouted:
    urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]


def test_the_toolkits_pages_must_not_be_routed(settings: Any) -> None:
    assert checks.toolkit_pages_are_not_routed() == []
    settings.ROOT_URLCONF = ToolkitRouted
    (error,) = checks.toolkit_pages_are_not_routed()
    assert error.id == "oauth_clients.E003"
    assert "/o/" in error.msg


def test_a_project_without_urls_is_not_asked(settings: Any) -> None:
    settings.ROOT_URLCONF = None
    assert checks.toolkit_pages_are_not_routed() == []


class OursBelow:
    urlpatterns = [path("auth/", include("clients.urls")), path("auth/", include("tokens.urls"))]


class OursHidden:
    urlpatterns = [re_path(".*", TemplateView.as_view()), path("", include("tokens.urls"))]


@pytest.mark.rfc("8414", "3")
@pytest.mark.parametrize("urls", [OursBelow, OursHidden])
def test_endpoints_where_no_program_looks_are_warned_of(settings: Any, urls: Any) -> None:
    assert checks.programs_find_their_way() == []
    settings.ROOT_URLCONF = urls
    (warning,) = checks.programs_find_their_way()
    assert warning.id == "oauth_clients.W006"
    assert "/.well-known/oauth-authorization-server, " in warning.msg
    assert ("/api/v1/apps" in warning.msg) is (urls is OursBelow)


@pytest.mark.parametrize("urls", [None, ToolkitRouted])
def test_who_routes_nothing_of_ours_is_not_warned(settings: Any, urls: Any) -> None:
    settings.ROOT_URLCONF = urls
    assert checks.programs_find_their_way() == checks.people_find_the_login() == []


@pytest.mark.parametrize(
    ("login", "is_found"),
    [
        ("/accounts/login/", True),
        ("login", True),
        ("/admin", True),  # Django adds the slash
        ("https://login.example/", True),
        ("/nowhere/", False),
    ],
)
def test_a_login_that_nobody_finds_is_warned_of(settings: Any, login: str, is_found: bool) -> None:
    settings.LOGIN_URL = login
    assert [found.id for found in checks.people_find_the_login()] == ([] if is_found else ["oauth_clients.W008"])


# H14
@pytest.mark.rfc("8414", "2")
@pytest.mark.parametrize("issuer", [None, "http://auth.example"])
def test_an_issuer_without_tls_is_warned_of(settings: Any, issuer: str | None) -> None:
    settings.OAUTHSITE = {"ISSUER": issuer, "RATE_LIMITS": False}
    assert [found.id for found in checks.deployment_is_sound()] == ["oauth_clients.W001"]


@pytest.mark.parametrize(
    ("backend", "limits", "expected"),
    [
        ("django.core.cache.backends.locmem.LocMemCache", True, ["oauth_clients.W002"]),
        ("django.core.cache.backends.dummy.DummyCache", True, ["oauth_clients.W002"]),
        ("django.core.cache.backends.locmem.LocMemCache", False, []),
        ("django.core.cache.backends.redis.RedisCache", True, []),
    ],
)
def test_limits_that_workers_do_not_share_are_warned_of(
    settings: Any, backend: str, limits: bool, expected: list[str]
) -> None:
    settings.OAUTHSITE = {"ISSUER": "https://a.example", "RATE_LIMITS": limits}
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:6379/9"}}
    assert [found.id for found in checks.deployment_is_sound()] == expected
