"""Demo data: people who follow each other, two clients, and tokens for them.

Whatever is made here is recognised by its e-mail address or client id; accounts of the same name that
somebody else made are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import get_random_string
from oauth2_provider.models import get_application_model

from clients.errors import OneClientOnly
from clients.rules.client_secrets import reset_secret
from clients.rules.registration import register
from oauthsite.demo import relations
from oauthsite.demo.models import Account, Profile
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules import issuance
from tokens.rules.revocation import Reason, revoke

DOMAIN = "demo.example"  # RFC 2606 §2: nobody receives mail there
ADMIN = "admin"
PEOPLE = {
    ADMIN: ("Admin", "Keeps this site."),
    "ada": ("Ada Lovelace", "Wrote a program before there was a machine to run it."),
    "bob": ("Bob", "Waits for messages from Alice."),
    "grace": ("Grace Hopper", "Found the first bug, and kept it."),
    "alan": ("Alan Turing", "Asks whether machines can think."),
}
OWN, OPEN = "demo-ada", "demo-app"
SCOPES = "read write follow profile"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"
HERE = Origin(ip_address="127.0.0.1", user_agent="manage.py seed_demo")


@dataclass(frozen=True)
class DemoClient:
    """A client and what is shown of it this once. `token` is ada's, or with the client for everyone its own."""

    client_id: str
    secret: str
    token: str


@dataclass(frozen=True)
class Seeded:
    """What was made: the passwords by name, and the clients."""

    people: dict[str, Account]
    passwords: dict[str, str]
    own: DemoClient | None  # none where ada has another client already
    open: DemoClient


@transaction.atomic
def seed(*, reset: bool = False) -> Seeded | None:
    """Make the demo data; None if it is there already. With `reset` it gets new passwords, secrets and tokens."""
    if Account.objects.of_domain(DOMAIN).exists() and not reset:
        return None
    passwords = {name: get_random_string(12, UNMISTAKABLE) for name in PEOPLE}
    people = {name: account for name in PEOPLE if (account := _person(name, passwords[name]))}
    for follower, followed in permutations(people.values(), 2):
        relations.follow(follower=follower, followed=followed)
    ada, friends = people.get("ada"), [people[name] for name in ("bob", "grace") if name in people]
    return Seeded(
        people=people,
        passwords={name: passwords[name] for name in people},
        own=_own(ada) if ada else None,
        open=_open(friends),
    )


def _person(name: str, password: str) -> Account | None:
    """A user with a profile and this password; None where the name belongs to somebody else."""
    email = f"{name}@{DOMAIN}"
    user, is_new = User.objects.get_or_create(username=name, defaults={"email": email})
    if user.email != email:
        return None
    user.set_password(password)
    if is_new:
        user.is_staff = user.is_superuser = name == ADMIN
        display_name, note = PEOPLE[name]
        Profile.objects.create(user=user, display_name=display_name, note=note)
    user.save()
    return Account.objects.get(pk=user.pk)


def _own(ada: Account) -> DemoClient | None:
    """The one client that only ada can authorize, with a token of hers."""
    try:
        client, secret = _client(OWN, name="Ada's notebook", owner=ada)
    except OneClientOnly:
        return None
    return DemoClient(OWN, secret, _token(client, user=ada, token_group="notebook"))


def _open(people: list[Account]) -> DemoClient:
    """A client for everyone, with its own token; these people authorized it too."""
    client, secret = _client(OPEN, name="Demo application", owner=None)
    for user in people:
        _token(client, user=user, token_group="phone")
    return DemoClient(OPEN, secret, _token(client, user=None))


def _client(client_id: str, *, name: str, owner: Any) -> tuple[Any, str]:
    """The client and a new secret of it; of an older one nothing works any more."""
    client = get_application_model().objects.named(client_id).first()
    if client is None:
        made = register(
            name=name,
            redirect_uris=[OUT_OF_BAND],
            scope=SCOPES,
            owner=owner,
            source="manual" if owner else "apps",
            client_id=client_id,
        )
        return made.client, made.secret or ""
    revoke(TokenFamily.objects.of_client(client), Reason(actor=owner, subject=owner, client=client), hold=client)
    return client, reset_secret(client, actor=client.user, grace_hours=0)


def _token(client: Any, *, user: Any, token_group: str = "") -> str:
    """The value of a new token."""
    grant_type = "authorization_code" if user else issuance.CLIENT_CREDENTIALS
    return issuance.start(
        client=client, user=user, grant_type=grant_type, scope=SCOPES.split(), origin=HERE, token_group=token_group
    ).access_token
