"""Steady traffic: so many requests a second, whatever becomes of them, and what became of each."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty
from urllib.parse import urlencode

from benchmarks.faults.data import REDIRECT_URI, SECRET, Holdings

TIMEOUT = 20  # seconds until a client gives up
KINDS = ("client_credentials", "verify_credentials", "refresh", "code")


@dataclass(frozen=True)
class Seen:
    """One request and its answer. Status 0: there was none."""

    kind: str
    at: float  # when it began, by time.monotonic()
    seconds: float
    status: int
    error: str = ""  # the answer's `error`, or how the connection ended
    retry_after: str = ""
    content: dict[str, object] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The status, and the error where it is not one that says: try again."""
        if self.status == 0:
            return f"no answer ({self.error})"
        return str(self.status) if self.status in (200, 503) else f"{self.status} {self.error}".strip()


class Program:
    """A well-behaved client of the site: what was not answered with 200 it tries again later."""

    def __init__(self, port: int, held: Holdings) -> None:
        self.port, self.held = port, held
        self.doubtful: set[str] = set()  # refresh tokens and codes that once got no clear answer

    def act(self, kind: str) -> Seen | None:
        """One request; None when there is nothing to send."""
        return {
            "client_credentials": self.client_credentials,
            "verify_credentials": self.verify_credentials,
            "refresh": self.refresh,
            "code": self.redeem,
            "wrong_secret": self.wrong_secret,
            "healthz": lambda: call(self.port, "healthz", "GET", "/healthz"),
        }[kind]()

    def client_credentials(self) -> Seen:
        """An app token."""
        return self.post("client_credentials", grant_type="client_credentials")

    def wrong_secret(self) -> Seen:
        """The right client, and not its secret."""
        return self.post("wrong_secret", grant_type="client_credentials", client_secret="wrong")

    def verify_credentials(self) -> Seen:
        """A user's token, shown to the API."""
        headers = {"Authorization": f"Bearer {random.choice(self.held.tokens)}"}  # noqa: S311
        return call(self.port, "verify_credentials", "GET", "/api/v1/apps/verify_credentials", headers=headers)

    def refresh(self) -> Seen | None:
        """A refresh token, for the next pair."""
        return self._once("refresh", self.held.refresh_tokens, grant_type="refresh_token", name="refresh_token")

    def redeem(self) -> Seen | None:
        """A code, for tokens."""
        sent = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}
        return self._once("code", self.held.codes, **sent, name="code")

    def post(self, kind: str, **sent: str) -> Seen:
        """A request to the token endpoint."""
        sent = {"client_id": self.held.client_id, "client_secret": SECRET, **sent}
        return call(self.port, kind, "POST", "/oauth/token", sent)

    def _once(self, kind: str, things: object, *, name: str, **sent: str) -> Seen | None:
        try:
            value = things.get_nowait()  # type: ignore[attr-defined]
        except Empty:
            return None
        seen = self.post(kind, **sent, **{name: value})
        if seen.status == 200 and kind == "refresh":
            things.put(seen.content["refresh_token"])  # type: ignore[attr-defined]
        elif seen.status in (0, 503):
            self.doubtful.add(value)
            things.put(value)  # type: ignore[attr-defined]
        elif seen.status == 400 and value in self.doubtful:
            return Seen(seen.kind, seen.at, seen.seconds, 400, "after an answer that was lost")
        return seen


def call(
    port: int,
    kind: str,
    method: str,
    path: str,
    sent: dict[str, str] | None = None,
    *,
    headers: dict[str, str] | None = None,
) -> Seen:
    """One request on a connection of its own, from an address of its own, as the proxy in front would say."""
    began = time.monotonic()
    address = f"198.51.{random.randrange(100, 200)}.{random.randrange(1, 255)}"  # noqa: S311
    head = {"X-Forwarded-For": address, "Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request(method, path, urlencode(sent) if sent else None, head)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return Seen(kind, began, time.monotonic() - began, 0, type(error).__name__)
    finally:
        connection.close()
    took = time.monotonic() - began
    is_json = answer.headers.get_content_type() == "application/json"
    content = json.loads(body) if is_json else {"error": answer.headers.get_content_type()}
    error = str(content.get("error", ""))
    return Seen(kind, began, took, answer.status, error, answer.getheader("Retry-After", ""), content)


class Traffic:
    """Requests at a steady rate, `most` of them at once: until there are so many, a slow answer holds none back."""

    def __init__(
        self, act: Callable[[str], Seen | None], *, rate: float, kinds: Sequence[str] = KINDS, most: int = 64
    ) -> None:
        self.act, self.rate, self.kinds, self.most = act, rate, kinds, most
        self.free = threading.Semaphore(most)
        self.seen: list[Seen] = []
        self.ended = threading.Event()

    @contextmanager
    def running(self) -> Iterator[list[Seen]]:
        """`with traffic.running() as seen:` fills `seen` until its end, and until every answer is there."""
        with ThreadPoolExecutor(self.most) as pool:
            clock = threading.Thread(target=self._send, args=(pool,), daemon=True)
            clock.start()
            try:
                yield self.seen
            finally:
                self.ended.set()
                clock.join(5)

    def _send(self, pool: ThreadPoolExecutor) -> None:
        began = time.monotonic()
        for number, kind in enumerate(itertools.cycle(self.kinds)):
            if self.ended.wait(max(0.0, began + number / self.rate - time.monotonic())):
                return
            if self.free.acquire(blocking=False):
                pool.submit(self._one, kind)

    def _one(self, kind: str) -> None:
        try:
            if seen := self.act(kind):
                self.seen.append(seen)
        finally:
            self.free.release()


def counted(seen: Sequence[Seen]) -> dict[str, int]:
    """How often each answer came."""
    return dict(sorted(Counter(one.name for one in seen).items()))


def quantile(seen: Sequence[Seen], share: float) -> float:
    """Milliseconds, within which this share of the answers came."""
    times = [one.seconds * 1_000 for one in seen]
    return statistics.quantiles(times, n=1_000, method="inclusive")[round(share * 1_000) - 1] if len(times) > 1 else 0.0
