"""For the tests of a host's own API: tokens without a flow, from the rule that issues the real ones.

from tokens.testing import bearer

def test_following_needs_its_scope(client, ada):
assert client.get("/following", **bearer(ada, "read:follows")).status_code == 200
assert client.get("/following", **bearer(ada, "profile")).status_code == 403
assert client.get("/following", **bearer()).status_code == 403  # an app's own token
"""

from __future__ import annotations

from typing import Any

from oauth2_provider.models import get_application_model

from clients import scopes
from tokens.origin import Origin
from tokens.rules import issuance

CALLER = "192.0.2.1"  # nobody's address: RFC 5737


def bearer(user: Any = None, scope: str = "read", **more: Any) -> dict[str, str]:
    """The header of RFC 6750 §2.1 with a new token, as Django's and REST framework's test clients take it."""
    return {"HTTP_AUTHORIZATION": f"Bearer {token(user, scope, **more)}"}


def token(user: Any = None, scope: str = "read", *, client: Any = None, **more: Any) -> str:
    """The value of a new token on behalf of `user`, or without one of the client itself.

    `client` is a new one that everybody may authorize, if none is given. `more` are the other parameters of
    `tokens.rules.issuance.start`: token_group, resource, expires. The scopes are not judged.
    """
    wanted = scopes.parse(scope)
    model = get_application_model()
    issued = issuance.start(
        client=client
        or model.objects.create(name="Under test", scopes=" ".join(wanted), audience=model.Audience.EVERYONE),
        user=user,
        scope=wanted,
        **{
            "grant_type": "authorization_code" if user else issuance.CLIENT_CREDENTIALS,
            "origin": Origin(ip_address=CALLER),
            **more,
        },
    )
    return issued.access_token
