"""A TCP server between the site and what it stands on: passes on, waits, says nothing, or is not there."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Self


class Tap:
    """Listens on a port of its own. `delay` holds back what comes from `target`; without one nothing is ever said."""

    def __init__(self, target: int | None = None, delay: float = 0.0) -> None:
        self.target, self.delay = target, delay
        self.open: set[socket.socket] = set()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self._background(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self.server, *self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed: the end
            while True:
                caller, _ = self.server.accept()
                self.open.add(caller)
                if self.target:
                    there = socket.create_connection(("127.0.0.1", self.target), timeout=5)
                    there.settimeout(None)
                    self.open.add(there)
                    self._background(self._pass_on, caller, there, 0.0)
                    self._background(self._pass_on, there, caller, self.delay)

    def _pass_on(self, one: socket.socket, other: socket.socket, delay: float) -> None:
        with suppress(OSError):
            while piece := one.recv(65_536):
                time.sleep(delay)
                other.sendall(piece)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _background(act: object, *given: object) -> None:
        threading.Thread(target=act, args=given, daemon=True).start()  # type: ignore[arg-type]
