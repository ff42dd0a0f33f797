"""From the addresses of the environment to what Django wants: the parts of the settings that decide."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import django
from django.core.exceptions import ImproperlyConfigured

YES = ("on", "true", "yes", "y", "ok", "1")  # what django-environ takes for yes
NO = ("off", "false", "no", "n", "0")

MAIL_OPTIONS = {
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "use_tls",
    "EMAIL_USE_SSL": "use_ssl",
    "EMAIL_TIMEOUT": "timeout",
}
FILE_OPTIONS = {"EMAIL_FILE_PATH": "file_path"}
MAIL_PORTS = {"EMAIL_USE_TLS": 587, "EMAIL_USE_SSL": 465}
MAIL_TIMEOUT = 10  # seconds; nobody's request hangs on a mail server
CONNECT_TIMEOUT = 5  # seconds; a database that is away is an answer with 503, not a wait
CACHE_TIMEOUT = 0.5  # seconds; limits are a courtesy, and nobody's token waits for one
LOCK_TIMEOUT = 10  # seconds that a statement waits for another transaction's rows
IDLE_TIMEOUT = 60  # seconds after which the database ends a transaction whose process forgot it, and frees its rows


def required(name: str, value: str, *, why: str) -> str:
    """The value; an empty one raises `ImproperlyConfigured` with one sentence for a person."""
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {why} (.env.example shows how).")
    return value


def flag(name: str, value: str, *, default: bool) -> bool:
    """Yes or no; an empty value is the default. Anything else raises: a typing error must not open a door."""
    meant = {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False), "": default}.get(value.lower())
    if meant is None:
        raise ImproperlyConfigured(f"{name} is {value!r}, but should be on or off.")
    return meant


def count(name: str, value: str) -> int:
    """A whole number from 0 on, 0 when it is empty."""
    if value and not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} is {value!r}, but should be a whole number, 0 or more.")
    return int(value or 0)


def one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    """One of these words, the first when it is empty."""
    if value and value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}, but should be one of: {', '.join(choices)}.")
    return value or choices[0]


def words(value: str) -> list[str]:
    """What commas separate."""
    return [word for part in value.split(",") if (word := part.strip())]


def read(name: str, value: str, parse: Callable[[str], dict[str, Any]], *, like: str) -> dict[str, Any]:
    """An address taken apart by django-environ. What that raises names no variable, and may repeat a password."""
    try:
        if "://" in value:
            return parse(value)
    except (ImproperlyConfigured, ValueError):
        pass
    raise ImproperlyConfigured(f"{name} is no address of a kind that is known here, like {like}.")


def issuer(value: str) -> str | None:
    """The issuer without a slash at its end, None when there is none.

    RFC 8414 §2: a URL without query or fragment; it is compared character by character.
    """
    if not value:
        return None
    if not _is_plain(value, urlsplit(value)):
        raise ImproperlyConfigured(
            f"ISSUER is {value!r}, but should be the address of this site, like https://example.org."
        )
    return value.rstrip("/")


def _is_plain(value: str, parts: SplitResult) -> bool:
    """Scheme, host, perhaps a port and a path, and nothing that a URL has no room for."""
    try:
        has_room = parts.port != 0
    except ValueError:  # no number, or beyond 65535
        return False
    is_clean = value.isascii() and value.isprintable() and not set(value) & set(' ?#@\\"<>')
    return has_room and is_clean and parts.scheme in ("http", "https") and bool(parts.hostname)


def host_of(address: str | None) -> list[str]:
    """The host of an address as a list of none or one, fit for `ALLOWED_HOSTS`."""
    host = urlsplit(address or "").hostname
    return [f"[{host}]" if ":" in host else host] if host else []


def database(config: dict[str, Any]) -> dict[str, Any]:
    """The parsed `DATABASE_URL` with what each engine needs under load; what the URL says wins."""
    engine = config["ENGINE"].rpartition(".")[2]
    if engine == "mariadb":  # the same to Django, and what people write
        config, engine = {**config, "ENGINE": "django.db.backends.mysql"}, "mysql"
    given = config.get("OPTIONS", {})
    prepare = {"sqlite3": _sqlite, "postgresql": _postgresql, "mysql": _mysql}.get(engine)
    if prepare is None:
        raise ImproperlyConfigured(f"DATABASE_URL names {engine!r}, but only sqlite, postgres and mysql are supported.")
    kept = {} if engine == "sqlite3" else {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    return {**kept, **config, "OPTIONS": prepare(given)}


def _sqlite(given: dict[str, Any]) -> dict[str, Any]:
    """Readers beside one writer, who waits for the lock instead of failing in the middle."""
    return {
        # A transaction that begins by reading and then writes cannot wait for the lock; this one asks for it first.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        **given,
    }


def _postgresql(given: dict[str, Any]) -> dict[str, Any]:
    """Prepared statements, for planning costs more than most of our lookups; and no wait without an end.

    Neither survives a pooler that hands out connections per transaction: there the URL ends with
    `?prepare_threshold=none`, and the limits belong to the database role.
    """
    options = {"server_side_binding": True, "connect_timeout": CONNECT_TIMEOUT, **given}
    if str(given.get("prepare_threshold", "")).lower() == "none":
        return {**options, "prepare_threshold": None}
    limits = f"-c lock_timeout={LOCK_TIMEOUT}s -c idle_in_transaction_session_timeout={IDLE_TIMEOUT}s"
    return {"prepare_threshold": 5, "options": limits, **options}


def _mysql(given: dict[str, Any]) -> dict[str, Any]:
    """All of Unicode, statements that see what others committed as on PostgreSQL, and no wait without an end."""
    _find_mysql_driver()
    return {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "connect_timeout": CONNECT_TIMEOUT,
        "init_command": f"SET SESSION innodb_lock_wait_timeout = {LOCK_TIMEOUT}",
        **given,
    }


def _find_mysql_driver() -> None:
    """Let PyMySQL stand in where mysqlclient, which needs a compiler, is not installed."""
    try:
        import MySQLdb  # noqa: F401
    except ModuleNotFoundError:
        import pymysql

        # Django asks for the version of mysqlclient whose interface this is.
        pymysql.version_info = (2, 2, 7, "final", 0)
        pymysql.install_as_MySQLdb()


def cache(config: dict[str, Any]) -> dict[str, Any]:
    """The parsed `CACHE_URL`; a Redis that is slow or away is soon given up. What the URL says wins."""
    if not config["BACKEND"].endswith(".redis.RedisCache"):
        return config
    limits = {"socket_connect_timeout": CACHE_TIMEOUT, "socket_timeout": CACHE_TIMEOUT}
    return {**config, "OPTIONS": {**limits, **config.get("OPTIONS", {})}}


def mail(config: dict[str, Any]) -> dict[str, Any]:
    """The settings that a parsed `EMAIL_URL` stands for, in the words of this Django."""
    backend = config["EMAIL_BACKEND"]
    names = {"smtp": MAIL_OPTIONS, "filebased": FILE_OPTIONS}.get(backend.split(".")[-2], {})
    options = {key: config[key] for key in names if config.get(key)}
    if names is MAIL_OPTIONS:
        ports = [MAIL_PORTS[key] for key in MAIL_PORTS if options.get(key)]
        options = {"EMAIL_PORT": (ports or [25])[0], "EMAIL_TIMEOUT": MAIL_TIMEOUT, **options}
    if django.VERSION < (6, 1):
        return {"EMAIL_BACKEND": backend, **options}
    spoken = {names[key]: value for key, value in options.items()}
    return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": spoken}}}


class Installed(NamedTuple):
    """What a feature adds to the settings."""

    apps: list[str]
    middleware: str
    settings: dict[str, Any]


def content_security_policy(directives: dict[str, list[str]]) -> Installed:
    """Django's own from 6.0 on, django-csp before; both leave a header alone that a view has set."""
    if django.VERSION < (6, 0):
        settings = {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": directives}}
        return Installed(["csp"], "csp.middleware.CSPMiddleware", settings)
    return Installed([], "django.middleware.csp.ContentSecurityPolicyMiddleware", {"SECURE_CSP": directives})
