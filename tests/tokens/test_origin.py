"""When the handling of a request began: before any middleware looked at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.handlers.asgi import ASGIRequest
from django.core.signals import request_started
from django.test import AsyncRequestFactory, RequestFactory
from django.utils import timezone

from tests.factories import REDIRECT_URI, SECRET, ClientFactory
from tests.visiting import Visitor
from tokens.models import TokenFamily
from tokens.origin import BEGAN_AT, note_beginning, origin


def test_a_request_began_when_django_says_so(rf: RequestFactory) -> None:
    request = rf.get("/")
    with time_machine.travel("2026-01-01", tick=False) as clock:
        note_beginning(sender=None, environ=request.META)
        clock.shift(timedelta(seconds=5))
        assert timezone.now() - origin(request).began_at == timedelta(seconds=5)


def test_under_asgi_too() -> None:
    request = AsyncRequestFactory().get("/")
    assert isinstance(request, ASGIRequest)
    with time_machine.travel("2026-01-01", tick=False) as clock:
        note_beginning(sender=None, scope=request.scope)
        clock.shift(timedelta(seconds=5))
        assert timezone.now() - origin(request).began_at == timedelta(seconds=5)


def test_a_request_that_django_did_not_announce_begins_now(rf: RequestFactory) -> None:
    note_beginning()
    with time_machine.travel("2026-01-01", tick=False):
        assert origin(rf.get("/")).began_at == timezone.now()


def test_no_header_moves_the_beginning(rf: RequestFactory) -> None:
    request = rf.get("/", headers={BEGAN_AT: "2000-01-01", "oauth-tokens-began-at": "2000-01-01"})
    assert timezone.now() - origin(request).began_at < timedelta(minutes=1)


def test_a_user_agent_is_one_line_and_not_endless(rf: RequestFactory) -> None:
    assert origin(rf.get("/", HTTP_USER_AGENT="a\r\nb\x00" + "c" * 900)).user_agent == "a  b " + "c" * 250


@pytest.mark.django_db
@pytest.mark.parametrize("lead", [-1, 1], ids=["before", "after"])
def test_a_duplicate_that_began_before_the_commit_revokes_nothing(api: Any, lead: int) -> None:  # C2
    client = ClientFactory()
    form = {
        "grant_type": "authorization_code",
        "code": Visitor().code(client),
        "redirect_uri": REDIRECT_URI,
        "client_id": client.client_id,
        "client_secret": SECRET,
    }
    assert api.post("/oauth/token", form).status_code == 200

    def began(*, environ: dict[str, Any], **_: Any) -> None:  # after ours, so it has the last word
        environ[BEGAN_AT] = timezone.now() + timedelta(minutes=lead)

    request_started.connect(began)
    try:
        assert api.post("/oauth/token", form).status_code == 400
    finally:
        request_started.disconnect(began)
    assert TokenFamily.objects.live().exists() is (lead < 0)
