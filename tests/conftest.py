"""What every test stands on."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.core.servers.basehttp import WSGIServer
from django.db import connection
from django.utils import translation
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from clients.border import caching
from tests import canary
from tests.factories import AccessTokenFactory
from tests.programs import install_packages
from tests.sessions import Session
from tokens.rules import replay


@pytest.hookimpl
def pytest_configure() -> None:
    """Before anything else runs."""
    canary.watch_logs()
    WSGIServer.request_queue_size = 128  # as in manage.py: the live server takes a burst
    sys.addaudithook(_stay_at_home)
    # `--hypothesis-profile=thorough` is for the machine that has time.
    hypothesis.settings.register_profile("thorough", max_examples=10_000)


OUTBOUND: list[str] = []


def _stay_at_home(event: str, args: tuple[Any, ...]) -> None:
    """A4: nothing here calls anybody but this machine. Refused, and remembered in case somebody swallows it."""
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = str(args[1][0])
    elif event == "socket.getaddrinfo":
        host = args[0].decode() if isinstance(args[0], bytes) else args[0] or "localhost"
    else:
        return
    if host not in ("localhost", "testserver", "::1", "") and not host.startswith("127."):
        OUTBOUND.append(host)
        raise ConnectionRefusedError(f"the suite stays on this machine, and {host} is not")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """After each test that passed: nobody was called (A4), and no value lies where it should not (T18, A10, H12)."""
    canary.records.clear()
    yield
    called, OUTBOUND[:] = OUTBOUND[:], []
    assert not called
    fixtures = getattr(item, "fixturenames", ())
    assert not canary.leaks(has_database="db" in fixtures or "transactional_db" in fixtures)


@pytest.fixture(scope="session")
def packages() -> Path:
    """Where the programs of `tests/node` are, with the packages that they need."""
    if shutil.which("npm") is None:
        pytest.skip("no Node on this machine (apt-get install nodejs npm)")
    return install_packages()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's database. PostgreSQL drops none to which anybody is connected, if only a thread that was slow."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """No test reads the language in which another one's last request was answered."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """No test is throttled for what another one did, or not throttled for a cache that it took away."""
    yield
    caching.Memory.until = 0.0
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_to_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that sends one request after another need not wait for those in flight."""
    monkeypatch.setattr(replay, "SETTLING", ())


@pytest.fixture
def api() -> APIClient:
    """A program that calls the API; `raise_request_exception` is off, as over the network."""
    return APIClient(raise_request_exception=False)


@pytest.fixture
def bearer() -> Callable[[str], dict[str, str]]:
    """`api.get(path, **bearer(token))`: the header of RFC 6750 §2.1."""
    return lambda token: {"HTTP_AUTHORIZATION": f"Bearer {token}"}


@pytest.fixture
def user_token(db: None) -> Callable[..., str]:
    """`user_token(ada, "read write", client=...)`: the value of a token on her behalf."""

    def issue(user: Any, scopes: str = "read", **more: Any) -> str:
        return AccessTokenFactory(user=user, scope=scopes, **more)[1]

    return issue


@pytest.fixture
def app_token(db: None) -> Callable[..., str]:
    """`app_token(client, "read")`: the value of the client's own token."""

    def issue(client: Any = None, scopes: str = "read", **more: Any) -> str:
        return AccessTokenFactory(client=client, scope=scopes, **more)[1]

    return issue


@pytest.fixture
def session(api: APIClient, db: None) -> Session:
    """A client that holds an access and a refresh token of a user's."""
    return Session(api)


@pytest.fixture
def sessions(api: APIClient, db: None) -> Callable[..., Session]:
    """`sessions(scope="read", client=...)`: as `session`, made to measure."""
    return lambda **more: Session(api, **more)
