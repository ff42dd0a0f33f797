"""System checks: what a host forgot, told once and with the lines to paste."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from clients import conf
from clients.system import swapping


@register()
def models_are_swapped(**_: Any) -> list[CheckMessage]:
    """E001: the six settings that point django-oauth-toolkit at our models."""
    foreign = [name for name in swapping.MODELS if str(getattr(settings, name, "")).startswith("oauth2_provider.")]
    wrong = [*swapping.missing, *foreign]
    if not wrong:
        return []
    return [
        Error(
            f"The settings {', '.join(wrong)} do not name the models of these apps.",
            hint=f"Put these six lines into your settings:\n{swapping.lines_to_paste()}",
            id="oauth_clients.E001",
        )
    ]


@register()
def setting_is_sound(**_: Any) -> list[CheckMessage]:
    """E002: OAUTHSITE has an unknown key or a value of the wrong type."""
    return [Error(f"OAUTHSITE: {problem}", id="oauth_clients.E002") for problem in conf.problems()]


@register()
def toolkit_pages_are_not_routed(**_: Any) -> list[CheckMessage]:
    """E003: django-oauth-toolkit's own pages let anyone register clients, past every rule of ours."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    for name in ("oauth2_provider:register", "oauth2_provider:list", "oauth2_provider:authorize"):
        try:
            path = reverse(name)
            resolve(path)
        except (NoReverseMatch, Resolver404):
            continue
        return [
            Error(
                f"django-oauth-toolkit's own pages are routed ({path}); they bypass the rules of these apps.",
                hint="Remove include('oauth2_provider.urls') from your URLs.",
                id="oauth_clients.E003",
            )
        ]
    return []


@register(deploy=True)
def deployment_is_sound(**_: Any) -> list[CheckMessage]:
    """W001, W002: an issuer over http, and rate limits that every worker counts for itself."""
    found: list[CheckMessage] = []
    if not (conf.options().ISSUER or "").startswith("https://"):
        found.append(Warning("OAUTHSITE['ISSUER'] is not an https address (RFC 8414 §2).", id="oauth_clients.W001"))
    backend = settings.CACHES["default"]["BACKEND"]
    if conf.options().RATE_LIMITS and backend.endswith(("LocMemCache", "DummyCache")):
        found.append(
            Warning(
                "Rate limits are counted in a cache that workers do not share.",
                hint="Use Redis (CACHE_URL), or set RATE_LIMITS to False behind a gateway that limits.",
                id="oauth_clients.W002",
            )
        )
    return found
