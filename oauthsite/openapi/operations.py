"""What each endpoint is for, what it takes, and every status it answers with.

The paths are those of `urls`, without a slash at their end (all of them answer with one too).
"""

from __future__ import annotations

from oauthsite.openapi.operation import (
    CLIENT_BODY,
    FORM,
    JSON,
    MASTODON,
    MASTODON_PAGING,
    NONE,
    PAGING,
    PNUT_TOKEN_BODY,
    RFC,
    TOKEN_BODY,
    Operation,
    accounts,
    document,
    instance,
    page,
    pnut,
    relationship,
    token,
)
from oauthsite.openapi.schemas import TEXT, TEXTS, WHOLE, listed, ref, thing

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("/oauth/token", "POST"): token(TOKEN_BODY, "Token"),
    ("/oauth/access_token", "POST"): token(PNUT_TOKEN_BODY, "PnutTokenAnswer"),
    ("/v1/oauth/access_token", "POST"): token(PNUT_TOKEN_BODY, "PnutTokenAnswer"),
    ("/oauth/revoke", "POST"): Operation(
        "tokens",
        "End a token of one's own (RFC 7009)",
        NONE,
        RFC,
        (403,),
        body=thing(**CLIENT_BODY, token_=TEXT, token_type_hint_=TEXT),
        security=("client",),
    ),
    ("/oauth/introspect", "POST"): Operation(
        "tokens",
        "What a token is worth (RFC 7662)",
        ref("Introspection"),
        RFC,
        body=thing(**CLIENT_BODY, token_=TEXT, token_type_hint_=TEXT),
        media=(FORM,),
        security=("client",),
    ),
    ("/oauth/userinfo", "GET"): Operation(
        "tokens", "Who the user of a token is", ref("UserInfo"), RFC, (403,), security=("bearer",)
    ),
    ("/oauth/userinfo", "POST"): Operation(
        "tokens", "Who the user of a token is", ref("UserInfo"), RFC, (403,), body=NONE, security=("bearer",)
    ),
    ("/oauth/device_authorization", "POST"): Operation(
        "tokens",
        "Begin the authorization of a device (RFC 8628)",
        ref("DeviceAuthorization"),
        RFC,
        body=thing(**CLIENT_BODY, scope_=TEXT, token_group_=TEXT),
        media=(FORM,),
        security=("client",),
    ),
    ("/oauth/register", "POST"): Operation(
        "clients",
        "Register a client (RFC 7591)",
        ref("Registered"),
        RFC,
        (403,),
        status=201,
        body=ref("Registration"),
        media=(JSON,),
    ),
    ("/oauth/register/{client_id}", "GET"): Operation(
        "clients", "A client reads its registration (RFC 7592)", ref("Registered"), RFC, security=("bearer",)
    ),
    ("/oauth/register/{client_id}", "PUT"): Operation(
        "clients",
        "A client replaces its registration",
        ref("Registered"),
        RFC,
        (403,),
        body=ref("Registration"),
        media=(JSON,),
        security=("bearer",),
    ),
    ("/oauth/register/{client_id}", "DELETE"): Operation(
        "clients", "A client removes itself, and every token with it", NONE, RFC, status=204, security=("bearer",)
    ),
    ("/oauth/authorize", "GET"): page("The consent page, always"),
    ("/oauth/authenticate", "GET"): page("The consent page, unless all of it is granted already"),
    ("/api/v1/apps", "POST"): Operation(
        "clients",
        "Register a client, as Mastodon's programs do",
        ref("CredentialApplication"),
        MASTODON,
        (403, 422),
        body=thing(client_name_=TEXT, redirect_uris_=TEXT, scopes_=TEXT, website_=TEXT),
    ),
    ("/api/v1/apps/verify_credentials", "GET"): Operation(
        "clients", "The client of a token", ref("Application"), MASTODON, security=("bearer",)
    ),
    ("/api/v1/accounts/verify_credentials", "GET"): Operation(
        "accounts", "The account of a token", ref("CredentialAccount"), MASTODON, (403, 422), security=("bearer",)
    ),
    ("/api/v1/accounts/relationships", "GET"): Operation(
        "accounts",
        "What stands between one and others",
        listed("Relationship"),
        MASTODON,
        (403, 422),
        query={"id": TEXTS},
        security=("bearer",),
    ),
    ("/api/v1/accounts/lookup", "GET"): Operation(
        "accounts", "An account by its name", ref("Account"), MASTODON, (403, 404), query={"acct": TEXT}
    ),
    ("/api/v1/accounts/search", "GET"): accounts(
        "Accounts by words", {"q": TEXT, "limit": WHOLE, "offset": WHOLE, "following": TEXT}
    ),
    ("/api/v2/search", "GET"): Operation(
        "accounts",
        "Everything by words; here that is accounts",
        ref("Search"),
        MASTODON,
        (403,),
        query={"q": TEXT, "type": TEXT, "limit": WHOLE, "offset": WHOLE},
    ),
    ("/api/v1/accounts/{key}", "GET"): Operation(
        "accounts", "An account", ref("Account"), MASTODON, (403, 404), security=("bearer",)
    ),
    ("/api/v1/accounts/{key}/following", "GET"): accounts("Whom it follows", MASTODON_PAGING),
    ("/api/v1/accounts/{key}/followers", "GET"): accounts("Who follows it", MASTODON_PAGING),
    ("/api/v1/accounts/{key}/follow", "POST"): relationship("Follow it"),
    ("/api/v1/accounts/{key}/unfollow", "POST"): relationship("Follow it no longer"),
    ("/api/v1/instance", "GET"): instance("The site, as Mastodon's older programs ask"),
    ("/api/v2/instance", "GET"): instance("The site, as Mastodon's programs ask"),
    ("/.well-known/nodeinfo", "GET"): document("Where nodeinfo is"),
    ("/nodeinfo/2.0", "GET"): document("Nodeinfo"),
    ("/.well-known/oauth-authorization-server", "GET"): document("RFC 8414", "ServerMetadata"),
    ("/.well-known/oauth-protected-resource", "GET"): document("RFC 9728", "ResourceMetadata"),
    ("/v1/token", "GET"): pnut("tokens", "The token itself", ref("PnutToken")),
    ("/v1/token", "DELETE"): pnut("tokens", "End exactly this token", ref("PnutToken")),
    ("/v1/apps/me/users/ids", "GET"): pnut("tokens", "Who authorized this client", TEXTS, is_list=True),
    ("/v1/apps/me/users/tokens", "GET"): pnut(
        "tokens", "What they authorized; all, or a page", listed("PnutToken"), is_list=True, query=PAGING
    ),
    ("/v1/clients/{client_id}", "GET"): pnut("clients", "A client for everyone", ref("PnutClientInFull")),
    ("/v1/users/{user}/clients", "GET"): pnut(
        "clients", "A user's clients for everyone", listed("PnutClient"), is_list=True, query=PAGING
    ),
    ("/v1/users/{user}", "GET"): pnut("users", "A user", ref("PnutUser")),
    ("/v1/users/{user}/following", "GET"): pnut(
        "users", "Whom the user follows", listed("PnutUser"), is_list=True, query=PAGING
    ),
    ("/v1/users/{user}/followers", "GET"): pnut(
        "users", "Who follows the user", listed("PnutUser"), is_list=True, query=PAGING
    ),
    ("/v1/users/{user}/follow", "PUT"): pnut("users", "Follow the user", ref("PnutUser")),
    ("/v1/users/{user}/follow", "DELETE"): pnut("users", "Follow the user no longer", ref("PnutUser")),
}
PAGES = ("/oauth/authorize", "/oauth/authenticate")  # no REST views: they are not enumerated
