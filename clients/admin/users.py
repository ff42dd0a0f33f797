"""What a host's own admin of users gains: whether somebody may have more clients, decided on their page.

`class Users(ClientRights, UserAdmin)`, registered by the host: the users belong to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.admin.acts import AdminAct, Effect, Outcome
from clients.admin.client_acts import changed
from clients.admin.confirmation import ConfirmedActs
from clients.querysets import UserQuerySet, users
from clients.rules import rights
from clients.rules.administration import Decision

READ_BY_THE_USER = _("It stands in the history of the user.")


def _for_each(rule: Callable[[Any, Decision], bool]) -> Callable[[Any, Decision, Any], Outcome]:
    def run(chosen: Any, decision: Decision, _given: Any) -> Outcome:
        return Outcome(message=changed(sum(rule(user, decision) for user in chosen)))

    return run


def _says(sentence: Any) -> Callable[[Any], Effect]:
    return lambda chosen: Effect(count=chosen.count(), sentences=(str(sentence),))


class ClientRights(ConfirmedActs):
    """For a model admin of users. The rules and the permission are those of the acts upon a client's owner."""

    acts = (
        AdminAct(
            name="give_right",
            title=_("Allow more clients"),
            permission="oauth_clients.approve_client",
            applies=lambda chosen: chosen.with_right(False),
            effect=_says(_("They may make more clients than one, and ask that everyone may use them.")),
            run=_for_each(rights.give_right),
            reason_help=READ_BY_THE_USER,
        ),
        AdminAct(
            name="take_right",
            title=_("Allow one client only"),
            permission="oauth_clients.approve_client",
            applies=lambda chosen: chosen.with_right(True),
            effect=_says(_("They make no more clients. Those that they have stay as they are, and so do the tokens.")),
            run=_for_each(rights.take_right),
            reason_help=READ_BY_THE_USER,
        ),
    )

    def rows(self) -> UserQuerySet:
        """Through a query of ours: the host's manager knows nothing of rights."""
        return users()

    def confirm(
        self, request: HttpRequest, act: AdminAct, selected: QuerySet[Any], *, back: str, hidden: Any = ()
    ) -> HttpResponse:
        """The page that asks, or the act, upon the same users by a query of ours."""
        return super().confirm(request, act, self.rows().within(selected), back=back, hidden=hidden)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[Any, str]]:
        """To what is theirs, for those who may see it."""
        if obj is None:
            return []
        found = (
            (_("Clients"), "oauth_clients.view_client", "oauth_clients_client", {"user__id__exact": obj.pk}),
            (_("Tokens"), "oauth_tokens.view_tokenfamily", "oauth_tokens_tokenfamily", {"user": obj.get_username()}),
            (_("Events"), "oauth_clients.view_event", "oauth_clients_event", {"user": obj.get_username()}),
        )
        return [
            (title, reverse(f"{self.admin_site.name}:{name}_changelist", query=query))
            for title, permission, name, query in found
            if request.user.has_perm(permission)
        ]
