"""One line per log record: people read it, programs parse it, nobody forges a second one."""

import json
import logging
from datetime import UTC, datetime

# What every record carries by itself; anything else was given as `extra=`.
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class OneLine(logging.Formatter):
    """`2026-11-21T23:55:25Z INFO clients.events client_created client=12 name="My App"`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record on one line, whatever its values hold."""
        when = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        words = [when, record.levelname, record.name, _quoted(record.getMessage(), free=" ")]
        words += [
            f"{name}={_quoted(value)}"
            for name, value in vars(record).items()
            # `request` and `response` objects come from Django's own loggers.
            if name not in STANDARD and isinstance(value, str | int | float | bool | None)
        ]
        if record.exc_info:
            words.append(f"exception={json.dumps(self.formatException(record.exc_info))}")
        return " ".join(words)


def _quoted(value: object, *, free: str = "") -> str:
    """The value as it is when it is plain, else as a JSON string: no line break, no control character."""
    text = str(value)
    plain = text.isascii() and all(c in free or (c.isprintable() and c not in ' "=\\') for c in text)
    return text if text and plain else json.dumps(text)
