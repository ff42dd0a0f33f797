"""The issuer: the one name by which this authorization server calls itself (RFC 8414 §2)."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from clients.conf import options


def issuer(request: HttpRequest) -> str:
    """The configured issuer; without one, the request's own origin. Never with a slash at its end."""
    return (options().ISSUER or f"{request.scheme}://{request.get_host()}").rstrip("/")


def origin_of(uri: str) -> str:
    """Scheme and authority of a URI, in lower case; nothing of nothing."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}".lower() if uri else ""


def address(issuer: str, route: str, *arguments: str) -> str:
    """The URL of an endpoint, under the issuer's origin. Raises NoReverseMatch if the host does not route it."""
    return origin_of(issuer) + reverse(route, args=arguments)


def address_or_none(issuer: str, route: str) -> str | None:
    """The URL of an endpoint; None if the host does not route it."""
    try:
        return address(issuer, route)
    except NoReverseMatch:
        return None


def usual_address(issuer: str, route: str, path: str) -> str:
    """The URL of an endpoint that another process may route: there it is expected under the issuer, at `path`."""
    return address_or_none(issuer, route) or issuer + path


def challenge(issuer: str) -> str:
    """RFC 6750 §3, with the way to the authorization server (RFC 9728 §5.1)."""
    document = usual_address(issuer, "oauth_tokens:protected_resource", "/.well-known/oauth-protected-resource")
    return f'Bearer error="invalid_token", resource_metadata="{document}"'
