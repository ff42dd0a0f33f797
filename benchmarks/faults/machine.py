"""The programs that a site stands on, private to one run: each ends with its `with`, and no wait is endless."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds for any program to start or to end
WORKERS = 2
OWN_SESSION: dict[str, Any] = {"start_new_session": True}  # Ctrl-C reaches us alone, and we end them


class Program:
    """A process in the background, with all that it started."""

    def __init__(self, command: Sequence[str | Path], log: Path, **how: Any) -> None:
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **OWN_SESSION, **how
            )
        self.log = log

    def tell(self, number: int) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def end(self, number: int = signal.SIGTERM) -> None:
        """End it, in the end by force."""
        try:
            if self.process.poll() is None:
                self.tell(number)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(PATIENCE)
        finally:
            with suppress(ProcessLookupError):  # what it may have left of its session
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)


class PostgreSQL:
    """A cluster of our own. The site is an ordinary role there, so that we still get in when it does not."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder / "postgresql", free_port()
        self.url = f"postgres://site@127.0.0.1:{self.port}/site"
        self.log = self.folder / "log"
        self.program: Program | None = None
        self.folder.mkdir()
        self.who: dict[str, Any] = {"cwd": self.folder}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.who |= {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
            folder.chmod(0o711)
        initdb = [binary("initdb"), "-D", self.folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        subprocess.run([*initdb, "--locale=C"], check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL, **self.who)

    def start(self) -> None:
        """Start the server and wait until it lets somebody in."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": 40,
            "log_lock_waits": "on",
            "deadlock_timeout": "100ms",  # what waits longer for a lock is in the log
            "shared_buffers": "128MB",
        }
        flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.program = Program([binary("postgres"), "-D", self.folder / "data", *flags], self.log, **self.who)
        wait_until(lambda: bool(self.ask("SELECT 1", database="postgres")), "PostgreSQL")

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, connections closed."""
        if self.program:
            self.program.end(signal.SIGINT)

    def ask(self, statement: str, *values: Any, database: str = "site") -> Any:
        """The first column of the first row, as the superuser."""
        address = f"postgresql://postgres@127.0.0.1:{self.port}/{database}"
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            found = connection.execute(statement, values or None)
            row = found.fetchone() if found.description else None
        return row and row[0]


class Site:
    """The reference site behind gunicorn, as docs/deploy.md starts it."""

    def __init__(self, folder: Path, *, options: Sequence[str] = ("--preload",), **environment: str) -> None:
        self.port = free_port()
        self.environment = {**os.environ, "ISSUER": f"http://127.0.0.1:{self.port}", **environment}
        self.log = folder / "gunicorn.log"
        self.options = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(WORKERS), "--threads", "4", *options]

    def __enter__(self) -> Self:
        command = [Path(sys.executable).with_name("gunicorn"), "oauthsite.wsgi:application", "--no-control-socket"]
        self.program = Program([*command, *self.options], self.log, cwd=ROOT, env=self.environment)
        self.master = self.program.process.pid
        try:
            wait_until(lambda: is_open(self.port), "gunicorn")
            for _ in range(20):  # until all workers have imported everything
                wait_until(self._is_ready, "the site")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            with suppress(ProcessLookupError, TimeoutError):
                os.kill(self.master, signal.SIGTERM)
                wait_until(lambda: not is_open(self.port), "the end of gunicorn")
        finally:
            self.program.end()

    def workers(self) -> set[int]:
        """The processes that answer."""
        return children(self.master)

    def renew(self) -> None:
        """New workers in place of the old ones, by SIGHUP. Returns once the old ones are gone."""
        old = self.workers()
        os.kill(self.master, signal.SIGHUP)
        wait_until(lambda: not self.workers() & old, "the end of the old workers", 4 * PATIENCE)

    def upgrade(self) -> None:
        """A new gunicorn beside the old one on the same socket, by SIGUSR2; then the old one ends."""
        old = self.workers()
        os.kill(self.master, signal.SIGUSR2)
        wait_until(lambda: any(len(children(new)) == WORKERS for new in self.workers() - old), "the new gunicorn")
        [new] = self.workers() - old
        os.kill(self.master, signal.SIGTERM)
        wait_until(lambda: not any(map(is_running, [self.master, *old])), "the end of the old gunicorn")
        self.master = new

    def _is_ready(self) -> bool:
        with suppress(HTTPError), urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=PATIENCE):
            pass  # "not ready" is an answer too
        return True


@contextmanager
def postgresql(folder: Path) -> Iterator[PostgreSQL]:
    """A running cluster with an empty database."""
    cluster = PostgreSQL(folder)
    try:
        cluster.start()
        cluster.ask("CREATE ROLE site LOGIN", database="postgres")
        cluster.ask("CREATE DATABASE site OWNER site", database="postgres")
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def redis(folder: Path) -> Iterator[int]:
    """The port of a running Redis that keeps nothing."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    program = Program(command, folder / "redis.log")
    try:
        wait_until(lambda: is_open(port), "Redis")
        yield port
    finally:
        program.end()


def binary(name: str) -> str:
    """A program of the PostgreSQL server, which Debian does not put on the path."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin")]
    if config := shutil.which("pg_config"):
        found = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True, timeout=PATIENCE)
        folders.append(Path(found.stdout.strip()))
    path = os.pathsep.join([*map(str, sorted(folders, reverse=True)), os.environ.get("PATH", "")])
    program = shutil.which(name, path=path)
    if program is None:
        sys.exit(f"{name} is not here: install PostgreSQL's server programs.")
    return program


def children(process: int) -> set[int]:
    """The processes that it started."""
    return {int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()}


def is_running(process: int) -> bool:
    """Whether it still does something; one that nobody has asked how it ended does not."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_until(is_there: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
    """Seconds until it was there."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        with suppress(OSError, psycopg.Error):
            if is_there():
                return time.monotonic() - began
        time.sleep(0.02)
    raise TimeoutError(f"{what}: nothing in {patience} s")
