"""What a rule may answer instead of a result.

Each error carries its own answer: an RFC 6749 §5.2 code, an HTTP status and a sentence. The border
(`clients.border.answers`) writes it in the dialect of the path.
"""

from collections.abc import Mapping


class OAuthError(Exception):
    """A refusal with an answer of its own."""

    code = "invalid_request"
    status = 400
    description = "The request is not acceptable."

    def __init__(self, description: str | None = None, *, headers: Mapping[str, str] | None = None) -> None:
        self.description = str(description or self.description)
        self.headers = dict(headers or {})
        super().__init__(self.description)


class InvalidRequest(OAuthError):
    """RFC 6749 §5.2: a parameter is missing, repeated or malformed."""


class InvalidClient(OAuthError):
    """RFC 6749 §5.2: client authentication failed."""

    code = "invalid_client"
    status = 401
    description = "Client authentication failed: unknown client, or wrong or missing secret."


class InvalidGrant(OAuthError):
    """RFC 6749 §5.2: the code or token is spent, expired, revoked or somebody else's."""

    code = "invalid_grant"
    description = "The grant is invalid, expired, revoked, already used or was issued to another client."


class UnauthorizedClient(OAuthError):
    """RFC 6749 §5.2: this client may not do this."""

    code = "unauthorized_client"
    description = "This client may not use this grant type."


class SuspendedClient(UnauthorizedClient):
    """The administrators suspended the client: none of its tokens work."""

    description = "This client is suspended by the administrators of this site."


class AccessDenied(OAuthError):
    """RFC 6749 §4.1.2.1: the resource owner, or a rule, said no."""

    code = "access_denied"
    description = "The resource owner denied the request."


class OwnerOnly(AccessDenied):
    """The client's audience is its owner."""

    description = "Only the owner of this client may authorize it."


class InvalidScope(OAuthError):
    """RFC 6749 §3.3."""

    code = "invalid_scope"
    description = "A requested scope is unknown, malformed or beyond what the client registered."


class InvalidToken(OAuthError):
    """RFC 6750 §3.1."""

    code = "invalid_token"
    status = 401
    description = "The access token is invalid."


class TooManyRequests(OAuthError):
    """RFC 6585 §4. `wait` is in seconds."""

    code = "temporarily_unavailable"
    status = 429
    description = "Too many requests. Try again later."

    def __init__(self, wait: float) -> None:
        super().__init__(headers={"Retry-After": str(max(1, round(wait)))})


class RegistrationClosed(OAuthError):
    """`OPEN_REGISTRATION` is `closed`."""

    code = "access_denied"
    status = 403
    description = "Registration of clients is closed on this site."


class LoginRequired(OAuthError):
    """`OPEN_REGISTRATION` is `authenticated` and no live user token came along."""

    code = "invalid_token"
    status = 401
    description = "This method requires an authenticated user"


class Invalid(OAuthError):
    """What was sent for a client cannot be stored; `reasons` says why, field by field."""

    code = "invalid_client_metadata"  # RFC 7591 §3.2.2
    status = 422

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        super().__init__(" ".join(self.reasons.values()))


class OneClientOnly(Invalid):
    """The user already has the one client that only they can authorize."""

    def __init__(self) -> None:
        super().__init__(
            {"client": "You already have a client that only you can authorize. Edit or delete that one first."}
        )
