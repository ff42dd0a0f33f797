"""Rows to start a test from: people, clients, and what people granted them."""

from __future__ import annotations

from typing import Any

import factory
from django.conf import settings

from clients import values
from clients.models import Client
from tokens.models import AccessToken, TokenFamily
from tokens.origin import Origin
from tokens.rules import issuance

PASSWORD = "correct horse battery staple"
SECRET = "oas_cs_of-every-client-that-a-factory-made"
REDIRECT_URI = "https://app.example/cb"


class UserFactory(factory.django.DjangoModelFactory[Any]):
    """A person who may log in with PASSWORD."""

    class Meta:
        model = settings.AUTH_USER_MODEL
        skip_postgeneration_save = True

    username = factory.Sequence("user{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.django.Password(PASSWORD)


class ClientFactory(factory.django.DjangoModelFactory[Client]):
    """A client for everyone, without an owner, whose secret is SECRET."""

    class Meta:
        model = settings.OAUTH2_PROVIDER_APPLICATION_MODEL

    class Params:
        # ClientFactory(owner_only=True, user=ada): ada's own-use client.
        owner_only = factory.Trait(
            user=factory.SubFactory(UserFactory),
            own_use_of=factory.SelfAttribute("user"),
            audience=Client.Audience.OWNER,
        )
        # ClientFactory(public=True): without a secret (RFC 6749 §2.1).
        public = factory.Trait(client_type=Client.CLIENT_PUBLIC, client_secret="")
        suspended = factory.Trait(status=Client.Status.SUSPENDED)

    name = factory.Sequence("Application {}".format)
    audience = Client.Audience.EVERYONE
    client_type = Client.CLIENT_CONFIDENTIAL
    client_secret = values.store(SECRET)
    redirect_uris = REDIRECT_URI
    website = "https://app.example"
    scopes = "read write follow push profile basic email messages offline_access"


def AccessTokenFactory(  # noqa: N802  (it stands beside the factories)
    *, client: Any = None, user: Any = None, scope: str = "read", origin: Origin | None = None, **more: Any
) -> tuple[AccessToken, str]:
    """An access token and its value, issued by the real rule: a user's, or without `user` an app's.

    `more` goes to `tokens.rules.issuance.start`: grant_type, token_group, resource, expires, has_refresh_token.
    """
    issued = issuance.start(
        client=client or ClientFactory(),
        user=user,
        scope=scope.split(),
        origin=origin or Origin(ip_address="192.0.2.1"),
        **{"grant_type": "authorization_code" if user else issuance.CLIENT_CREDENTIALS, **more},
    )
    return issued.row, issued.access_token


def FamilyFactory(**more: Any) -> tuple[TokenFamily, str]:  # noqa: N802  (as above)
    """As AccessTokenFactory: the family, and the value of its access token."""
    row, value = AccessTokenFactory(**more)
    return row.family, value
