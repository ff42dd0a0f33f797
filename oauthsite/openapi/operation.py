"""One operation of the document, and the kinds in which they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from oauthsite.openapi.schemas import PAGE, TEXT, WHOLE, Schema, enveloped, listed, ref, thing

FORM, PARTS, JSON, HTML = (
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json",
    "text/html",
)
ANY_BODY = (FORM, PARTS, JSON)
NONE: Schema = thing()

RFC = ("Error", (400, 401, 405, 429, 503))
MASTODON = ("MastodonError", (400, 401, 405, 429, 503))
PNUT = ("PnutError", (400, 401, 403, 404, 405, 429, 503))


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    tag: str
    summary: str
    answer: Schema
    errors: tuple[str, tuple[int, ...]]
    more: tuple[int, ...] = ()  # further statuses of the same kind
    status: int = 200
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    media: tuple[str, ...] = ANY_BODY
    security: tuple[str, ...] = ()
    media_answer: str = JSON


CLIENT_BODY = {"client_id_": TEXT, "client_secret_": TEXT}
TOKEN_BODY = thing(
    grant_type=TEXT,
    **CLIENT_BODY,
    **dict.fromkeys(
        (
            "code_ redirect_uri_ code_verifier_ refresh_token_ device_code_ username_ password_ scope_ token_group_"
        ).split(),
        TEXT,
    ),
)
PNUT_TOKEN_BODY = {
    **TOKEN_BODY,
    "properties": {**TOKEN_BODY["properties"], "password_grant_secret": TEXT},
}
PAGING: Mapping[str, Schema] = {"before_id": TEXT, "since_id": TEXT, "count": WHOLE}
MASTODON_PAGING: Mapping[str, Schema] = {"limit": WHOLE, "max_id": TEXT, "since_id": TEXT, "min_id": TEXT}
AUTHORIZATION: Mapping[str, Schema] = dict.fromkeys(
    (
        "client_id redirect_uri response_type scope state code_challenge code_challenge_method token_group resource"
        " response_mode simple_login force_login lang"
    ).split(),
    TEXT,
)


def token(body: Schema, answer: str) -> Operation:
    return Operation("tokens", "Exchange a grant for tokens", ref(answer), RFC, body=body, security=("client",))


def accounts(summary: str, query: Mapping[str, Schema]) -> Operation:
    return Operation("accounts", summary, listed("Account"), MASTODON, (403, 404), query=query, security=("bearer",))


def relationship(summary: str) -> Operation:
    return Operation(
        "accounts", summary, ref("Relationship"), MASTODON, (403, 404, 422), body=NONE, security=("bearer",)
    )


def document(summary: str, answer: str = "Document") -> Operation:
    return Operation("documents", summary, ref(answer), RFC)


def instance(summary: str) -> Operation:
    return Operation("documents", summary, ref("Document"), MASTODON)


def pnut(
    tag: str, summary: str, data: Schema, *, is_list: bool = False, query: Mapping[str, Schema] | None = None
) -> Operation:
    meta = PAGE if is_list else {}
    return Operation(tag, summary, enveloped(data, **meta), PNUT, query=query or {}, security=("bearer",))


def page(summary: str) -> Operation:
    return Operation(
        "authorization", summary, TEXT, ("Error", ()), query=AUTHORIZATION, media_answer=HTML, more=(400, 429)
    )
