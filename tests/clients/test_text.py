"""F11, H7: names that people read, and groups that they type."""

from typing import Any

import pytest

from clients import text


@pytest.mark.parametrize("name", ["My App", "Ünïcode", "日本語アプリ", "👩‍👩‍👧‍👦", "a" * 60, "نمونه‌ی", "ﬁx"])
def test_a_name_that_people_can_read(name: str) -> None:
    assert text.client_name(name)


def test_a_name_is_stored_in_one_form() -> None:
    assert text.client_name("  Ｆｕｌｌ width ") == "Full width"
    assert text.client_name("ﬁx") == "fix"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "can't be blank"),
        ("   ", "can't be blank"),
        ("\u200d", "can't be blank"),
        ("\u3164\u2800", "can't be blank"),
        ("\u0301", "can't be blank"),
        ("a" * 61, "is too long"),
        ("ﷺ" * 4, "is too long"),  # four characters, seventy-two after NFKC
        ("x" * 10_000, "is too long"),
        ("Pay\u202elap", "cannot be shown safely"),
        ("Pay\u2066pal", "cannot be shown safely"),
        ("Pay\u200bpal", "cannot be shown safely"),
        ("Pay\u00adpal", "cannot be shown safely"),
        ("a\r\nBcc: b@c.example", "cannot be shown safely"),
        ("a\x00b", "cannot be shown safely"),
        ("a\u2028b", "cannot be shown safely"),
        ("a\ud800b", "cannot be shown safely"),
        ("a\U0003fff0b", "cannot be shown safely"),
        ("a  b", "several spaces"),
        ("a\u00a0 b", "several spaces"),
        ("oauthsite", "is reserved"),
        ("OAuth Site", "is reserved"),
        ("\u043e\u0430uths\u0456te", "is reserved"),  # Cyrillic
        ("0authsite", "is reserved"),
        ("oäuthsite", "is reserved"),
        ("oauth\u200dsite", "is reserved"),
    ],
)
def test_a_name_that_deceives_is_refused(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        text.client_name(name)


def test_a_host_reserves_names(settings: Any) -> None:
    settings.OAUTHSITE = {"RESERVED_NAMES": ["Example Bank"]}
    with pytest.raises(ValueError, match="reserved"):
        text.client_name("EXAMPLE BΑNK")  # Greek alpha
    assert text.client_name("Example Banking") == "Example Banking"


@pytest.mark.parametrize(
    ("group", "fits"),
    [
        ("", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("😀" * 16, True),
        ("😀" * 17, False),
        ("€" * 21 + "a", True),
        ("€" * 22, False),
        ("<img src=x onerror=1>", True),
        ("👩‍💻", True),
        ("\u202e", False),
        ("\n", False),
        ("\ud800", False),
    ],
)
def test_a_group_has_64_bytes(group: str, fits: bool) -> None:
    if fits:
        assert text.token_group(group) == group
    else:
        with pytest.raises(ValueError, match=r"bytes|safely"):
            text.token_group(group)


def test_both_spellings_of_a_letter_are_one_group() -> None:
    assert text.token_group("e\u0301") == text.token_group("\u00e9") == "\u00e9"
