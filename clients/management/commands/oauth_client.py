"""Clients from the command line: the rules of the admin, without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from oauth2_provider.models import get_application_model

from clients.errors import OAuthError
from clients.management.output import AnsweringCommand
from clients.querysets import people_called
from clients.rules import administration, usage
from clients.rules.administration import Decision
from clients.rules.client_secrets import USUAL_GRACE, reset_secret
from clients.rules.registration import register

DECISIONS: dict[str, Callable[[Any, Decision], list[Any]]] = {
    "approve": administration.approve,
    "withdraw": administration.withdraw,
    "suspend": administration.suspend,
    "resume": administration.resume,
    "withdraw-password-flow": administration.withdraw_password_flow,
}


class Command(AnsweringCommand):
    help = "Creates a client, shows one, or decides about it. Secrets are printed once and stored as hashes."

    def add_arguments(self, parser: CommandParser) -> None:
        """One word for what to do, then to which client."""
        acts = parser.add_subparsers(dest="act", required=True)
        create = acts.add_parser("create", help="a new client")
        create.add_argument("--name", required=True)
        create.add_argument("--redirect-uri", action="append", required=True, dest="redirect_uris")
        create.add_argument("--scope", default="")
        create.add_argument("--website", default="")
        create.add_argument("--owner", help="user name; without one everybody may authorize it")
        create.add_argument("--public", action="store_true", help="without a secret")
        for name in ("show", "reset-secret", "allow-password-flow", *DECISIONS):
            one = acts.add_parser(name)
            one.add_argument("client_id")
            one.add_argument("--reason", default="", help="the developer reads it")
            if name == "reset-secret":
                one.add_argument("--grace-hours", type=int, default=USUAL_GRACE, help="0: the old one ends now")
        for one in acts.choices.values():
            super().add_arguments(one)

    def handle(self, *_: Any, act: str, as_json: bool, dry_run: bool, **given: Any) -> None:
        """Do it; with --dry-run, do it and take everything back."""
        try:
            with transaction.atomic():
                found = self.create(**given) if act == "create" else self.on_client(act, **given)
                transaction.set_rollback(dry_run)
        except OAuthError as error:
            raise CommandError(error.description) from error
        if dry_run:  # what was made does not exist
            found = {name: value for name, value in found.items() if not name.endswith("secret")}
        self.answer(found, as_json=as_json)

    def create(
        self,
        *,
        name: str,
        redirect_uris: list[str],
        scope: str,
        website: str,
        owner: str | None,
        public: bool,
        **_: Any,
    ) -> dict[str, Any]:
        """A new client."""
        user = None
        if owner is not None and (user := people_called(owner).first()) is None:
            raise CommandError(f"There is no user {owner!r}.")
        made = register(
            name=name,
            redirect_uris=redirect_uris,
            scope=scope,
            website=website,
            owner=user,
            source="manual",
            is_public=public,
        )
        return _described(made.client) | ({"client_secret": made.secret} if made.secret else {})

    def on_client(self, act: str, *, client_id: str, reason: str, grace_hours: int = 0, **_: Any) -> dict[str, Any]:
        """One of the acts upon a client that exists."""
        clients = get_application_model().objects.named(client_id)
        client = clients.first()
        if client is None:
            raise CommandError(f"There is no client {client_id!r}.")
        made: dict[str, str] = {}
        decision = Decision(note=reason)
        if act == "reset-secret":
            made["client_secret"] = reset_secret(client, actor=None, grace_hours=grace_hours, note=reason)
        elif act == "allow-password-flow":
            for _client, secret in administration.allow_password_flow(clients, decision):
                made["password_grant_secret"] = secret
        if (act in DECISIONS and not DECISIONS[act](clients, decision)) or (act == "allow-password-flow" and not made):
            raise CommandError("That changes nothing: it is so already, or it does not apply to this client.")
        return _described(clients.get()) | made


def _described(client: Any) -> dict[str, Any]:
    found = usage.of_all(get_application_model().objects.among([client]))
    return {
        "client_id": client.client_id,
        "name": client.name,
        "state": str(client.state),
        "owner": client.user.get_username() if client.user else None,
        "scopes": client.scopes,
        "redirect_uris": client.redirect_uri_list,
        "grant_types": client.grant_types,
        "password_flow": client.is_password_flow_approved,
        "live_tokens": found.tokens,
        "users": found.users,
        "last_used": found.latest,
        "created": client.created,
    }
