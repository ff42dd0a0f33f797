"""The rule of the authorization request: which client it is proven to come from, and what it may ask for.

The order is the protection (RFC 6749 §4.1.2.1, RFC 9700 §4.11.2): first the client, then the redirect URI, and only
what stands with both of them is answered through the browser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from oauth2_provider.models import get_application_model

from clients import scopes
from clients.errors import InvalidRequest, OAuthError, OwnerOnly, SuspendedClient, UnauthorizedClient
from clients.parameters import once
from tokens.rules import resources
from tokens.rules.frontchannel import Channel, Mode, way
from tokens.rules.issuance import checked_group

Query = Mapping[str, list[str]]

KNOWN = "response_type scope code_challenge code_challenge_method token_group response_mode".split()
STEERING = "simple_login force_login lang".split()  # what they ask is done before a request is read
GRANT_OF = {"code": "authorization_code", "token": "implicit"}
MOST_PARAMETERS = 100
LONGEST_STATE = 2_048  # bytes, as they came
CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")  # RFC 7636 §4.2: a SHA-256 in base64url


class Unproven(OAuthError):
    """The request is from no client that could be told: it is answered on a page, never by a redirect."""

    def __init__(self, description: str, *, client: Any = None, redirect_uri: str = "") -> None:
        self.client = client
        self.redirect_uri = redirect_uri
        super().__init__(description)


class UnsupportedResponseType(OAuthError):
    """RFC 6749 §4.1.2.1."""

    code = "unsupported_response_type"
    description = "This response_type is not supported: use code, or token where the client enabled it."


class NotForThisClient(UnauthorizedClient):
    """RFC 6749 §4.1.2.1."""

    description = "This client may not use this response_type."


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An authorization request in which everything is as it may be."""

    channel: Channel
    response_type: str
    scope: tuple[str, ...]
    code_challenge: str = ""
    token_group: str = ""
    resource: tuple[str, ...] = ()

    @property
    def client(self) -> Any:
        """Who asks."""
        return self.channel.client


def parse(query: str) -> Query:
    """The parameters of a query string, each with all its values. Raises Unproven.

    Bytes that are no UTF-8 are kept, so that a state goes back as it came.
    """
    try:
        return parse_qs(query, keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        raise Unproven("The request has too many parameters.") from error


def prove(query: Query, *, issuer: str) -> Channel:
    """The way back to the client that the request names, with its redirect URI. Raises Unproven."""
    client = _client(query)
    sent = _single(query, "redirect_uri", client)
    registered = client.redirect_uri_list
    if not sent and len(registered) != 1:  # RFC 6749 §3.1.2.3
        raise Unproven("The redirect_uri is missing, and the client did not register exactly one.", client=client)
    if sent and not client.redirect_uri_allowed(sent):
        raise Unproven(
            "The redirect_uri is not one of those that the client registered.", client=client, redirect_uri=sent
        )
    uri = sent or registered[0]
    response_type = _only(query, "response_type") or "code"
    asked_mode = _only(query, "response_mode")
    may_choose = response_type in GRANT_OF and asked_mode in modes(response_type)
    return Channel(
        client=client,
        redirect_uri=uri,
        sent_redirect_uri=sent,
        # What is unknown is answered in the query, where every client looks.
        mode=way(uri, asked_mode if may_choose else "", "code" if asked_mode and not may_choose else response_type),
        state=_echoed(query),
        issuer=issuer,
    )


def modes(response_type: str) -> tuple[Mode, ...]:
    """The response modes that a client may choose. A token stands in the fragment and nowhere else."""
    return (Mode.FRAGMENT,) if response_type == "token" else (Mode.QUERY, Mode.FRAGMENT, Mode.FORM_POST)


def read(query: Query, channel: Channel, *, user: Any) -> Asked:
    """What the request asks `user` for. Raises the OAuthError that goes back to the client."""
    sent = once(query, KNOWN)
    once({name: ["" for _ in query.get(name, [])] for name in STEERING}, STEERING)
    _check_state(query, channel)
    client, response_type = channel.client, sent.get("response_type")
    if response_type is None:
        raise InvalidRequest("The parameter response_type is missing.")
    if response_type not in GRANT_OF:
        raise UnsupportedResponseType
    if sent.get("response_mode") not in (None, *modes(response_type)):
        raise InvalidRequest("This response_mode is not supported for this response_type.")
    if not client.may_use_grant(GRANT_OF[response_type]):
        raise NotForThisClient
    if not client.may_be_authorized_by(user):
        raise OwnerOnly
    return Asked(
        channel=channel,
        response_type=response_type,
        scope=scopes.requested(sent.get("scope", ""), client.scope_names),
        code_challenge=_challenge(sent, needed=client.needs_pkce) if response_type == "code" else "",
        token_group=checked_group(sent.get("token_group", "")),
        resource=resources.requested(query.get("resource", [])),
    )


def _client(query: Query) -> Any:
    client_id = _single(query, "client_id", None)
    if not client_id:
        raise Unproven("The client_id is missing.")
    client = get_application_model().objects.with_owner().identified_by(client_id)
    if client is None:
        raise Unproven("No application is registered with this client_id.")
    if client.is_suspended:
        raise Unproven(SuspendedClient.description, client=client)
    return client


def _single(query: Query, name: str, client: Any) -> str:
    """A parameter without which nothing is proven. Raises Unproven if it was sent twice."""
    given = query.get(name, [])
    if len(given) > 1:
        raise Unproven(f"The parameter {name} was sent more than once.", client=client)
    return given[0] if given else ""


def _only(query: Query, name: str) -> str:
    given = query.get(name, [])
    return given[0] if len(given) == 1 else ""


def _echoed(query: Query) -> str | None:
    """The state that goes back: what was sent once, and is not too long to be sent again."""
    state = _only(query, "state")
    return state if state and _size(state) <= LONGEST_STATE else None


def _check_state(query: Query, channel: Channel) -> None:
    given = query.get("state", [])
    if len(given) > 1:
        raise InvalidRequest("The parameter state was sent more than once.")
    if given and _size(given[0]) > LONGEST_STATE:
        raise InvalidRequest(f"The state is longer than {LONGEST_STATE} bytes.")
    if channel.mode is Mode.FORM_POST and not (channel.state or "").isprintable():
        raise InvalidRequest("A state with control characters cannot be sent by form_post.")


def _size(state: str) -> int:
    return len(state.encode("utf-8", "surrogateescape"))


def _challenge(sent: Mapping[str, str], *, needed: bool) -> str:
    """The code challenge (RFC 7636 §4.3), made with S256 and nothing else. Raises InvalidRequest."""
    challenge = sent.get("code_challenge", "")
    if not challenge:
        if needed:
            raise InvalidRequest("The parameter code_challenge is missing: this client must use PKCE.")
        return ""
    if sent.get("code_challenge_method") != "S256":
        raise InvalidRequest("The code_challenge_method must be S256.")
    if not CHALLENGE.fullmatch(challenge):
        raise InvalidRequest("The code_challenge is malformed.")
    return challenge
