"""The shapes of what is sent and answered (JSON Schema, as OpenAPI 3.0 speaks it)."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
YES: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": TEXT}
URL: Schema = {"type": "string", "format": "uri"}


def ref(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(name: str) -> Schema:
    """A list of them."""
    return {"type": "array", "items": ref(name)}


def maybe(schema: Schema) -> Schema:
    """It, or null."""
    return {**schema, "nullable": True} if "$ref" not in schema else {"allOf": [schema], "nullable": True}


def thing(**properties: Schema) -> Schema:
    """An object in which all of these stand. What may be missing ends with an underscore here."""
    required = [name for name in properties if not name.endswith("_")]
    found: Schema = {
        "type": "object",
        "properties": {name.removesuffix("_"): schema for name, schema in properties.items()},
    }
    return found | ({"required": required} if required else {})


def enveloped(data: Schema, **meta: Schema) -> Schema:
    """pnut's answer."""
    return thing(meta=thing(code=WHOLE, **meta), data=data)


PAGE = {"more": YES, "min_id": maybe(TEXT), "max_id": maybe(TEXT)}
OTHERS: Schema = {"type": "object", "additionalProperties": True}

_APPLICATION = {
    "id": TEXT,
    "name": TEXT,
    "website": maybe(TEXT),
    "scopes": TEXTS,
    "redirect_uri": TEXT,
    "redirect_uris": TEXTS,
}
_ACCOUNT = {
    **dict.fromkeys("id username acct display_name created_at note url uri avatar header".split(), TEXT),
    **dict.fromkeys("locked bot".split(), YES),
    **dict.fromkeys("followers_count following_count statuses_count".split(), WHOLE),
}
_CLIENT = {"id": TEXT, "name": TEXT, "url": maybe(TEXT)}
_USER = {
    **dict.fromkeys("id username name type created_at".split(), TEXT),
    "content_": OTHERS,
    "counts_": {"type": "object", "additionalProperties": WHOLE},
    "pagination_id_": TEXT,
    **dict.fromkeys("follows_you_ you_follow_ you_can_follow_ you_blocked_ you_muted_".split(), YES),
}
_TOKEN = {
    "app": ref("PnutClient"),
    "scopes": TEXTS,
    "user_": ref("PnutUser"),
    "email_": TEXT,
    "storage_": OTHERS,
    "pagination_id_": TEXT,
}
_REGISTRATION = {
    "client_name_": TEXT,
    "client_uri_": TEXT,
    "redirect_uris_": TEXTS,
    "scope_": TEXT,
    "grant_types_": TEXTS,
    "response_types_": TEXTS,
    "token_endpoint_auth_method_": TEXT,
}

SCHEMAS: dict[str, Schema] = {
    # Errors
    "Error": thing(error=TEXT, error_description=TEXT, error_uri_=TEXT),
    "MastodonError": thing(error=TEXT),
    "PnutError": thing(meta=thing(code=WHOLE, error_message=TEXT, retry_in_=WHOLE)),
    # Tokens
    "Token": thing(
        access_token=TEXT,
        token_type={"type": "string", "enum": ["Bearer"]},
        scope=TEXT,
        created_at=WHOLE,
        expires_in_=WHOLE,
        refresh_token_=TEXT,
    ),
    "PnutToken": thing(**_TOKEN),
    "PnutTokenAnswer": thing(
        access_token=TEXT,
        token=ref("PnutToken"),
        user_id_=TEXT,
        username_=TEXT,
        expires_in_=WHOLE,
        refresh_token_=TEXT,
    ),
    "Introspection": thing(
        active=YES,
        **dict.fromkeys("scope_ client_id_ token_type_ sub_ username_ iss_".split(), TEXT),
        **dict.fromkeys("exp_ iat_".split(), WHOLE),
        aud_=TEXTS,
    ),
    "UserInfo": thing(sub=TEXT, iss=TEXT, name_=TEXT, preferred_username_=TEXT, profile_=URL, picture_=URL),
    "DeviceAuthorization": thing(
        device_code=TEXT,
        user_code=TEXT,
        verification_uri=URL,
        verification_uri_complete=URL,
        expires_in=WHOLE,
        interval=WHOLE,
    ),
    # Clients
    "Application": thing(**_APPLICATION),
    "CredentialApplication": thing(
        **_APPLICATION, client_id=TEXT, client_secret=maybe(TEXT), client_secret_expires_at=WHOLE
    ),
    "PnutClient": thing(**_CLIENT, pagination_id_=TEXT),
    "PnutClientInFull": thing(**_CLIENT, created_at=TEXT, user=maybe(ref("PnutUser"))),
    "Registration": thing(**_REGISTRATION),
    "Registered": thing(
        client_id=TEXT,
        client_id_issued_at=WHOLE,
        registration_client_uri=URL,
        registration_access_token_=TEXT,
        client_secret_=TEXT,
        client_secret_expires_at_=WHOLE,
        **_REGISTRATION,
    ),
    # People
    "Account": thing(**_ACCOUNT),
    "CredentialAccount": thing(**_ACCOUNT, source=OTHERS),
    "Relationship": thing(id=TEXT, following=YES, followed_by=YES, requested=YES, blocking=YES, muting=YES),
    "Search": thing(accounts=listed("Account"), statuses=TEXTS, hashtags=TEXTS),
    "PnutUser": thing(**_USER),
    # Documents
    "ServerMetadata": {
        **thing(issuer=URL, token_endpoint=URL, response_types_supported=TEXTS, grant_types_supported=TEXTS),
        "additionalProperties": True,
    },
    "ResourceMetadata": thing(
        resource=URL,
        authorization_servers=TEXTS,
        scopes_supported=TEXTS,
        bearer_methods_supported=TEXTS,
        resource_name=TEXT,
    ),
    "Document": OTHERS,
}

SECURITY: dict[str, Schema] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token (RFC 6750)."},
    "client": {
        "type": "http",
        "scheme": "basic",
        "description": "Client id and secret (RFC 6749 §2.3.1), or both in the body.",
    },
}

RESPONSES: dict[str, Schema] = {
    name: {"description": "Refused, and why", "content": {"application/json": {"schema": ref(name)}}}
    for name in ("Error", "MastodonError", "PnutError")
}
