"""The scope picker's boxes."""

from django.http import QueryDict

from clients import picker


def names(choices: list[picker.Choice]) -> list[str]:
    return [name for choice in choices for name in (choice.name, *(part.name for part in choice.parts))]


def test_every_scope_is_offered_once() -> None:
    offered = names(picker.choices([]))
    assert len(offered) == len(set(offered))
    assert {"read", "read:accounts", "follow", "push", "messages"} <= set(offered)
    assert "basic" not in offered  # every scope contains it


def test_what_only_sees_comes_first_and_what_is_restricted_last() -> None:
    offered = [choice.name for choice in picker.choices([])]
    assert offered.index("email") < offered.index("admin:read") < offered.index("write") < offered.index("push")
    assert offered[-1] == "admin:write"


def test_a_ticked_part_is_in_sight() -> None:
    read = next(choice for choice in picker.choices(["read:accounts"]) if choice.name == "read")
    assert (read.is_chosen, read.is_open) == (False, True)


def test_a_suffixed_scope_that_is_chosen_has_its_own_box() -> None:
    found = [choice for choice in picker.choices(["messages:io.pnut.core.pm"]) if choice.is_chosen]
    assert [choice.name for choice in found] == ["messages:io.pnut.core.pm"]


def test_within_what_a_client_registered() -> None:
    assert names(picker.choices([], within=["read:accounts", "push"])) == ["read:accounts", "push"]


def test_unknown_scopes_get_no_box() -> None:
    assert not any(choice.is_chosen for choice in picker.choices(["nonsense"]))


def test_boxes_and_a_typed_line_are_one_text() -> None:
    widget = picker.Joined()
    assert widget.value_from_datadict(QueryDict("scopes=read&scopes=push,email"), {}, "scopes") == "read push,email"
    assert widget.value_from_datadict({"scopes": "read write"}, {}, "scopes") == "read write"
    assert widget.value_from_datadict({}, {}, "scopes") is None
