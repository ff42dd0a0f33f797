"""The rules of the password flow (RFC 6749 §4.3), which RFC 9700 §2.4 forbids and pnut's clients know.

Off unless an administrator approves a client for it. Whatever goes wrong with name and password
is one and the same refusal: unknown, wrong, inactive, not the owner, or not without a second factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import authenticate, user_login_failed
from django.utils.module_loading import import_string
from oauth2_provider.models import get_application_model

from clients import events, values
from clients.conf import options
from clients.errors import InvalidClient, InvalidGrant, InvalidScope, UnauthorizedClient
from tokens import letters
from tokens.models import TokenFamily
from tokens.origin import Origin
from tokens.rules import attempts
from tokens.rules.issuance import Issued, start
from tokens.rules.transactions import in_one_transaction

PASSWORD = "password"
NEVER_FIRST = "email"  # the scope that a user grants elsewhere before it is granted here (pnut: scopes)
LONGEST_NAME = 254  # RFC 5321 §4.5.3.1: an e-mail address
WRONG = "The user name or the password is wrong."


def verify_client(*, client_id: str, secret: str | None) -> Any:
    """The client that its `password_grant_secret` proves. Raises InvalidClient.

    Raises UnauthorizedClient where no secret could be right: the client is not approved.
    """
    client = get_application_model().objects.identified_by(client_id)
    if client is None:
        values.matches(secret or "", values.STORED_AS)
        raise InvalidClient
    if not client.is_password_flow_approved:
        raise UnauthorizedClient
    if not values.matches(secret or "", client.password_grant_secret):
        raise InvalidClient
    return client


def prove_user(*, name: str, password: str, client: Any, origin: Origin) -> Any:
    """The user whose name (or e-mail address) and password these are. Raises InvalidGrant or TooManyRequests.

    An unknown name costs the same time: the host's backends hash the password either way.
    """
    attempt, account = attempts.begin(name=name, ip_address=origin.ip_address)
    # Nobody has a longer name, and what backends write down about failures has no room for one.
    username = account.get_username() if account else (name if len(name) <= LONGEST_NAME else "")
    user: Any = authenticate(origin.request, username=username, password=password)
    if user is None:
        raise InvalidGrant(WRONG)
    if not (user.is_active and client.may_be_authorized_by(user) and _may(user, client, origin)):
        # A right password that is of no use here: the host hears of it, and takes its time, as of a wrong one.
        user_login_failed.send(__name__, credentials={"username": username}, request=origin.request)
        raise InvalidGrant(WRONG)
    attempt.succeeded()
    return user


@in_one_transaction
def issue_by_password(
    *,
    client: Any,
    user: Any,
    scope: Sequence[str],
    origin: Origin,
    token_group: str = "",
    resource: Sequence[str] = (),
) -> Issued:
    """A token for a proven user, who is told by mail. Raises InvalidScope."""
    if NEVER_FIRST in scope and not _granted_before(client, user):
        raise InvalidScope(f"The scope {NEVER_FIRST} is granted on the consent page first.")
    issued = start(
        client=client,
        user=user,
        grant_type=PASSWORD,
        scope=scope,
        origin=origin,
        token_group=token_group,
        resource=resource,
        has_refresh_token=client.gets_refresh_token(scope),
    )
    events.record(
        events.Act.PASSWORD_FLOW_USED,
        actor=user,
        subject=user,
        client=client,
        ip_address=origin.ip_address,
        scope=issued.family.scope,
    )
    letters.tell_of_password(family=issued.family, user=user, request=origin.request)
    return issued


def _may(user: Any, client: Any, origin: Origin) -> bool:
    """What the host says; it may refuse those who have a second factor."""
    path = options().MAY_USE_PASSWORD_GRANT
    return path is None or bool(import_string(path)(user, client=client, request=origin.request))


def _granted_before(client: Any, user: Any) -> bool:
    live = TokenFamily.objects.live().of_user(user).of_client(client)
    return any(NEVER_FIRST in scope.split() for scope in live.values_list("scope", flat=True))
