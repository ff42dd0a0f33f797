"""System checks: what a host forgot, told once and with the lines to paste."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve, reverse

from clients import conf
from clients.system import swapping

# Where programs written for any server look, whatever the metadata say (RFC 8414 §3, RFC 9728 §3; Mastodon, pnut).
WELL_KNOWN = {
    "oauth_tokens:authorization_server": "/.well-known/oauth-authorization-server",
    "oauth_tokens:protected_resource": "/.well-known/oauth-protected-resource",
    "oauth_tokens:authorize": "/oauth/authorize",
    "oauth_tokens:token": "/oauth/token",
    "oauth_clients:apps": "/api/v1/apps",
}


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


@register()
def programs_find_their_way(**_: Any) -> list[CheckMessage]:
    """W006: endpoints that are not where programs look for them, or behind a route that takes them first."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    lost = [path for route, path in WELL_KNOWN.items() if _is_routed(route) and not _leads_to(route, path)]
    if not lost:
        return []
    return [
        Warning(
            f"Programs ask for {', '.join(lost)}, and these paths do not lead to the endpoints of these apps.",
            hint=(
                'Include clients.urls and tokens.urls at the root of your site: path("", include(...)), outside of '
                "i18n_patterns, and before any route that takes every path."
            ),
            id="oauth_clients.W006",
        )
    ]


@register()
def people_find_the_login(**_: Any) -> list[CheckMessage]:
    """W008: pages that ask for a login, which nobody finds."""
    if not getattr(settings, "ROOT_URLCONF", None) or not _is_routed("oauth_tokens:authorize"):
        return []
    address = urlsplit(resolve_url(settings.LOGIN_URL))
    path = "/" + address.path.removeprefix(get_script_prefix())
    # As it is, with the slash or the language that Django's middleware may add.
    if address.netloc or any(map(_leads_somewhere, (path, f"{path}/", f"/{settings.LANGUAGE_CODE}{path}"))):
        return []
    return [
        Warning(
            f"Whoever is not logged in is sent to LOGIN_URL ({address.path}), and nothing is there.",
            hint='Name your login in LOGIN_URL, or: path("accounts/", include("django.contrib.auth.urls")).',
            id="oauth_clients.W008",
        )
    ]


def _leads_somewhere(path: str) -> bool:
    try:
        return bool(resolve(path))
    except Resolver404:
        return False


def _is_routed(route: str) -> bool:
    try:
        return bool(reverse(route))
    except NoReverseMatch:  # a resource server leaves them to another process
        return False


def _leads_to(route: str, path: str) -> bool:
    try:
        return resolve(path).view_name == route
    except Resolver404:
        return False


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
