"""What owners are told when an administrator decides about their client."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients import mail
from clients.conf import options
from clients.events import Act

WHAT_IT_MEANS: dict[Act, Promise] = {
    Act.CLIENT_APPROVED: gettext_lazy("Anyone on this site may authorize it now."),
    Act.CLIENT_DECLINED: gettext_lazy("It stays as it was: only you can authorize it. You may ask again."),
    Act.CLIENT_WITHDRAWN: gettext_lazy("Only you can authorize it now. The tokens of everybody else stopped working."),
    Act.CLIENT_SUSPENDED: gettext_lazy("None of its tokens work, and it gets no new ones."),
    Act.CLIENT_RESUMED: gettext_lazy("Its tokens work again, unless they expired or were revoked meanwhile."),
    Act.PASSWORD_FLOW_ALLOWED: gettext_lazy(
        "It may sign users in by their password. Make the password_grant_secret on the page of the client; it is shown "
        "once."
    ),
    Act.PASSWORD_FLOW_WITHDRAWN: gettext_lazy(
        "It may no longer sign users in by their password, and the tokens it got that way stopped working."
    ),
    Act.IMPLICIT_FLOW_ALLOWED: gettext_lazy("It may use response_type=token."),
    Act.IMPLICIT_FLOW_WITHDRAWN: gettext_lazy(
        "It may no longer use response_type=token, and the tokens it got that way stopped working."
    ),
}


def tell_owner(client: Any, act: Act, *, note: str) -> None:
    """Write to the client's owner what was decided, what it means, and why."""
    if client.user is None:
        return
    issuer = options().ISSUER
    lines = [
        _("Your client %(client)s: %(act)s.") % {"client": client, "act": act.label},
        str(WHAT_IT_MEANS[act]),
        _("The administrators write: %(note)s") % {"note": note} if note else "",
        urljoin(issuer, reverse("oauth_clients:client", args=[client.client_id])) if issuer else "",
    ]
    subject = _("%(client)s: %(act)s") % {"client": client, "act": act.label}
    mail.send(mail.address_of(client.user), subject, "\n\n".join(line for line in lines if line))
