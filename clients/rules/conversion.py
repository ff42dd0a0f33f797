"""The rule that says what an application of plain django-oauth-toolkit becomes here, and what it loses by that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from oauth2_provider.models import AbstractApplication, get_application_model

from clients import redirects, scopes, text, values
from clients.models import CLIENT_CREDENTIALS, CODE, DEVICE, REFRESH

if TYPE_CHECKING:
    from clients.models import Client

# The toolkit gave a refresh token with every token of a user but the implicit flow's.
GRANT_TYPES = {
    AbstractApplication.GRANT_AUTHORIZATION_CODE: f"{CODE} {REFRESH}",
    AbstractApplication.GRANT_OPENID_HYBRID: f"{CODE} {REFRESH}",
    AbstractApplication.GRANT_DEVICE_CODE: f"{DEVICE} {REFRESH}",
    AbstractApplication.GRANT_PASSWORD: REFRESH,
    AbstractApplication.GRANT_CLIENT_CREDENTIALS: CLIENT_CREDENTIALS,
    AbstractApplication.GRANT_IMPLICIT: "",
}
OF_THE_BROWSER = (
    AbstractApplication.GRANT_AUTHORIZATION_CODE,
    AbstractApplication.GRANT_OPENID_HYBRID,
    AbstractApplication.GRANT_IMPLICIT,
)


def as_client(row: Any, scope: Sequence[str]) -> tuple[Client | None, list[str]]:
    """The client that an application becomes, and what is to be said about it. None: it could not be authorized."""
    grant, owned = row.authorization_grant_type, row.user_id is not None
    uris, notes = _judged_uris(row)
    if grant in OF_THE_BROWSER and not uris:
        return None, [*notes, "left out, since it has no redirect URI that may be registered here"]
    name, renamed = _name(row)
    notes += renamed + _remarks(row, owned=owned)
    model = get_application_model()
    is_public = row.client_type == model.CLIENT_PUBLIC
    entries = {name: scopes.describe(name) for name in scope}
    return model(
        client_id=row.client_id,
        name=name,
        user_id=row.user_id,
        audience=model.Audience.EVERYONE,
        client_type=row.client_type,
        client_secret="" if is_public else _secret(row),
        secret_created_at=None if is_public else row.created,
        redirect_uris="\n".join(uris),
        authorization_grant_type=grant,
        grant_types=GRANT_TYPES.get(grant, ""),
        implicit_allowed=grant == model.GRANT_IMPLICIT,
        registration_source=model.Source.DCR if row.registration_source == model.Source.DCR else model.Source.MANUAL,
        scopes=" ".join(name for name, entry in entries.items() if entry and (owned or not entry.restricted)),
    ), notes


def _secret(row: Any) -> str:
    """The secret as our column holds it: a hash as it is, which is rewritten when it is first used."""
    is_hash = row.hash_client_secret and values.is_stored(row.client_secret)
    return str(row.client_secret) if is_hash or not row.client_secret else values.store(row.client_secret)


def _judged_uris(row: Any) -> tuple[list[str], list[str]]:
    """The redirect URIs that may be registered here, and a note about each other one."""
    kept, notes = [], []
    for uri in dict.fromkeys(redirects.split(row.redirect_uris)):
        try:
            redirects.check(uri)
            kept.append(uri)
        except ValueError as error:
            notes.append(f"redirect URI {uri[:200]!r} left out: it {error}")
    return kept, notes


def _name(row: Any) -> tuple[str, list[str]]:
    """A name that may be registered here."""
    try:
        return text.client_name(row.name), []
    except ValueError as error:
        name = f"Application {row.pk}"
        return name, [f"called {name!r}, since its name {error}"]


def _remarks(row: Any, *, owned: bool) -> list[str]:
    """What does not go on as it was."""
    grant, is_public = row.authorization_grant_type, row.client_type == AbstractApplication.CLIENT_PUBLIC
    is_app_only = grant == AbstractApplication.GRANT_CLIENT_CREDENTIALS
    owner = "" if owned else ", and it needs an owner"
    said = {
        "asks people for consent, which it skipped before": row.skip_authorization,
        f"an administrator has to allow the password flow{owner}": grant == AbstractApplication.GRANT_PASSWORD,
        "may not use the implicit flow without an owner": grant == AbstractApplication.GRANT_IMPLICIT and not owned,
        "gets no app tokens, since it has no secret": is_app_only and is_public,
        "gets no ID tokens": grant == AbstractApplication.GRANT_OPENID_HYBRID or bool(row.algorithm),
        "uses a grant type that is not known here": grant not in GRANT_TYPES,
    }
    return [remark for remark, applies in said.items() if applies]
