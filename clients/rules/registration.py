"""The rule by which programs become clients (RFC 7591 §2; surface of POST /api/v1/apps)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import get_application_model

from clients import events, redirects, scopes, signals, text, values
from clients.conf import options
from clients.errors import Invalid, InvalidScope, LoginRequired, OneClientOnly, RegistrationClosed

if TYPE_CHECKING:
    from clients.models import Client

LONGEST_WEBSITE = 2_000


@dataclass(frozen=True)
class Registered:
    """A new client, and its secret: the only time the secret is seen. Public clients have none."""

    client: Client
    secret: str | None


@dataclass(frozen=True, kw_only=True)
class Face:
    """What a client tells about itself, checked: what users see and consent to."""

    name: str
    website: str
    redirect_uris: str
    scopes: str


def admit(user: Any) -> None:
    """Nothing, if the site's policy lets `user` (None: nobody) register a client over the API.

    Raises RegistrationClosed or LoginRequired.
    """
    policy = options().OPEN_REGISTRATION
    if policy == "closed":
        raise RegistrationClosed
    if policy == "authenticated" and user is None:
        raise LoginRequired


def register(
    *,
    name: str,
    redirect_uris: Sequence[str],
    scope: str = "",
    website: str = "",
    owner: Any = None,
    actor: Any = None,
    source: str,
    ip_address: str | None = None,
    is_public: bool = False,
    grant_types: Iterable[str] | None = None,
    redirects_needed: bool = True,
    **columns: Any,
) -> Registered:
    """Create a client. With an owner only they may authorize it; without one, everyone.

    `actor` is who does it, if not the owner. Raises Invalid with a reason per field, or OneClientOnly.
    """
    model = get_application_model()
    face = check_face(
        name=name,
        redirect_uris=redirect_uris,
        scope=scope,
        website=website,
        owned=owner is not None,
        redirects_needed=redirects_needed,
    )
    secret = None if is_public else values.generate(values.Kind.CLIENT_SECRET)
    client = model(
        **vars(face),
        **columns,
        user=owner,
        audience=model.Audience.OWNER if owner else model.Audience.EVERYONE,
        registration_source=source,
        client_type=model.CLIENT_PUBLIC if is_public else model.CLIENT_CONFIDENTIAL,
        client_secret=values.store(secret) if secret else "",
        secret_created_at=timezone.now() if secret else None,
    )
    if grant_types is not None:
        client.grant_types = " ".join(grant_types)
    if owner and not may_have_more(owner):
        client.own_use_of = owner
        if not may_create(owner):
            raise OneClientOnly
    _insert(client, actor=actor or owner, ip_address=ip_address)
    return Registered(client, secret)


def may_have_more(user: Any) -> bool:
    """Whether the user may have more than the one client that only they can authorize."""
    return bool(user.has_perm("oauth_clients.add_public_client"))


def may_create(user: Any) -> bool:
    """Whether the user may create a client now: the first of their own, or further ones."""
    return may_have_more(user) or not get_application_model().objects.owned_by(user).restricted_to_owner().exists()


def check_face(
    *,
    name: str,
    redirect_uris: Sequence[str],
    scope: str,
    website: str,
    owned: bool,
    redirects_needed: bool = True,
) -> Face:
    """What a client tells about itself, brought to the form in which it is stored.

    A client that uses no flow with a redirect (RFC 7591 §2) needs no redirect URI.
    Raises Invalid with one reason for each field that breaks a rule.
    """
    reasons: dict[str, str] = {}

    def checked(field: str, rule: Callable[[], str]) -> str:
        try:
            return rule()
        except InvalidScope:
            reasons[field] = _("doesn't match configured on the server.")  # Mastodon's words
        except ValueError as error:
            reasons[field] = str(error)
        return ""

    face = Face(
        name=checked("name", lambda: text.client_name(name)),
        website=checked("website", lambda: check_website(website)),
        redirect_uris=checked("redirect_uris", lambda: check_redirect_uris(redirect_uris, needed=redirects_needed)),
        scopes=checked("scopes", lambda: " ".join(scopes.registrable(scope, owned=owned))),
    )
    if reasons:
        raise Invalid(reasons)
    return face


def check_redirect_uris(uris: Sequence[str], *, needed: bool = True) -> str:
    """The redirect URIs as their column holds them. Raises ValueError with the reason."""
    wanted = list(dict.fromkeys(uris))
    if needed and not wanted:
        raise ValueError(_("can't be blank"))
    if len(wanted) > redirects.MOST:
        raise ValueError(_("are too many (maximum is %(count)d)") % {"count": redirects.MOST})
    for uri in wanted:
        redirects.check(uri)
    return "\n".join(wanted)


def check_website(url: str) -> str:
    """The website. Raises ValueError unless it is empty or an http(s) address."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        redirects.check(url.partition("#")[0])
        is_web = parts.scheme in ("http", "https") and len(url) <= LONGEST_WEBSITE
    except ValueError:
        is_web = False
    if not is_web or not redirects.CHARACTERS.fullmatch(url.replace("#", "", 1)):
        raise ValueError(_("must be a valid URL"))
    return url


def _insert(client: Client, *, actor: Any, ip_address: str | None) -> None:
    """Write the client and its first event. The database decides who was first (own_use_of)."""
    try:
        with transaction.atomic():
            client.save(force_insert=True)
            events.record(
                events.Act.CLIENT_REGISTERED,
                actor=actor,
                subject=client.user,
                client=client,
                ip_address=ip_address,
                source=client.registration_source,
            )
            transaction.on_commit(
                lambda: signals.client_created.send_robust(sender=type(client), client=client, actor=actor)
            )
    except IntegrityError as error:
        if client.own_use_of_id is None:
            raise
        raise OneClientOnly from error
