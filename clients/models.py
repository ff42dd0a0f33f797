"""Who may ask for access: the registered programs, and the history of what happened to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from clients import redirects, scopes, values
from clients.conf import options
from clients.db.fields import SecretField
from clients.events import Act
from clients.querysets import ClientManager, EventQuerySet

CODE = "authorization_code"
CLIENT_CREDENTIALS = "client_credentials"
REFRESH = "refresh_token"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
PASSWORD = "password"
IMPLICIT = "implicit"
OFFLINE_ACCESS = "offline_access"  # the scope by which a user lets a client stay


class Client(AbstractApplication):
    """A registered program (RFC 6749 §2), with everything that is known about it."""

    class Audience(models.TextChoices):
        OWNER = "owner", _("Only its owner")
        EVERYONE = "everyone", _("Everyone")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")

    class Source(models.TextChoices):
        MANUAL = "manual", _("Developer page or admin")
        APPS = "apps", _("/api/v1/apps")
        DCR = "dcr", _("Dynamic registration (RFC 7591)")

    # Declared anew: without the toolkit's index on a column nobody searches, and never in clear.
    client_secret = SecretField(_("client secret"), blank=True, default="")
    registration_source = models.CharField(
        _("registered through"), max_length=32, choices=Source.choices, default=Source.MANUAL
    )
    client_type = models.CharField(
        _("client type"),
        max_length=32,
        choices=AbstractApplication.CLIENT_TYPES,
        default=AbstractApplication.CLIENT_CONFIDENTIAL,
    )
    authorization_grant_type = models.CharField(  # the toolkit's single one; ours is `grant_types`
        max_length=44,
        choices=AbstractApplication.GRANT_TYPES,
        default=AbstractApplication.GRANT_AUTHORIZATION_CODE,
        editable=False,
    )

    # Who may authorize it
    audience = models.CharField(_("audience"), max_length=16, choices=Audience.choices, default=Audience.OWNER)
    own_use_of = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("the one own-use client of"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="own_use_client",
        help_text=_("Set for the one client that a user without further rights may have."),
    )
    audience_requested_at = models.DateTimeField(_("asked for everyone"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.ACTIVE)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    note = models.TextField(_("note to the developer"), blank=True, default="")

    # What it is, and what it may ask for
    website = models.CharField(_("website"), max_length=2_000, blank=True, default="")
    scopes = models.TextField(_("scopes"), blank=True, default="")
    grant_types = models.TextField(_("grant types"), blank=True, default=f"{CODE} {CLIENT_CREDENTIALS} {DEVICE}")
    token_endpoint_auth_method = models.CharField(max_length=32, blank=True, default="", editable=False)  # RFC 7591 §2
    implicit_allowed = models.BooleanField(_("implicit flow allowed"), default=False)
    introspects_all = models.BooleanField(_("may introspect every token"), default=False)
    require_pkce = models.BooleanField(_("PKCE required"), default=False)
    exact_redirects = models.BooleanField(_("redirect URIs match exactly"), default=False)
    token_lifetime = models.PositiveIntegerField(_("token lifetime in seconds"), null=True, blank=True)
    refresh_token_lifetime = models.PositiveIntegerField(_("refresh token lifetime in seconds"), null=True, blank=True)
    changed_at = models.DateTimeField(  # consent given before this is asked for again
        _("face changed at"), null=True, blank=True, editable=False
    )

    # Secrets: two may live side by side for a while after a reset
    secret_created_at = models.DateTimeField(null=True, blank=True, editable=False)
    secret_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    previous_secret = SecretField(blank=True, default="", editable=False)
    previous_secret_created_at = models.DateTimeField(null=True, blank=True, editable=False)
    previous_secret_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    previous_secret_ends_at = models.DateTimeField(null=True, blank=True, editable=False)
    password_grant_secret = SecretField(blank=True, default="", editable=False)  # set: the flow is approved
    password_grant_secret_created_at = models.DateTimeField(null=True, blank=True, editable=False)
    registration_token = SecretField(blank=True, default="", editable=False)  # RFC 7592 §3

    objects = ClientManager()

    class Meta:
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        indexes = [models.Index(fields=["user"], name="oauth_client_owner")]
        constraints = [
            models.CheckConstraint(
                name="oauth_client_own_use_is_owners",
                condition=Q(own_use_of=None) | Q(audience="owner", user__isnull=False, own_use_of=models.F("user")),
            )
        ]
        permissions = [
            ("add_public_client", _("May create further clients and ask for everyone as audience")),
            ("approve_client", _("May open clients to everyone and withdraw that")),
            ("suspend_client", _("May suspend and resume clients")),
            ("allow_password_flow", _("May allow and withdraw the password flow")),
            ("reset_secret", _("May reset client secrets")),
        ]

    def __str__(self) -> str:
        return self.name or self.client_id

    def natural_key(self) -> tuple[str]:
        """How fixtures name this row."""
        return (self.client_id,)

    @property
    def is_public(self) -> bool:
        """Whether it has no secret (RFC 6749 §2.1)."""
        return self.client_type == self.CLIENT_PUBLIC

    @property
    def is_suspended(self) -> bool:
        """Whether none of its tokens work."""
        return self.status == self.Status.SUSPENDED

    @property
    def is_owner_only(self) -> bool:
        """Whether only its owner may authorize it."""
        return self.audience == self.Audience.OWNER

    @property
    def state(self) -> Promise:
        """Its state in words."""
        if self.is_suspended:
            return _("Suspended")
        if self.is_owner_only:
            return _("Waits for approval") if self.audience_requested_at else _("Only its owner")
        return _("Open to everyone")

    @property
    def is_password_flow_approved(self) -> bool:
        """Whether an administrator approved it for the password flow."""
        return bool(self.password_grant_secret)

    @property
    def scope_names(self) -> tuple[str, ...]:
        """The scopes it registered."""
        return tuple(self.scopes.split())

    @property
    def redirect_uri_list(self) -> list[str]:
        """The redirect URIs it registered."""
        return redirects.split(self.redirect_uris)

    @property
    def needs_redirect_uri(self) -> bool:
        """Whether it uses a flow that sends people back to it (RFC 7591 §2)."""
        return CODE in self.grant_types.split()

    @property
    def needs_pkce(self) -> bool:
        """Whether its authorization requests must carry a code challenge (RFC 9700 §2.1.1)."""
        return self.is_public or self.require_pkce or options().REQUIRE_PKCE

    def may_be_authorized_by(self, user: Any) -> bool:
        """Whether the audience includes `user`."""
        return not self.is_owner_only or (user is not None and self.user_id is not None and self.user_id == user.pk)

    def may_use_grant(self, grant_type: str) -> bool:
        """Whether it may use a grant type of RFC 6749 (or `implicit`)."""
        if grant_type == PASSWORD:
            return self.user_id is not None and self.is_password_flow_approved
        if grant_type == IMPLICIT:
            return self.user_id is not None and self.implicit_allowed
        if grant_type == CLIENT_CREDENTIALS and self.is_public:
            return False  # RFC 6749 §4.4: confidential clients only
        return grant_type in self.grant_types.split() or grant_type == REFRESH

    def gets_refresh_token(self, scope_names: Iterable[str]) -> bool:
        """Whether a user's token of these scopes comes with a refresh token."""
        return REFRESH in self.grant_types.split() or OFFLINE_ACCESS in scope_names

    def allows_grant_type(self, *grant_types: str) -> bool:
        """The toolkit's question, in its own spelling (`authorization-code`)."""
        return any(self.may_use_grant(name if ":" in name else name.replace("-", "_")) for name in grant_types)

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Whether a request may name this redirect URI."""
        exact = self.exact_redirects or options().EXACT_REDIRECTS
        return redirects.matches(self.redirect_uri_list, uri, exact=exact)

    def get_allowed_schemes(self) -> list[str]:
        """The schemes of what it registered: the toolkit redirects to no other."""
        return sorted({uri.partition(":")[0] for uri in self.redirect_uri_list})

    @property
    def has_previous_secret(self) -> bool:
        """Whether the secret before the last reset still works."""
        ends_at = self.previous_secret_ends_at
        return ends_at is not None and timezone.now() < ends_at

    def which_secret(self, secret: str) -> str | None:
        """The column that `secret` proves: `client_secret`, `previous_secret`, or None."""
        if self.is_public:
            return None
        if values.matches(secret, self.client_secret):
            return "client_secret"
        if self.has_previous_secret and values.matches(secret, self.previous_secret):
            return "previous_secret"
        return None

    def effective_scopes(self, granted: str) -> tuple[str, ...]:
        """What a grant is worth today, after scopes were withdrawn from client or catalogue."""
        return scopes.effective(granted.split(), self.scope_names)

    def clean(self) -> None:
        """Nothing: `clients.rules.registration` holds the rules, and the toolkit's contradict them."""


class Event(models.Model):
    """One act, append-only: what users, developers and administrators read as history.

    A row per act, never per token; `details` holds no secret. Rows outlive what they speak of.
    """

    act = models.CharField(_("act"), max_length=32, choices=Act.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who did it"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("whom it concerns"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        verbose_name=_("client"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
    )
    client_name = models.CharField(_("client's name then"), max_length=255, blank=True, default="")
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    count = models.PositiveIntegerField(_("how many"), null=True, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    created = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["created"], name="oauth_event_created")]

    def __str__(self) -> str:
        return f"{self.get_act_display()} #{self.pk}"
