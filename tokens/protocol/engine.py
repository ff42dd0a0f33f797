"""oauthlib's token endpoint with the grants that are switched on, asked one request at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    BearerToken,
    ClientCredentialsGrant,
    DeviceCodeGrant,
    RefreshTokenGrant,
    ResourceOwnerPasswordCredentialsGrant,
    TokenEndpoint,
)

from clients.errors import InvalidRequest, OAuthError
from tokens.origin import Origin
from tokens.protocol.validator import Validator
from tokens.rules.device import DEVICE
from tokens.rules.issuance import Issued

GRANTS = {
    "authorization_code": AuthorizationCodeGrant,
    "client_credentials": ClientCredentialsGrant,
    "password": ResourceOwnerPasswordCredentialsGrant,
    "refresh_token": RefreshTokenGrant,
    DEVICE: DeviceCodeGrant,
}
# At DEBUG oauthlib logs some of what it is given. It only asks whether these are there; the validator has the values.
SECRETS = frozenset({"client_secret", "code", "device_code", "password", "refresh_token"})


class UnsupportedGrantType(OAuthError):
    """RFC 6749 §5.2."""

    code = "unsupported_grant_type"
    description = "This grant type is not supported."


def respond(parameters: Mapping[str, str], *, client: Any, origin: Origin, resource: Sequence[str] = ()) -> Issued:
    """The tokens that a token request gets. `client` is proven. Raises OAuthError."""
    grant_type = parameters.get("grant_type")
    if grant_type is None:
        raise InvalidRequest("The parameter grant_type is missing.")
    if grant_type not in GRANTS:
        raise UnsupportedGrantType
    validator = Validator(client=client, parameters=parameters, origin=origin, resource=resource)
    handler: Any = BearerToken(validator, token_generator=lambda _request: "")
    endpoint = TokenEndpoint(grant_type, handler, {grant_type: GRANTS[grant_type](validator)})
    endpoint.catch_errors = False  # the border writes all errors, ours and what nobody foresaw
    seen = {name: "hidden" if name in SECRETS else value for name, value in parameters.items()}
    _headers, body, status = endpoint.create_token_response("/", body=urlencode(seen))
    if validator.issued is None:
        raise _translated(body, status)
    return validator.issued


def _translated(body: str, status: int) -> OAuthError:
    """An error of oauthlib's own as one of ours."""
    found = json.loads(body)
    error = OAuthError(found.get("error_description"))
    error.code, error.status = found["error"], status
    return error
