"""Clients as the two APIs show them: Mastodon's Application and CredentialApplication, pnut's client."""

from __future__ import annotations

from typing import Any

from clients.rules.registration import Registered


def application(client: Any) -> dict[str, Any]:
    """A client without its credentials."""
    uris = client.redirect_uris.split()
    return {
        "id": str(client.pk),
        "name": client.name,
        "website": client.website or None,
        "scopes": client.scopes.split(),
        "redirect_uri": "\n".join(uris),
        "redirect_uris": uris,
    }


def credential_application(registered: Registered) -> dict[str, Any]:
    """A new client with its credentials: the only time that the secret is shown."""
    return {
        **application(registered.client),
        "client_id": registered.client.client_id,
        "client_secret": registered.secret,
        "client_secret_expires_at": 0,  # RFC 7591 §3.2.1: never
    }


def pnut_client(client: Any) -> dict[str, Any]:
    """A client in pnut's short form: its `id` is the client id."""
    return {"id": client.client_id, "name": client.name, "url": client.website or None}
