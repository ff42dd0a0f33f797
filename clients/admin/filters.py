"""By what the list of clients is narrowed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.admin.bigtables import WordFilter


class StateFilter(WordFilter):
    """The states, in the order in which they need attention."""

    title = _("state")
    parameter_name = "state"
    words = (
        ("waiting", _("Waits for approval")),
        ("suspended", _("Suspended")),
        ("for_everyone", _("Open to everyone")),
        ("restricted_to_owner", _("Only its owner")),
    )


class FlowFilter(WordFilter):
    """Clients that may do what most may not."""

    title = _("risky flow")
    parameter_name = "flow"
    words = (
        ("using_password_flow", _("Password flow allowed")),
        ("with_implicit_flow", _("Implicit flow allowed")),
        ("introspecting_all", _("May introspect every token")),
    )


class SecretFilter(WordFilter):
    """Clients whose secret deserves a look."""

    title = _("secret")
    parameter_name = "secret"
    words = (
        ("with_unused_secret", _("Never used")),
        ("with_old_secret", _("Older than a year")),
        ("with_two_secrets", _("Two at the moment")),
    )


class OwnershipFilter(WordFilter):
    """Whether somebody answers for it."""

    title = _("owner")
    parameter_name = "owned"
    words = (("owned", _("Has an owner")), ("ownerless", _("Has none")))
