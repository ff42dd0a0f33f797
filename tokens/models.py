"""What was granted: families of tokens, each stemming from one authorization."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)
from uuid_utils.compat import uuid7

from clients import scopes
from tokens.querysets import (
    AccessTokenQuerySet,
    DeviceGrantQuerySet,
    GrantQuerySet,
    RefreshTokenQuerySet,
    TokenFamilyQuerySet,
)


class TokenFamily(models.Model):
    """Everything that stems from one authorization: the line that people see in a list.

    Redeeming a code, refreshing and revoking lock this row first (RFC 7009 §2.1, RFC 9700 §4.14.2).
    `expires` is when the last of its tokens stops working, so that one row answers "is it live".
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)  # in order of time
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,  # an app token is on nobody's behalf (RFC 6749 §4.4)
        blank=True,
        db_index=False,
        on_delete=models.CASCADE,
        related_name="oauth_families",
    )
    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        verbose_name=_("client"),
        db_index=False,
        on_delete=models.CASCADE,
        related_name="families",
    )
    grant_type = models.CharField(_("grant type"), max_length=64)
    scope = models.TextField(_("scopes"), blank=True, default="")
    resource = models.JSONField(_("resource"), default=list, blank=True)  # RFC 8707
    token_group = models.CharField(_("token group"), max_length=64, blank=True, default="")
    hint = models.CharField(_("token"), max_length=32, blank=True, default="")  # masked newest access token
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("device"), max_length=255, blank=True, default="")
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    issued_at = models.DateTimeField(_("newest token"), null=True, blank=True, editable=False)
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    last_used_ip = models.GenericIPAddressField(_("last used from"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)  # told that its end is near

    objects = TokenFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = _("token family")
        verbose_name_plural = _("token families")
        default_permissions = ("view",)
        permissions = [
            ("revoke_token", _("May revoke tokens")),
            ("view_token_ip", _("May see where tokens came from")),
        ]
        indexes = [
            models.Index(fields=["user", "id"], name="oauth_family_user"),
            models.Index(fields=["client", "id"], name="oauth_family_client"),
            models.Index(fields=["ip_address"], name="oauth_family_ip"),
            models.Index(fields=["expires"], name="oauth_family_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.hint or self.grant_type} #{self.pk}"

    @property
    def scope_names(self) -> tuple[str, ...]:
        """The scopes granted."""
        return tuple(self.scope.split())

    @property
    def is_revoked(self) -> bool:
        """Whether nothing of it works any more, by somebody's act."""
        return self.revoked_at is not None

    @property
    def is_live(self) -> bool:
        """Whether an access or a refresh token of it still works."""
        return self.issued_at is not None and not self.is_revoked and not _is_past(self.expires)


def _in_family() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(TokenFamily, verbose_name=_("family"), on_delete=models.CASCADE, related_name="+")


def _copied_user(*, null: bool = False) -> models.ForeignKey[Any, Any]:
    """The toolkit's column, without index and constraint: the family's key keeps both in order."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=null,
        blank=null,
        db_index=False,
        db_constraint=False,
        on_delete=models.DO_NOTHING,
        related_name="+",
    )


def _copied_client() -> models.ForeignKey[Any, Any]:
    """As `_copied_user`."""
    return models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        verbose_name=_("client"),
        db_index=False,
        db_constraint=False,
        on_delete=models.DO_NOTHING,
        related_name="+",
    )


class Grant(AbstractGrant):
    """An authorization code (RFC 6749 §4.1.2), stored as its SHA-256.

    A spent one stays as a tombstone, by which a replay is recognised (RFC 6749 §10.5).
    """

    code = models.CharField(_("code, hashed"), max_length=64, editable=False)
    user = _copied_user()
    application = _copied_client()
    family = _in_family()
    used_at = models.DateTimeField(_("used"), null=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)  # when the last duplicate in flight was refused
    redirect_uri = models.TextField(_("redirect URI"), blank=True, default="")  # as sent; empty if it was left out

    objects = GrantQuerySet.as_manager()

    class Meta:
        swappable = "OAUTH2_PROVIDER_GRANT_MODEL"
        verbose_name = _("authorization code")
        verbose_name_plural = _("authorization codes")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["code"], name="oauth_code_unique")]
        indexes = [models.Index(fields=["expires"], name="oauth_code_expires")]


class AccessToken(AbstractAccessToken):
    """An access token (RFC 6749 §1.4), stored as its SHA-256. `expires` null: it does not expire."""

    token = None
    source_refresh_token = None
    id_token = None
    updated = None
    token_checksum = models.CharField(_("token, hashed"), max_length=64, editable=False)
    user = _copied_user(null=True)
    application = _copied_client()
    family = _in_family()
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        swappable = "OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL"
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["token_checksum"], name="oauth_access_unique")]
        indexes = [models.Index(fields=["expires"], name="oauth_access_expires")]

    def is_expired(self) -> bool:
        """Whether its time is over."""
        return _is_past(self.expires)

    def allow_scopes(self, scopes_wanted: Any) -> bool:
        """Whether its scopes contain these."""
        return scopes.covers(self.scope.split(), scopes_wanted or ())


class RefreshToken(AbstractRefreshToken):
    """A refresh token (RFC 6749 §1.5), stored as its SHA-256; spent ones stay as tombstones."""

    token = None
    access_token = None
    token_family = None
    revoked = None
    updated = None
    token_checksum = models.CharField(_("token, hashed"), max_length=64, editable=False)
    user = _copied_user()
    application = _copied_client()
    family = _in_family()
    scope = models.TextField(_("scopes"), blank=True, default="")
    expires = models.DateTimeField(_("expires if idle"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)  # as in Grant
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = RefreshTokenQuerySet.as_manager()

    class Meta:
        swappable = "OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL"
        verbose_name = _("refresh token")
        verbose_name_plural = _("refresh tokens")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["token_checksum"], name="oauth_refresh_unique")]
        indexes = [models.Index(fields=["expires"], name="oauth_refresh_expires")]

    def is_expired(self) -> bool:
        """Whether its time is over."""
        return _is_past(self.expires)


class IDToken(AbstractIDToken):
    """The toolkit's OpenID Connect token. Swapped with the rest; nothing issues one yet."""

    class Meta:
        swappable = "OAUTH2_PROVIDER_ID_TOKEN_MODEL"
        default_permissions = ()


class DeviceGrant(AbstractDeviceGrant):
    """A pending device authorization (RFC 8628 §3.2), both codes stored as SHA-256."""

    device_code = models.CharField(_("device code, hashed"), max_length=64, editable=False)
    user_code = models.CharField(_("user code, hashed"), max_length=64, editable=False)
    client_id = None
    last_checked = None
    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        verbose_name=_("client"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    family = models.ForeignKey(
        TokenFamily, verbose_name=_("family"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    resource = models.JSONField(_("resource"), default=list, blank=True)
    token_group = models.CharField(_("token group"), max_length=64, blank=True, default="")
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    polled_at = models.DateTimeField(_("last polled"), null=True, editable=False)
    used_at = models.DateTimeField(_("used"), null=True, editable=False)

    objects = DeviceGrantQuerySet.as_manager()

    class Meta:
        swappable = "OAUTH2_PROVIDER_DEVICE_GRANT_MODEL"
        verbose_name = _("device authorization")
        verbose_name_plural = _("device authorizations")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["device_code"], name="oauth_device_code_unique"),
            models.UniqueConstraint(fields=["user_code"], name="oauth_user_code_unique"),
        ]
        indexes = [models.Index(fields=["expires"], name="oauth_device_expires")]


def _is_past(moment: datetime | None) -> bool:
    return moment is not None and timezone.now() >= moment
