"""A developer with something to see: clients, tokens of other people, and a history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from clients.models import Client
from tests.factories import ClientFactory, FamilyFactory, UserFactory
from tokens.models import TokenFamily
from tokens.origin import Origin

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
PHONE_BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.6 Mobile/15E148 Safari/604.1"
)


def full_frontpage() -> tuple[Any, Client]:
    """Ada, who has three clients, and the one of them that people use."""
    ada = UserFactory(username="ada")
    ada.user_permissions.add(Permission.objects.get(codename="add_public_client"))
    client = ClientFactory(
        name="Tide tables",
        user=ada,
        website="https://tides.example",
        redirect_uris="https://tides.example/callback\nurn:ietf:wg:oauth:2.0:oob",
        scopes="read write:statuses push",
        secret_created_at=timezone.now() - timedelta(days=40),
        secret_used_at=timezone.now() - timedelta(hours=2),
    )
    ClientFactory(name="Night backup", user=ada, audience=Client.Audience.OWNER, audience_requested_at=timezone.now())
    ClientFactory(
        name="Old bot",
        user=ada,
        audience=Client.Audience.OWNER,
        status=Client.Status.SUSPENDED,
        note="It posted the same thing 400 times. Write to us when that is mended.",
        decided_at=timezone.now() - timedelta(days=3),
    )
    holders = [ada, UserFactory(username="grace"), UserFactory(username="linus"), UserFactory(username="margaret")]
    places = [("192.0.2.17", FIREFOX), ("2001:db8::4d2", PHONE_BROWSER), ("198.51.100.3", "tides-cli/2.1"), (None, "")]
    groups = ["laptop", "phone", "", "küche"]
    scopes = ["read", "read write:statuses", "read:accounts push", "read write:statuses push"]
    for number in range(24):
        place, agent = places[number % 4]
        family, _ = FamilyFactory(
            client=client,
            user=holders[number % 4] if number % 7 else None,
            scope=scopes[number % 4],
            token_group=groups[number % 4],
            origin=Origin(place, agent),
        )
        made = timezone.now() - timedelta(days=number * 1.2)
        TokenFamily.objects.only_this(family.pk).update(
            created=made,
            last_used=made + (timezone.now() - made) * 0.9 if number % 5 else None,
            last_used_ip=place if number % 5 else None,
        )
    return ada, client
