"""The conformance page says what the tests say."""

from __future__ import annotations

from tests.conformance import page


def test_the_page_is_made_from_the_tests() -> None:
    assert page.PAGE.read_text() == page.page(), "run: make conformance"


def test_every_clause_is_held_by_a_test_or_says_why_not() -> None:
    tests = page.marked()
    open_ = [
        f"RFC {rfc['number']} §{clause['section']}"
        for rfc in page.clauses()
        for clause in rfc["clauses"]
        if not tests.get((rfc["number"], clause["section"])) and "not_served" not in clause
    ]
    assert open_ == []


def test_every_mark_of_a_listed_rfc_is_a_listed_clause() -> None:
    listed = {(rfc["number"], clause["section"]) for rfc in page.clauses() for clause in rfc["clauses"]}
    numbers = {number for number, _ in listed}
    assert {clause for clause in page.marked() if clause[0] in numbers} - listed == set()
