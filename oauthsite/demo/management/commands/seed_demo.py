"""`manage.py seed_demo`: demo data, and what a newcomer can do with it."""

from __future__ import annotations

import logging
import platform
from typing import Any

import django
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from oauthsite.demo.instance import own_version
from oauthsite.demo.seeding import ADMIN, DemoClient, Seeded, seed

WELCOME = """\
oauthsite {version}, Django {django}, Python {python}, {database}
"""
FIRST = """
  Site         {home}/
  Admin        {home}/admin/   {admin}
  Developers   {home}/dev/     {ada}
  Also         {others}
  Clients      {clients}

Passwords, secrets and tokens are random and shown this once; "make reset-demo" makes new ones.

Try it
{try_it}
"""
AGAIN = """
  Site         {home}/
  Admin        {home}/admin/
  Developers   {home}/dev/

The demo data is there already. Its passwords, secrets and tokens were shown when it was made;
"make reset-demo" makes new ones.

Try it
{try_it}
"""
READ = "  curl {home}/api/v1/instance"
FOLLOWING = "  curl {home}/api/v1/accounts/{number}/following"
AS_ADA = "  curl -H 'Authorization: Bearer {token}' {home}/api/v1/accounts/verify_credentials"
AS_APP = "  curl -H 'Authorization: Bearer {token}' {home}/api/v1/apps/verify_credentials"
REGISTER = "  curl -F 'client_name=My application' -F 'redirect_uris=urn:ietf:wg:oauth:2.0:oob' {home}/api/v1/apps"


class Command(BaseCommand):
    """Make the demo data once, and tell where to go."""

    help = "Makes demo users who follow each other, two clients and tokens; shows their passwords once."

    def add_arguments(self, parser: CommandParser) -> None:
        """The port is only told, not used."""
        parser.add_argument("--port", type=int, default=8000, help="where the site will answer (default: 8000)")
        parser.add_argument("--reset", action="store_true", help="new passwords, secrets and tokens for the demo data")

    def handle(self, *args: Any, port: int, reset: bool, **options: Any) -> None:
        """Seed, and say what there is."""
        home = f"http://127.0.0.1:{port}"
        logging.disable(logging.INFO)  # what is told below needs no log lines above it
        try:
            found = seed(reset=reset)
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(
            WELCOME.format(
                version=own_version(),
                django=django.get_version(),
                python=platform.python_version(),
                database=f"{connection.display_name} {connection.settings_dict['NAME']}",
            ),
            ending="",
        )
        self.stdout.write(_first(found, home) if found else _again(home), ending="")


def _first(made: Seeded, home: str) -> str:
    logins = {name: f"{name} / {password}" for name, password in made.passwords.items()}
    clients = [client for client in (made.own, made.open) if client]
    number = next((account.pk for account in made.people.values()), None)
    lines = [AS_ADA.format(token=made.own.token, home=home)] if made.own else []
    lines += [AS_APP.format(token=made.open.token, home=home)]
    lines += [FOLLOWING.format(number=number, home=home)] if number else []
    return FIRST.format(
        home=home,
        admin=logins.pop(ADMIN, "(your own account)"),
        ada=logins.pop("ada", "(your own account)"),
        others=", ".join(logins.values()) or "-",
        clients="\n               ".join(_described(client) for client in clients),
        try_it="\n".join([*lines, REGISTER.format(home=home)]),
    )


def _again(home: str) -> str:
    return AGAIN.format(home=home, try_it="\n".join([READ.format(home=home), REGISTER.format(home=home)]))


def _described(client: DemoClient) -> str:
    return f"{client.client_id}, secret {client.secret}"
