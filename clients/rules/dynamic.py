"""The rules of dynamic registration (RFC 7591)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clients import values
from clients.errors import Invalid, OAuthError
from clients.rules.registration import Registered, register

if TYPE_CHECKING:
    from clients.models import Client

CODE, CLIENT_CREDENTIALS = "authorization_code", "client_credentials"
# What a program may take for itself. Password and implicit flow are given, by administrator and owner.
GRANTS = (CODE, CLIENT_CREDENTIALS, "refresh_token", "urn:ietf:params:oauth:grant-type:device_code")
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
LONGEST_LIST = 20
SOURCE = "dcr"


class InvalidRedirectURI(OAuthError):
    """RFC 7591 §3.2.2."""

    code = "invalid_redirect_uri"


class InvalidMetadata(OAuthError):
    """RFC 7591 §3.2.2."""

    code = "invalid_client_metadata"


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What a program tells about itself (RFC 7591 §2), as far as it means anything here. The rest is ignored."""

    name: str
    website: str
    redirect_uris: list[str]
    scope: str
    grant_types: list[str]
    auth_method: str

    @property
    def is_public(self) -> bool:
        """Whether it wants no secret."""
        return self.auth_method == "none"

    @property
    def redirects(self) -> bool:
        """Whether it uses a flow with a redirect."""
        return CODE in self.grant_types


def read(sent: Mapping[str, Any]) -> Metadata:
    """The metadata out of a JSON object. Raises InvalidMetadata."""
    redirect_uris = _list(sent, "redirect_uris", [])
    grant_types = _list(sent, "grant_types", [CODE])
    found = Metadata(
        name=_text(sent, "client_name") or _name_of(redirect_uris),
        website=_text(sent, "client_uri"),
        redirect_uris=redirect_uris,
        scope=_text(sent, "scope"),
        grant_types=grant_types,
        auth_method=_text(sent, "token_endpoint_auth_method") or AUTH_METHODS[0],
    )
    if found.auth_method not in AUTH_METHODS:
        raise InvalidMetadata(f"token_endpoint_auth_method is one of {', '.join(AUTH_METHODS)}.")
    if not set(grant_types) <= set(GRANTS):
        raise InvalidMetadata(f"grant_types are among {', '.join(GRANTS)}.")
    if found.is_public and CLIENT_CREDENTIALS in grant_types:
        raise InvalidMetadata("client_credentials needs a client with a secret.")  # RFC 6749 §4.4
    # RFC 7591 §2.1: the two lists say the same.
    if set(_list(sent, "response_types", ["code"] * found.redirects)) != {*["code"] * found.redirects}:
        raise InvalidMetadata("response_types is code with the grant type authorization_code, else empty.")
    return found


def register_dynamically(
    wanted: Metadata, *, owner: Any = None, ip_address: str | None = None
) -> tuple[Registered, str]:
    """A new client, and the token with which it manages itself, this once.

    Raises InvalidRedirectURI or InvalidMetadata.
    """
    token = values.generate(values.Kind.REGISTRATION_TOKEN)
    with translated():
        registered = register(
            name=wanted.name,
            redirect_uris=wanted.redirect_uris,
            scope=wanted.scope,
            website=wanted.website,
            owner=owner,
            source=SOURCE,
            ip_address=ip_address,
            is_public=wanted.is_public,
            grant_types=wanted.grant_types,
            redirects_needed=wanted.redirects,
            token_endpoint_auth_method=wanted.auth_method,
            registration_token=values.store(token),
        )
    return registered, token


def describe(client: Client) -> dict[str, Any]:
    """The client's metadata as registered (RFC 7591 §3.2.1), without credentials."""
    grant_types = client.grant_types.split()
    found = {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created.timestamp()),
        "client_name": client.name,
        "client_uri": client.website,
        "redirect_uris": client.redirect_uri_list,
        "scope": client.scopes,
        "grant_types": grant_types,
        "response_types": ["code"] * (CODE in grant_types),
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
    }
    return {name: value for name, value in found.items() if value not in ("", [])}


@contextmanager
def translated() -> Iterator[None]:
    """Within it, what the rules find wrong is told in the words of RFC 7591 §3.2.2."""
    try:
        yield
    except Invalid as error:
        about = InvalidRedirectURI if "redirect_uris" in error.reasons else InvalidMetadata
        raise about("; ".join(f"{field}: {reason}" for field, reason in error.reasons.items())) from error


def _text(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise InvalidMetadata(f"{name} is not a string.")
    return value


def _list(sent: Mapping[str, Any], name: str, default: list[str]) -> list[str]:
    value = sent.get(name)
    if value is None:
        return default
    if not isinstance(value, list) or len(value) > LONGEST_LIST or not all(isinstance(entry, str) for entry in value):
        raise InvalidMetadata(f"{name} is not a short list of strings.")
    return list(dict.fromkeys(value))


def _name_of(redirect_uris: list[str]) -> str:
    """A name for a program that gave none: the place it is at."""
    try:
        host = urlsplit(redirect_uris[0]).hostname if redirect_uris else None
    except ValueError:
        host = None
    return host or "Unnamed application"
