"""A user at the consent page, without a browser: what they see and send."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client as DjangoClient

from tests.factories import REDIRECT_URI, UserFactory

VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Visitor(DjangoClient):
    """A browser session, signed in as `user` (a new one unless told), with CSRF checks as on a site."""

    def __init__(self, user: Any = None, *, signed_in: bool = True, **more: Any) -> None:
        super().__init__(enforce_csrf_checks=True, **more)
        self.user = user or UserFactory()
        if signed_in:
            self.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")

    def ask(self, client: Any, path: str = "/oauth/authorize", **parameters: Any) -> HttpResponse:
        """An authorization request of `client`: for a code, unless told. None leaves a parameter out."""
        sent = {"client_id": client.client_id, "redirect_uri": REDIRECT_URI, "response_type": "code", **parameters}
        return self.get(f"{path}?{urlencode({k: v for k, v in sent.items() if v is not None}, doseq=True)}")

    def decide(self, page: HttpResponse, button: str = "allow", path: str = "", **changes: Any) -> HttpResponse:
        """Send the form of the consent page, as it is but for `changes`."""
        form = fields(page)
        return self.post(path or form.pop("action"), {**form, button: "1", **changes})

    def allow(self, client: Any, **parameters: Any) -> HttpResponse:
        """Ask and allow."""
        return self.decide(self.ask(client, **parameters))

    def deny(self, client: Any, **parameters: Any) -> HttpResponse:
        """Ask and deny."""
        return self.decide(self.ask(client, **parameters), "deny")

    def code(self, client: Any, **parameters: Any) -> str:
        """The code that an allowed request brings."""
        return query_of(self.allow(client, **parameters))["code"]


def fields(page: HttpResponse) -> dict[str, Any]:
    """The form of a consent page: where it goes, and its hidden fields and ticked boxes."""
    assert page.status_code == 200, page
    html = page.content.decode()
    tags = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", html)]
    found: dict[str, Any] = {tag["name"]: unescape(tag["value"]) for tag in tags if tag["type"] == "hidden"}
    found["scope"] = [unescape(tag["value"]) for tag in tags if tag["type"] == "checkbox"]
    found["action"] = re.search(r'<form method="post" action="([^"]+)"', html)[1]  # type: ignore[index]
    return found


def query_of(response: HttpResponse) -> dict[str, str]:
    """What a redirect carries in its query, each name exactly once."""
    return _once(urlsplit(_location(response)).query)


def fragment_of(response: HttpResponse) -> dict[str, str]:
    """What a redirect carries in its fragment, each name exactly once."""
    return _once(_location(response).partition("#")[2])


def _location(response: HttpResponse) -> str:
    assert response.status_code == 302, response.content.decode()
    return response.headers["Location"]


def _once(text: str) -> dict[str, str]:
    found = parse_qs(text, keep_blank_values=True, errors="surrogateescape")
    assert all(len(values) == 1 for values in found.values()), found
    return {name: values[0] for name, values in found.items()}
