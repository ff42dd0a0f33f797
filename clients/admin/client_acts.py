"""The acts upon clients that the admin offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clients.admin.acts import AdminAct, Effect, Outcome, ReasonForm
from clients.rules import administration, rights, usage
from clients.rules.administration import Decision
from clients.rules.client_secrets import LONGEST_GRACE, USUAL_GRACE, reset_secret


class ResetForm(ReasonForm):
    """Also asks how long the old secret goes on working."""

    grace_hours = forms.IntegerField(
        label=_("Hours for which the old secret still works"),
        min_value=0,
        max_value=LONGEST_GRACE,
        initial=USUAL_GRACE,
        help_text=_("0 ends it at once. At most 168, a week."),
    )


def stops(*, grant_type: str | None = None, others_only: bool = False) -> Callable[[Any], Effect]:
    """The effect of an act by which tokens stop working."""

    def effect(clients: Any) -> Effect:
        found = usage.of_all(clients, grant_type=grant_type, others_only=others_only)
        return Effect(count=max(found.tokens, clients.count()), sentences=(_tokens(found),))

    return effect


def harmless(clients: Any) -> Effect:
    """The effect of an act by which nothing stops."""
    return Effect(count=clients.count(), sentences=(str(_("No token stops working.")),))


def two_secrets(clients: Any) -> Effect:
    """The effect of a reset. Its stamp is the youngest secret: sent twice, the form is refused."""
    return Effect(
        count=clients.count(),
        sentences=(str(_("Its tokens go on working. The new secret is shown once, on the next page.")),),
        stamp=str(clients.newest_secret()),
    )


def changes(rule: Callable[[Any, Decision], list[Any]]) -> Callable[[Any, Decision, Any], Outcome]:
    """The rule, told as an outcome."""

    def run(clients: Any, decision: Decision, _given: Any) -> Outcome:
        return Outcome(message=changed(len(rule(clients, decision))))

    return run


def _allow_password_flow(clients: Any, decision: Decision, _given: Any) -> Outcome:
    made = administration.allow_password_flow(clients, decision)
    return Outcome(message=changed(len(made)), secrets=tuple(made))


def _reset(clients: Any, decision: Decision, given: Any) -> Outcome:
    made = [
        (
            client,
            reset_secret(
                client,
                actor=decision.actor,
                grace_hours=given["grace_hours"],
                ip_address=decision.ip_address,
                note=decision.note,
            ),
        )
        for client in clients
    ]
    return Outcome(message=changed(len(made)), secrets=tuple(made))


def _revoke(clients: Any, decision: Decision, _given: Any) -> Outcome:
    count = administration.revoke_tokens(clients, decision)
    return Outcome(message=ngettext("%(count)d token revoked.", "%(count)d tokens revoked.", count) % {"count": count})


def _for_owners(rule: Callable[[Any, Decision], bool]) -> Callable[[Any, Decision, Any], Outcome]:
    def run(clients: Any, decision: Decision, _given: Any) -> Outcome:
        owners = {client.user_id: client.user for client in clients.with_owner()}
        return Outcome(message=changed(sum(rule(owner, decision) for owner in owners.values())))

    return run


def _tokens(found: usage.Usage) -> str:
    if not found.tokens:
        return str(_("No live token is concerned."))
    tokens = ngettext("%(count)d live token stops working", "%(count)d live tokens stop working", found.tokens)
    users = ngettext("of %(count)d user.", "of %(count)d users.", found.users)
    return f"{tokens % {'count': found.tokens}}, {users % {'count': found.users}}"


def changed(count: int) -> str:
    """How many an act has changed."""
    return ngettext("Done for %(count)d.", "Done for %(count)d.", count) % {"count": count}


ACTS = (
    AdminAct(
        name="approve",
        title=_("Open to everyone"),
        permission="approve_client",
        applies=lambda clients: clients.owned().restricted_to_owner(),
        effect=harmless,
        run=changes(administration.approve),
    ),
    AdminAct(
        name="decline",
        title=_("Decline to open"),
        permission="approve_client",
        applies=lambda clients: clients.waiting(),
        effect=harmless,
        run=changes(administration.decline),
        reason_needed=True,
    ),
    AdminAct(
        name="withdraw",
        title=_("Close to all but the owner"),
        permission="approve_client",
        applies=lambda clients: clients.owned().for_everyone(),
        effect=stops(others_only=True),
        run=changes(administration.withdraw),
        reason_needed=True,
    ),
    AdminAct(
        name="suspend",
        title=_("Suspend"),
        permission="suspend_client",
        applies=lambda clients: clients.active(),
        effect=stops(),
        run=changes(administration.suspend),
        reason_needed=True,
    ),
    AdminAct(
        name="resume",
        title=_("Resume"),
        permission="suspend_client",
        applies=lambda clients: clients.suspended(),
        effect=harmless,
        run=changes(administration.resume),
    ),
    AdminAct(
        name="allow_password_flow",
        title=_("Allow the password flow"),
        permission="allow_password_flow",
        applies=lambda clients: clients.without_password_flow(),
        effect=harmless,
        run=_allow_password_flow,
    ),
    AdminAct(
        name="withdraw_password_flow",
        title=_("Withdraw the password flow"),
        permission="allow_password_flow",
        applies=lambda clients: clients.using_password_flow(),
        effect=stops(grant_type="password"),
        run=changes(administration.withdraw_password_flow),
        reason_needed=True,
    ),
    AdminAct(
        name="allow_implicit_flow",
        title=_("Allow the implicit flow"),
        permission="allow_password_flow",
        applies=lambda clients: clients.using_implicit_flow(False),
        effect=harmless,
        run=changes(administration.allow_implicit_flow),
    ),
    AdminAct(
        name="withdraw_implicit_flow",
        title=_("Withdraw the implicit flow"),
        permission="allow_password_flow",
        applies=lambda clients: clients.using_implicit_flow(True),
        effect=stops(grant_type="implicit"),
        run=changes(administration.withdraw_implicit_flow),
    ),
    AdminAct(
        name="reset_secret",
        title=_("Reset the secret"),
        permission="reset_secret",
        applies=lambda clients: clients.with_a_secret(),
        effect=two_secrets,
        run=_reset,
        form=ResetForm,
    ),
    AdminAct(
        name="revoke_tokens",
        title=_("Revoke all tokens"),
        permission="oauth_tokens.revoke_token",
        applies=lambda clients: clients,
        effect=stops(),
        run=_revoke,
    ),
    AdminAct(
        name="give_right",
        title=_("Let the owner have more clients"),
        permission="approve_client",
        applies=lambda clients: clients.of_owners_with_right(False),
        effect=harmless,
        run=_for_owners(rights.give_right),
        reason_help=_("It stands in the history of the owner."),
    ),
    AdminAct(
        name="take_right",
        title=_("Let the owner have one client only"),
        permission="approve_client",
        applies=lambda clients: clients.of_owners_with_right(True),
        effect=harmless,
        run=_for_owners(rights.take_right),
        reason_help=_("It stands in the history of the owner."),
    ),
)
