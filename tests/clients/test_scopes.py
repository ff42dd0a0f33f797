"""Scopes: reading them, what contains what, and what a client may ask for."""

from typing import Any

import pytest

from clients import catalogues, scopes
from clients.catalogues import Scope
from clients.errors import InvalidScope


@pytest.mark.rfc("6749", "3.3")  # H6
@pytest.mark.parametrize("text", ["read write", "read,write", "read+write", "read  write", " read, write+ read "])
def test_spaces_commas_and_pluses_separate(text: str) -> None:
    assert scopes.parse(text) == ("read", "write")


@pytest.mark.parametrize("text", ["", " ", ",,", "+"])
def test_nothing_is_nothing(text: str) -> None:
    assert scopes.parse(text) == ()


@pytest.mark.rfc("6749", "3.3")  # H6
@pytest.mark.parametrize("text", ["read\twrite", "read\x00", 'a"b', "a\\b", "é", "read\nwrite", "\u3000", "\x7f"])
def test_what_no_scope_may_hold_is_refused(text: str) -> None:
    with pytest.raises(InvalidScope):
        scopes.parse(text)


# H5: capped first.
def test_too_much_is_refused_and_not_repeated() -> None:
    for text in ("x" * 2_001, " ".join(f"s{i}" for i in range(101))):
        with pytest.raises(InvalidScope) as refusal:
            scopes.parse(text)
        assert len(refusal.value.description) < 50
    assert len(scopes.parse(" ".join(f"s{i}" for i in range(100)))) == 100


@pytest.mark.parametrize(
    ("held", "wanted", "is_covered"),
    [
        ("read", "read:accounts", True),
        ("read:accounts", "read", False),
        ("read:accounts", "read:accounts", True),
        ("follow", "write:follows read:mutes", True),
        ("follow", "write:accounts", False),
        ("messages", "messages:io.pnut.core.pm", True),
        ("messages:io.pnut.core.pm", "messages", False),
        ("messages:a", "messages:b", False),
        ("read", "read:nothing", False),
        ("push", "basic", True),
        ("", "basic", False),
        ("", "", True),
        ("basic", "push", False),
        ("admin:read", "admin:read:reports", True),
        ("admin:read", "admin:write:reports", False),
    ],
)
def test_what_contains_what(held: str, wanted: str, is_covered: bool) -> None:
    assert scopes.covers(held.split(), wanted.split()) is is_covered


def test_a_suffixed_scope_is_described_by_its_stem() -> None:
    assert scopes.describe("files:image") == scopes.describe("files")
    for name in ("files:", "email:x", "nothing", "nothing:x"):
        assert scopes.describe(name) is None


@pytest.mark.parametrize(
    ("asked", "registered", "granted"),
    [
        ("write", "read write", ("write",)),
        ("write:statuses", "write", ("write:statuses",)),
        ("", "read write", ("read",)),
        ("", "write read:accounts push", ("read:accounts",)),
        ("", "write push", ("basic",)),
        ("", "basic", ("basic",)),
        ("basic", "push", ("basic",)),
        ("messages:x", "messages", ("messages:x",)),
    ],
)
def test_a_request_gets_what_it_asks_for_by_name(asked: str, registered: str, granted: tuple[str, ...]) -> None:
    assert scopes.requested(asked, registered.split()) == granted


@pytest.mark.rfc("6749", "3.3")
@pytest.mark.parametrize(
    ("asked", "registered"),
    [("write", "read"), ("read", "read:accounts"), ("bogus", "read"), ("read", ""), ("", ""), ("read:x", "read")],
)
def test_a_request_gets_nothing_beyond_the_registration(asked: str, registered: str) -> None:
    with pytest.raises(InvalidScope):
        scopes.requested(asked, registered.split())


# A3
def test_restricted_scopes_need_an_owner() -> None:
    assert scopes.registrable("read admin:read", owned=True) == ("read", "admin:read")
    for text in ("admin:read", "read admin:write:reports"):
        with pytest.raises(InvalidScope):
            scopes.registrable(text, owned=False)
    assert not any(name.startswith("admin:") for name in scopes.open_to_all())
    assert "read" in scopes.open_to_all()


def test_who_registers_nothing_registers_the_default() -> None:
    assert tuple(scopes.registrable("", owned=False)) == ("read",)
    with pytest.raises(InvalidScope):
        scopes.registrable("bogus", owned=True)


# T9
def test_what_was_withdrawn_is_worth_nothing(settings: Any) -> None:
    assert scopes.effective(["read", "write:statuses", "push"], ["read", "write"]) == ("read", "write:statuses")
    settings.OAUTHSITE = {"SCOPES": {"read": Scope("Read")}}
    assert scopes.effective(["read", "write"], ["read", "write"]) == ("read",)


def test_no_two_scopes_read_the_same() -> None:
    """Or nobody knows which box to untick; the two catalogues say the same of what is the same in both."""
    for catalogue in (catalogues.MASTODON, catalogues.PNUT):
        words = [(str(scope.title), str(scope.description)) for scope in catalogue.values()]
        assert len(words) == len(set(words))
