"""System checks of what stands beside these apps and could undo what they promise."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import DEFAULT_DB_ALIAS, router
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from clients import conf, mail

# The toolkit's own ways to believe a token: none of them asks for suspension, revocation or the audience.
BEARER_DOORS = (
    "oauth2_provider.middleware.",
    "oauth2_provider.backends.",
    "oauth2_provider.contrib.rest_framework.",
)
NO_MAIL = ("dummy.EmailBackend", "console.EmailBackend", "locmem.EmailBackend")


@register()
def bearer_doors_are_ours(**_: Any) -> list[CheckMessage]:
    """E004: a door of the toolkit lets tokens in that were revoked, or whose client is suspended."""
    rest = getattr(settings, "REST_FRAMEWORK", {})
    places = {
        "MIDDLEWARE": settings.MIDDLEWARE,
        "AUTHENTICATION_BACKENDS": settings.AUTHENTICATION_BACKENDS,
        "REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES']": rest.get("DEFAULT_AUTHENTICATION_CLASSES", ()),
        "REST_FRAMEWORK['DEFAULT_PERMISSION_CLASSES']": rest.get("DEFAULT_PERMISSION_CLASSES", ()),
    }
    return [
        Error(
            f"{place} contains {name}, which accepts tokens of suspended clients and revoked ones.",
            hint="Take it out. Protect views with tokens.authentication.BearerAuthentication and tokens.permissions.",
            id="oauth_clients.E004",
        )
        for place, names in places.items()
        for name in names
        if isinstance(name, str) and name.startswith(BEARER_DOORS)
    ]


@register()
def scopes_are_asked_for(**_: Any) -> list[CheckMessage]:
    """W009: every view believes tokens, and those that ask for a login let each of them in, whatever its scopes."""
    rest = getattr(settings, "REST_FRAMEWORK", {})
    doors, rules = (map(str, rest.get(f"DEFAULT_{kind}_CLASSES", ())) for kind in ("AUTHENTICATION", "PERMISSION"))
    opened = [name for name in doors if name.startswith(("tokens.authentication.", "tokens.remote."))]
    if not opened or any(name.startswith("tokens.permissions.") for name in rules):
        return []
    return [
        Warning(
            f"REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'] contains {opened[0]}: a token with the smallest scope "
            "passes IsAuthenticated in every view.",
            hint="Name it in the views that are for tokens, beside HasScope; or tokens.permissions in the default too.",
            id="oauth_clients.W009",
        )
    ]


@register()
def base_template_exists(**_: Any) -> list[CheckMessage]:
    """E005: every page extends the template that the host chose."""
    try:
        get_template(conf.options().BASE_TEMPLATE)
    except TemplateDoesNotExist:
        return [
            Error(
                f"OAUTHSITE['BASE_TEMPLATE'] names {conf.options().BASE_TEMPLATE!r}, which no template loader finds.",
                id="oauth_clients.E005",
            )
        ]
    return []


@register()
def users_can_be_judged(**_: Any) -> list[CheckMessage]:
    """E006: a user model that does not say whether a user is active, or what they may."""
    model: Any = get_user_model()
    has_column = "is_active" in {field.name for field in model._meta.concrete_fields}
    if has_column and hasattr(model, "has_perm"):
        return []
    return [
        Error(
            f"{model._meta.label} has no column is_active, or no has_perm(): they say whose tokens are dead, and who "
            "may have clients.",
            hint="is_active = models.BooleanField(default=True), and django.contrib.auth.models.PermissionsMixin.",
            id="oauth_clients.E006",
        )
    ]


@register()
def rows_lie_where_transactions_begin(**_: Any) -> list[CheckMessage]:
    """E007: tables in another database than the one whose transactions hold them together."""
    ours = [model for label in ("oauth_clients", "oauth_tokens") for model in apps.all_models[label].values()]
    elsewhere = {alias for model in ours if (alias := router.db_for_write(model)) != DEFAULT_DB_ALIAS}
    return [
        Error(
            f"A database router sends tables of these apps to {alias!r}; they lock and commit in 'default'.",
            hint="Leave oauth_clients, oauth_tokens and the users in the default database. Replicas may be read from.",
            id="oauth_clients.E007",
        )
        for alias in sorted(elsewhere)
    ]


@register(deploy=True)
def surroundings_are_sound(**_: Any) -> list[CheckMessage]:
    """W003 to W005, W007: mails that go nowhere, proxies counted differently, TLS unseen, hours that come twice."""
    found: list[CheckMessage] = []
    if mail.backend().endswith(NO_MAIL):
        found.append(
            Warning(
                "Owners and users are told by mail, and the mail backend sends none.",
                hint="Use a backend that sends, or live with decisions nobody hears of.",
                id="oauth_clients.W003",
            )
        )
    rest, proxies = getattr(settings, "REST_FRAMEWORK", {}), conf.options().TRUSTED_PROXIES
    if rest.get("DEFAULT_THROTTLE_CLASSES") and rest.get("NUM_PROXIES") != proxies:
        found.append(
            Warning(
                "REST framework's throttles and OAUTHSITE count the proxies in front differently.",
                hint=f"NUM_PROXIES = {proxies} in REST_FRAMEWORK; unset, a forged X-Forwarded-For passes every limit.",
                id="oauth_clients.W004",
            )
        )
    if proxies and not getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        found.append(
            Warning(
                "There are proxies in front, and no SECURE_PROXY_SSL_HEADER: every address is derived as http.",
                hint='Set SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if the proxy writes it itself.',
                id="oauth_clients.W005",
            )
        )
    if not settings.USE_TZ and settings.TIME_ZONE not in ("UTC", "Etc/UTC"):
        found.append(
            Warning(
                "USE_TZ is off, and the clock of TIME_ZONE may be put back: for that hour tokens live longer.",
                hint='Set USE_TZ = True, or TIME_ZONE = "UTC".',
                id="oauth_clients.W007",
            )
        )
    return found
