"""The seam to oauthlib: each hook of its request validator holds one call to a rule.

A hook that refuses raises our own error, which passes through oauthlib unchanged. There is one
validator per request, so that it may know where the request came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oauthlib.common import Request
from oauthlib.oauth2 import DeviceCodeGrant, RequestValidator

from clients import redirects
from clients import scopes as scope_rules
from clients.errors import SuspendedClient, UnauthorizedClient
from tokens.origin import Origin
from tokens.rules import device, issuance, redemption, rotation
from tokens.rules import password as password_rules


class Validator(RequestValidator):
    """What oauthlib asks while it handles one request to a token endpoint."""

    def __init__(
        self, *, client: Any, parameters: Mapping[str, str], origin: Origin, resource: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.client = client  # proven by the endpoint before oauthlib is asked
        self.parameters = parameters
        self.origin = origin
        self.resource = resource  # what the token is asked for (RFC 8707)
        self.issued: issuance.Issued | None = None

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """RFC 6749 §3.2.1: of every client that has a secret."""
        return not self.client.is_public

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """The client was proven already."""
        request.client = self.client
        request.client_id = self.client.client_id
        return True

    def authenticate_client_id(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> bool:
        """A client without a secret named itself already."""
        return self.authenticate_client(request)

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """RFC 6749 §5.2: unauthorized_client."""
        if client.is_suspended:
            raise SuspendedClient
        if not client.may_use_grant(grant_type):
            raise UnauthorizedClient
        return True

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        """None: `validate_scopes` reads what was asked for, and knows the default."""
        return []

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """RFC 6749 §3.3: within what the client registered. A device asked before (RFC 8628 §3.4)."""
        if request.grant_type != device.DEVICE:
            request.scopes = list(scope_rules.requested(self.parameters.get("scope", ""), client.scope_names))
        return True

    def save_bearer_token(self, token: Any, request: Request, *args: Any, **kwargs: Any) -> None:
        """Where oauthlib stores a token, the rule of the grant makes it; oauthlib's own values are dropped."""
        self.issued = getattr(self, f"_issue_{str(request.grant_type).rpartition(':')[2]}")(request)
        token.clear()

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """RFC 6749 §4.1.3: a code of this client's."""
        self.grant = redemption.find_code(client=client, code=self.parameters["code"])
        request.user, request.scopes = self.grant.family.user, self.grant.scope.split()
        return True

    def get_code_challenge(self, code: str, request: Request) -> Any:
        """RFC 7636 §4.6: what oauthlib compares the verifier with."""
        redemption.prove_verifier_shape(self.grant, self.parameters.get("code_verifier"))
        return self.grant.code_challenge or None

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        """S256: no other is ever stored."""
        return str(self.grant.code_challenge_method)

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """It was asked for at the authorization; here a stored challenge decides."""
        return False

    def get_default_redirect_uri(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> str:
        """oauthlib wants one; `confirm_redirect_uri` looks at what was sent."""
        return redirects.OUT_OF_BAND

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """RFC 6749 §4.1.3: the same as at the authorization."""
        redemption.prove_redirect_uri(self.grant, self.parameters.get("redirect_uri"))
        return True

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Nothing: `redeem` spent it in the transaction that made the tokens."""

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """RFC 6749 §6: one of this client's, for scopes within its own."""
        self.refresh_token = rotation.find_refresh_token(client=client, value=self.parameters["refresh_token"])
        request.user = self.refresh_token.family.user
        request.scopes = list(rotation.narrowed(self.refresh_token, self.parameters.get("scope", "")))
        self.narrowed = request.scopes
        return True

    def get_original_scopes(self, refresh_token: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        """Those that `validate_refresh_token` found to be within the grant."""
        return self.narrowed

    def is_within_original_scope(
        self, request_scopes: list[str], refresh_token: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """True: `validate_refresh_token` has refused anything wider."""
        return True

    def validate_device_code(self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any) -> str:
        """RFC 8628 §3.5: the rule raises unless the user allowed it."""
        self.device = device.poll(client=self.client, device_code=self.parameters["device_code"])
        request.user, request.scopes = self.device.user, self.device.scope.split()
        return str(DeviceCodeGrant.DEVICE_CODE_AUTHORIZED)  # type: ignore[attr-defined]  # newer than its stubs

    def _issue_device_code(self, request: Request) -> issuance.Issued:
        return device.redeem(self.device, token_group=self.parameters.get("token_group", ""), resource=self.resource)

    def validate_user(
        self, username: str, password: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """RFC 6749 §4.3.2. Only for a client that may: no other tries out passwords here."""
        self.validate_grant_type(client.client_id, password_rules.PASSWORD, client, request)
        request.user = password_rules.prove_user(
            name=username, password=self.parameters["password"], client=client, origin=self.origin
        )
        return True

    def _issue_authorization_code(self, request: Request) -> issuance.Issued:
        return redemption.redeem(
            self.grant,
            origin=self.origin,
            token_group=self.parameters.get("token_group", ""),
            resource=self.resource,
        )

    def _issue_refresh_token(self, request: Request) -> issuance.Issued:
        return rotation.rotate(
            self.refresh_token,
            scope=self.narrowed,
            origin=self.origin,
            resource=self.resource,
            token_group=self.parameters.get("token_group", ""),
        )

    def _issue_client_credentials(self, request: Request) -> issuance.Issued:
        return issuance.issue_to_client(
            client=self.client,
            scope=request.scopes or (),
            origin=self.origin,
            token_group=self.parameters.get("token_group", ""),
            resource=self.resource,
        )

    def _issue_password(self, request: Request) -> issuance.Issued:
        return password_rules.issue_by_password(
            client=self.client,
            user=request.user,
            scope=request.scopes or (),
            origin=self.origin,
            token_group=self.parameters.get("token_group", ""),
            resource=self.resource,
        )
