"""An error report repeats nothing that was sent."""

import sys

import pytest
from django.http import HttpRequest
from django.test import RequestFactory, override_settings

from oauthsite.reports import Report

# In two parts: a report quotes the source around the error, and this line is part of it.
CANARY = "oas_" + "canary_value"


def report(request: HttpRequest | None) -> str:
    code = CANARY
    try:
        raise RuntimeError(f"{len(code)} characters")
    except RuntimeError:
        return Report(request, *sys.exc_info()).get_traceback_html()


@pytest.fixture
def request_with_a_code(rf: RequestFactory) -> HttpRequest:
    return rf.post("/oauth/token", {"code": CANARY}, headers={"authorization": f"Bearer {CANARY}"})


def test_names_stay_and_values_go(request_with_a_code: HttpRequest) -> None:
    html = report(request_with_a_code)
    assert CANARY not in html
    assert "code" in html


def test_nor_without_a_request() -> None:
    assert CANARY not in report(None)


@override_settings(DEBUG=True)
def test_a_developer_sees_everything(request_with_a_code: HttpRequest) -> None:
    assert CANARY in report(request_with_a_code)
