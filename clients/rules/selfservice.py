"""The rules by which a client manages itself, with the token of its registration (RFC 7592)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from oauth2_provider.models import get_application_model

from clients import values
from clients.errors import InvalidToken
from clients.rules import dynamic, editing

if TYPE_CHECKING:
    from clients.models import Client

# What the server says and a client does not (RFC 7592 §2.2).
NOT_FOR_CLIENTS = ("registration_access_token", "registration_client_uri", "client_id_issued_at")


class NotRegistered(InvalidToken):
    """RFC 7592 §2.1: the token is wrong, or there is no such client, or no longer."""

    description = "The registration access token is invalid."


def find_registered(*, client_id: str, token: str) -> Client:
    """The client that this registration token manages. Raises NotRegistered."""
    found: Client | None = get_application_model().objects.identified_by(client_id)
    if not values.matches(token, found.registration_token if found else "") or found is None:
        raise NotRegistered
    return found


def replace(client: Client, sent: Mapping[str, Any], *, ip_address: str | None = None) -> None:
    """Set all metadata anew: what is left out is as if it had never been said (RFC 7592 §2.2).

    Raises InvalidMetadata, InvalidRedirectURI or NotRegistered.
    """
    if sent.get("client_id") != client.client_id or any(name in sent for name in NOT_FOR_CLIENTS):
        raise dynamic.InvalidMetadata("client_id is to be sent, and nothing else that the server decides.")
    secret = sent.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and client.which_secret(secret)):
        raise dynamic.InvalidMetadata("client_secret is not yours to choose.")
    wanted = dynamic.read(sent)
    if wanted.is_public != client.is_public:
        raise dynamic.InvalidMetadata("Whether there is a secret cannot be changed. Register anew.")
    with dynamic.translated(), _while_it_stands():
        editing.edit(
            client,
            actor=None,
            name=wanted.name,
            redirect_uris=wanted.redirect_uris,
            scope=wanted.scope,
            website=wanted.website,
            ip_address=ip_address,
            grant_types=" ".join(wanted.grant_types),
            token_endpoint_auth_method=wanted.auth_method,
        )


def remove(client: Client, *, ip_address: str | None = None) -> None:
    """Take the client away, with everything that was granted to it (RFC 7592 §2.3). Raises NotRegistered."""
    with _while_it_stands():
        editing.delete(client, actor=None, ip_address=ip_address)


@contextmanager
def _while_it_stands() -> Iterator[None]:
    """Within it, a client that was deleted since it was found is as unknown as any other."""
    try:
        yield
    except get_application_model().DoesNotExist as error:
        raise NotRegistered from error
