"""One record, one line."""

import logging
import sys

from oauthsite.logs import OneLine


def line(message: str, **extra: object) -> str:
    record = logging.makeLogRecord({"msg": message, "name": "clients", "levelname": "INFO", "created": 0, **extra})
    return OneLine().format(record)


def test_the_facts_stand_behind_the_message() -> None:
    assert line("client_created", client=12, user=None) == (
        "1970-01-01T00:00:00Z INFO clients client_created client=12 user=None"
    )


def test_nobody_writes_a_second_line() -> None:
    written = line("a\nb", name_given='x" \n2026 INFO forged', empty="")
    assert "\n" not in written
    assert r'name_given="x\" \n2026 INFO forged"' in written
    assert 'empty=""' in written


def test_a_bidi_control_is_spelled_out() -> None:
    assert r"\u202e" in line("named", client_name="\u202egnp.exe")


def test_objects_are_left_out() -> None:
    assert "request" not in line("served", request=object())


def test_a_traceback_stays_on_the_line() -> None:
    try:
        raise ValueError("inside")
    except ValueError:
        written = line("failed", exc_info=sys.exc_info())
    assert "\n" not in written
    assert "ValueError: inside" in written
