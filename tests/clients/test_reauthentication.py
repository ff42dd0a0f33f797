"""How long a login counts as fresh."""

from typing import Any

import pytest
from django.http import HttpRequest

from clients.border import reauthentication


def request_with(session: dict[str, Any]) -> HttpRequest:
    request = HttpRequest()
    request.session = session  # type: ignore[assignment]
    return request


@pytest.mark.parametrize("proven", [None, "x", 0, 10**12])
def test_without_a_proof_or_with_a_strange_one_it_is_not(proven: Any) -> None:
    assert not reauthentication.is_fresh(request_with({reauthentication.KEY: proven}))


def test_after_a_proof_it_is() -> None:
    request = request_with({})
    reauthentication.remember(request)
    assert reauthentication.is_fresh(request)


@pytest.mark.parametrize("request_", [None, HttpRequest()])
def test_a_login_without_a_session_is_nobodys_page(request_: Any) -> None:
    reauthentication.remember_login(request=request_)
