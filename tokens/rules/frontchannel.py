"""How an authorization request is answered through the browser: where, in which part of the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from clients import redirects
from clients.errors import OAuthError

# pnut's words, which its clients show: `error_message`, not RFC 6749's `error_description`.
DENIAL = {"error": "access_denied", "error_message": "resource owner denied your app access"}


class Mode(StrEnum):
    """How the parameters of an answer travel (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode)."""

    QUERY = "query"
    FRAGMENT = "fragment"
    FORM_POST = "form_post"
    PAGE = "page"  # out of band: a page of ours shows the value


@dataclass(frozen=True, kw_only=True)
class Channel:
    """The way back to a client that is proven with its redirect URI."""

    client: Any
    redirect_uri: str
    sent_redirect_uri: str  # as the request said it; empty if it left it out
    mode: Mode
    state: str | None
    issuer: str

    def fields(self, answer: Mapping[str, str]) -> dict[str, str]:
        """The answer with what every answer carries: the unchanged state, and who answers (RFC 9207)."""
        state = {} if self.state is None else {"state": self.state}
        return {**answer, **state, "iss": self.issuer}

    def location(self, answer: Mapping[str, str]) -> str:
        """The redirect URI with the answer. What stood in its query before stays as it was."""
        text = urlencode(self.fields(answer), errors="surrogateescape")
        if self.mode is Mode.FRAGMENT:
            return f"{self.redirect_uri}#{text}"
        if "?" not in self.redirect_uri:
            return f"{self.redirect_uri}?{text}"
        return self.redirect_uri + ("" if self.redirect_uri.endswith("?") else "&") + text


def way(uri: str, mode: str, response_type: str) -> Mode:
    """How an answer travels: as asked; unasked, a token in the fragment and a code in the query."""
    if uri == redirects.OUT_OF_BAND:
        return Mode.PAGE
    if mode:
        return Mode(mode)
    return Mode.FRAGMENT if response_type == "token" else Mode.QUERY


def refusal(error: OAuthError) -> dict[str, str]:
    """An error as the parameters of an answer (RFC 6749 §4.1.2.1)."""
    return {"error": error.code, "error_description": error.description}
