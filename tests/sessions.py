"""A client that went through the code flow, without a browser: what the tests of token endpoints start from."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from rest_framework.test import APIClient

from tests.factories import REDIRECT_URI, SECRET, ClientFactory, UserFactory
from tokens.origin import Origin
from tokens.rules import redemption

CODE_AND_REFRESH = "authorization_code refresh_token"
ME = "/api/v1/apps/verify_credentials"


class Session:
    """One authorization, and the newest pair it gave."""

    def __init__(self, api: APIClient, *, scope: str = "read write", client: Any = None, **more: Any) -> None:
        self.api = api
        self.client = client or ClientFactory(grant_types=CODE_AND_REFRESH)
        self.user = UserFactory()
        self.family, code = redemption.grant_code(
            client=self.client,
            user=self.user,
            scope=scope.split(),
            redirect_uri=REDIRECT_URI,
            origin=Origin(),
            **more,
        )
        self.pair = self.post(grant_type="authorization_code", code=code, redirect_uri=REDIRECT_URI).json()

    def post(self, **fields: Any) -> Any:
        return self.ask("/oauth/token", **fields)

    def ask(self, path: str, **fields: Any) -> Any:
        sent = {"client_id": self.client.client_id, "client_secret": SECRET, **fields}
        form = urlencode({name: value for name, value in sent.items() if value is not None}, doseq=True)
        return self.api.post(path, form, content_type="application/x-www-form-urlencoded")

    def refresh(self, value: str | None = None, **fields: Any) -> Any:
        return self.post(grant_type="refresh_token", refresh_token=value or self.pair["refresh_token"], **fields)

    def revoke(self, value: str, **fields: Any) -> Any:
        return self.ask("/oauth/revoke", token=value, **fields)

    def introspect(self, value: str, **fields: Any) -> Any:
        return self.ask("/oauth/introspect", token=value, **fields)

    def works(self, access_token: str) -> bool:
        return bool(self.api.get(ME, HTTP_AUTHORIZATION=f"Bearer {access_token}").status_code == 200)
