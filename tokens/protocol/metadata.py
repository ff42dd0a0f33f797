"""What the site says about itself, so that programs need no manual (RFC 8414, RFC 9728).

Only what is there is listed: an endpoint that the host does not route, or a grant that no client may
use, is left out, and nothing is ever empty or null (RFC 8414 §3.2).
"""

from __future__ import annotations

from typing import Any

from oauth2_provider.models import get_application_model

from clients import scopes
from clients.border.issuer import address_or_none, origin_of
from clients.conf import options
from tokens.rules.device import DEVICE

ENDPOINTS = {
    "authorization_endpoint": "oauth_tokens:authorize",
    "token_endpoint": "oauth_tokens:token",
    "revocation_endpoint": "oauth_tokens:revoke",
    "introspection_endpoint": "oauth_tokens:introspect",
    "userinfo_endpoint": "oauth_tokens:userinfo",
    "device_authorization_endpoint": "oauth_tokens:device_authorization",
}
REGISTRATION = {
    "registration_endpoint": "oauth_clients:register",
    "app_registration_endpoint": "oauth_clients:apps",  # Mastodon's
}
GRANTS = ["authorization_code", "client_credentials", "refresh_token"]
WITH_SECRET = ["client_secret_basic", "client_secret_post"]


def authorization_server(issuer: str) -> dict[str, Any]:
    """RFC 8414 §2, with Mastodon's `app_registration_endpoint`."""
    is_open = options().OPEN_REGISTRATION != "closed"
    endpoints = {**ENDPOINTS, **(REGISTRATION if is_open else {})}
    found = {name: url for name, route in endpoints.items() if (url := address_or_none(issuer, route))}
    clients = get_application_model().objects
    response_types = ["code"] + ["token"] * clients.of_implicit_flow().exists()
    grants = [
        *GRANTS,
        *[DEVICE] * ("device_authorization_endpoint" in found),
        *["password"] * clients.of_password_flow().exists(),
        *["implicit"] * (len(response_types) > 1),
    ]
    return {
        "issuer": issuer,
        **found,
        "scopes_supported": list(scopes.open_to_all()),
        "response_types_supported": response_types,
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": grants,
        "token_endpoint_auth_methods_supported": [*WITH_SECRET, "none"],
        "revocation_endpoint_auth_methods_supported": [*WITH_SECRET, "none"],
        "introspection_endpoint_auth_methods_supported": WITH_SECRET,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,  # RFC 9207 §3
    }


def protected_resource(issuer: str, path: str = "") -> dict[str, Any]:
    """RFC 9728 §2, of the site itself or of what lies under a path of it."""
    return {
        "resource": origin_of(issuer) + path if path else issuer,
        "authorization_servers": [issuer],
        "scopes_supported": list(options().PROTECTED_RESOURCE_SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_name": options().SITE_NAME,
    }
