"""Addresses of the environment become settings of each engine."""

import sys
from typing import Any

import django
import pytest
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from oauthsite import environment


def database(url: str) -> dict[str, Any]:
    return environment.database(Env.db_url_config(url))


def test_sqlite_waits_for_its_turn() -> None:
    options = database("sqlite:////tmp/site.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]


def test_postgresql_prepares_its_statements_and_waits_for_nothing_without_an_end() -> None:
    config = database("postgres://u:p@127.0.0.1:5432/site")
    assert config["OPTIONS"] == {
        "server_side_binding": True,
        "prepare_threshold": 5,
        "connect_timeout": 5,
        "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
    }
    assert config["CONN_HEALTH_CHECKS"] is True
    assert config["CONN_MAX_AGE"] == 60


def test_the_address_wins() -> None:
    config = database("postgres://u:p@h/site?prepare_threshold=none&conn_max_age=0&sslmode=require")
    assert config["OPTIONS"]["prepare_threshold"] is None
    assert "options" not in config["OPTIONS"]  # a pooler refuses them
    assert config["OPTIONS"]["sslmode"] == "require"
    assert config["CONN_MAX_AGE"] == 0


def test_nobody_waits_long_for_redis() -> None:  # X4
    options = environment.cache(Env.cache_url_config("redis://127.0.0.1:6379/0"))["OPTIONS"]
    assert options == {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    options = environment.cache(Env.cache_url_config("redis://127.0.0.1:6379/0?socket_timeout=2"))["OPTIONS"]
    assert options == {"socket_connect_timeout": 0.5, "socket_timeout": 2}
    assert "OPTIONS" not in environment.cache(Env.cache_url_config("locmemcache://"))


def test_mariadb_speaks_all_of_unicode() -> None:
    assert database("mysql://u:p@127.0.0.1:3306/site")["OPTIONS"] == {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "connect_timeout": 5,
        "init_command": "SET SESSION innodb_lock_wait_timeout = 10",
    }


def test_an_installed_mysqlclient_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = object()
    monkeypatch.setitem(sys.modules, "MySQLdb", installed)
    database("mysql://u:p@127.0.0.1:3306/site")
    assert sys.modules["MySQLdb"] is installed


def test_pymysql_stands_in_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "MySQLdb", None)
    database("mysql://u:p@127.0.0.1:3306/site")
    assert sys.modules["MySQLdb"].__name__ == "pymysql"


def test_mariadb_may_be_called_by_its_name() -> None:
    assert database("mariadb://u:p@127.0.0.1:3306/site") == database("mysql://u:p@127.0.0.1:3306/site")


def test_other_engines_are_refused_by_name() -> None:
    with pytest.raises(ImproperlyConfigured, match="'oracle'"):
        database("oracle://u:p@127.0.0.1:1521/site")


@pytest.mark.rfc("8414", "2")
@pytest.mark.parametrize(
    "value",
    [
        "auth.example.org",
        "ftp://x",
        "https://",
        "https://x/?a",
        "https://x/#a",
        "https://x?",
        "https://x#",
        "https://user:password@x",
        "https://x:0",
        "https://x:99999",
        "https://x:port",
        "https://x y",
        "https://b\u00fccher.example",
        'https://x"',
    ],
)
def test_an_issuer_is_an_address(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ISSUER"):
        environment.issuer(value)


@pytest.mark.parametrize(
    ("address", "hosts"),
    [(None, []), ("https://a.example:8443/x", ["a.example"]), ("http://[::1]:8000", ["[::1]"])],
)
def test_the_host_of_an_address(address: str | None, hosts: list[str]) -> None:
    assert environment.host_of(address) == hosts


SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", {"host": "mail.example", "port": 25}),
        ("smtp+tls://u:p@mail.example", {"port": 587, "use_tls": True, "username": "u"}),
        ("smtp+ssl://u:p@mail.example:2465", {"port": 2465, "use_ssl": True, "password": "p"}),
    ],
)
@pytest.mark.parametrize("version", [(5, 2), (6, 1)])
def test_mail(url: str, expected: dict[str, Any], version: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django, "VERSION", version)
    settings = environment.mail(Env.email_url_config(url))
    if version < (6, 1):
        assert settings.pop("EMAIL_BACKEND") == SMTP
        options = {environment.MAIL_OPTIONS[key]: value for key, value in settings.items()}
    else:
        assert settings["MAILERS"]["default"]["BACKEND"] == SMTP
        options = settings["MAILERS"]["default"]["OPTIONS"]
    assert options.items() >= (expected | {"timeout": environment.MAIL_TIMEOUT}).items()


@pytest.mark.parametrize("version", [(5, 2), (6, 1)])
def test_letters_go_into_the_folder_that_the_address_names(
    version: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django, "VERSION", version)
    settings = environment.mail(Env.email_url_config("filemail:////var/letters"))
    if version < (6, 1):
        assert settings["EMAIL_FILE_PATH"] == "/var/letters"
    else:
        assert settings["MAILERS"]["default"]["OPTIONS"] == {"file_path": "/var/letters"}


def test_mail_that_goes_nowhere_has_no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django, "VERSION", (6, 1))
    config = Env.email_url_config("consolemail://")
    assert environment.mail(config)["MAILERS"]["default"]["OPTIONS"] == {}


@pytest.mark.parametrize(("version", "name"), [((5, 2), "CONTENT_SECURITY_POLICY"), ((6, 0), "SECURE_CSP")])
def test_the_policy_in_the_words_of_this_django(
    version: tuple[int, int], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django, "VERSION", version)
    assert name in environment.content_security_policy({"default-src": ["'self'"]}).settings
