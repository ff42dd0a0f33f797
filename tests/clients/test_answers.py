"""H13: whatever was raised, an answer in the dialect of the path, and nothing more than it should tell."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation, TooManyFieldsSent
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf

from clients import errors
from clients.border.answers import Answer, answer, mastodon, pnut, rfc
from tokens.errors import BadToken, UserRequired


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.InvalidRequest(), 400, "invalid_request"),
        (errors.InvalidClient(), 401, "invalid_client"),
        (errors.InvalidGrant(), 400, "invalid_grant"),
        (errors.SuspendedClient(), 400, "unauthorized_client"),
        (errors.OwnerOnly(), 400, "access_denied"),
        (errors.InvalidScope(), 400, "invalid_scope"),
        (errors.RegistrationClosed(), 403, "access_denied"),
        (errors.OneClientOnly(), 422, "invalid_client_metadata"),
        (BadToken(), 401, "invalid_token"),
        (UserRequired(), 403, "user_required"),
        (drf.PermissionDenied(), 403, "insufficient_scope"),
        (drf.NotFound(), 404, "invalid_request"),
        (drf.MethodNotAllowed("GET"), 405, "invalid_request"),
        (drf.UnsupportedMediaType("text/plain"), 400, "invalid_request"),
        (drf.ParseError(), 400, "invalid_request"),
        (drf.ValidationError({"a": ["b"]}), 400, "invalid_request"),
        (drf.Throttled(), 429, "temporarily_unavailable"),
        (Http404(), 404, "invalid_request"),
        (PermissionDenied(), 403, "insufficient_scope"),
        (SuspiciousOperation(), 400, "invalid_request"),
        (TooManyFieldsSent(), 400, "invalid_request"),
        (OperationalError("gone away"), 503, "temporarily_unavailable"),
        (InterfaceError("closed"), 503, "temporarily_unavailable"),
        (InternalError("cannot execute INSERT in a read-only transaction"), 503, "temporarily_unavailable"),
        (IntegrityError("FOREIGN KEY constraint failed"), 503, "temporarily_unavailable"),
        (IntegrityError("UNIQUE constraint failed"), 500, "server_error"),
        (RuntimeError("password=hunter2"), 500, "server_error"),
    ],
)
def test_every_error_has_an_answer(error: Exception, status: int, code: str) -> None:
    given = answer(error)
    assert (given.status, given.code) == (status, code)
    assert "hunter2" not in given.description


def test_who_should_wait_is_told_how_long() -> None:  # X1
    assert answer(OperationalError()).headers == {"Retry-After": "1"}
    assert answer(drf.Throttled(wait=7.5)).headers == {"Retry-After": "8"}
    assert answer(drf.Throttled()).headers == {"Retry-After": "1"}


def test_a_challenge_goes_along() -> None:
    error = BadToken()
    error.auth_header = 'Bearer error="invalid_token"'  # REST framework puts it there
    assert answer(error).headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@pytest.mark.rfc("6749", "5.2")
@pytest.mark.parametrize(
    ("description", "written"),
    [("é\u202e", "??"), ('a "quoted" \\', "a 'quoted' /"), ("a\r\nb\x7f", "a??b?"), ("plain ~ text", "plain ~ text")],
)
def test_a_description_keeps_to_its_grammar(description: str, written: str) -> None:
    assert rfc(Answer(400, "invalid_request", description)) == (
        400,
        {"error": "invalid_request", "error_description": written},
    )


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (Answer(401, "x", "d"), (401, {"error": "The access token is invalid"})),
        (Answer(403, "x", "d"), (403, {"error": "This action is outside the authorized scopes"})),
        (Answer(404, "x", "d"), (404, {"error": "Record not found"})),
        (Answer(429, "x", "d"), (429, {"error": "Too many requests"})),
        (Answer(422, "x", "Validation failed: é"), (422, {"error": "Validation failed: é"})),
        (Answer(403, "user_required", "d"), (422, {"error": "d"})),
    ],
)
def test_mastodons_sentences(given: Answer, written: tuple[int, dict[str, Any]]) -> None:
    assert mastodon(given) == written


def test_pnuts_envelope() -> None:
    assert pnut(Answer(401, "x", "No.")) == (401, {"meta": {"code": 401, "error_message": "No."}})
