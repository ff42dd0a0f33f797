"""`OAUTHSITE = {...}`: the one setting by which a host steers both apps.

Every key, its type and its default stand in `Options`. Values are asked for at the moment of use
(`options().ISSUER`), so that tests and `override_settings` see their change at once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from typing import Any, get_type_hints

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from clients import catalogues

MINUTE, HOUR, DAY = 60, 3_600, 86_400
# RFC 8414 §2: neither query nor fragment. No user either: it stands before everybody.
ISSUER = re.compile(r"https?://[^\s/?#@\\\"<>]+(/[^\s?#\\\"<>]*)?")
RATE = re.compile(r"(\d+)/(\d*)([smhd])")  # "30/10m": 30 in ten minutes

HOOKS = ("USERINFO", "BEARER_AUTHENTICATION", "MAY_USE_PASSWORD_GRANT", "USER_OBJECTS")
RATES = {
    "registration": "30/10m",  # new clients per address
    "registration_all": "600/10m",  # new clients in all
    "api": "300/5m",  # calls of a protected API per token, or address without one
    "client_failures": "30/5m",  # failed client authentications per address and client
    "device": "60/10m",  # device authorizations that begin, per address
    "user_code": "5/10m",  # user codes of devices that a user mistypes
    "user_code_address": "20/10m",  # and those from one address
    "guesses_account_address": "10/15m",  # wrong passwords per account and address,
    "guesses_address": "50/15m",  # per address, whatever the accounts,
    "guesses_account": "100/h",  # and per account, from addresses its owner never used
    "v1_read": "5000/h",  # GET under /v1 per token,
    "v1_read_anonymous": "40/m",  # per address without one,
    "v1_write": "20/m",  # and everything else: the limits of pnut's documentation
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a host may set. Durations are seconds; `None` means "never" or "not set"."""

    # Who we are, and who stands before us
    ISSUER: str | None = None  # RFC 8414 §2; None: derived from the request
    SITE_NAME: str = "oauthsite"
    TRUSTED_PROXIES: int = 0  # reverse proxies in front; 0 believes no forwarded header
    BASE_TEMPLATE: str = "oauth_clients/base.html"  # what our pages extend
    PAGE_POLICY: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # sources that such a template needs more

    # Who may register
    OPEN_REGISTRATION: str = "open"  # open | authenticated | closed
    RESERVED_NAMES: tuple[str, ...] = ()  # client names nobody may take, besides SITE_NAME
    EXACT_REDIRECTS: bool = False  # RFC 9700 §4.1.3 for every client: no added query
    REQUIRE_PKCE: bool = False  # for clients with a secret too; always for those without

    # Scopes
    SCOPES: Mapping[str, catalogues.Scope] = field(default_factory=lambda: catalogues.ALL)
    DEFAULT_SCOPES: tuple[str, ...] = ("read",)
    FALLBACK_SCOPE: str = "basic"  # what every scope contains
    PROTECTED_RESOURCE_SCOPES: tuple[str, ...] = ("read", "profile")  # RFC 9728 §2

    # Lifetimes
    CODE_LIFETIME: int = 10 * MINUTE
    TOKEN_LIFETIME: int | None = None  # of clients that hold no refresh tokens
    IMPLICIT_TOKEN_LIFETIME: int | None = HOUR  # of tokens that travel through the browser
    REFRESHABLE_TOKEN_LIFETIME: int = HOUR  # of clients that do
    REFRESH_TOKEN_IDLE_LIFETIME: int | None = 90 * DAY
    REFRESH_TOKEN_ABSOLUTE_LIFETIME: int | None = 365 * DAY
    REFRESH_TOKEN_GRACE: int = 0  # how long a spent one still gives tokens, for clients that lost the answer
    DEVICE_CODE_LIFETIME: int = 15 * MINUTE
    DEVICE_POLL_INTERVAL: int = 5  # RFC 8628 §3.2
    LAST_USED_PRECISION: int = 5 * MINUTE  # how often a use is written down, at most

    # Values and limits
    VALUE_PREFIX: str = "oas"  # what secret scanners look for
    RATE_LIMITS: bool = True
    RATES: Mapping[str, str] = field(default_factory=dict)  # overrides of RATES above

    V1_PENALTY: int = 10 * MINUTE  # how long who went past a limit under /v1 waits (pnut's documentation)
    # Letters
    MAIL_IN_BACKGROUND: bool = True  # a thread per process; off: before the answer
    NOTIFY_AUTHORIZATIONS: bool = True  # users: an application got access to your account

    # What `oauth_cleanup` keeps, and for how long
    DEAD_TOKEN_RETENTION: int = 30 * DAY  # families that expired or were revoked
    SPENT_CODE_RETENTION: int = 90 * DAY  # codes, by which a replay is known while their family lives on
    EVENT_ADDRESS_RETENTION: int | None = 90 * DAY  # IP addresses in the history
    UNUSED_CLIENT_RETENTION: int | None = 30 * DAY  # registered by nobody, and never held a token

    # A resource server in another process, which asks an authorization server (tokens.remote)
    INTROSPECTION_URL: str = ""
    INTROSPECTION_CLIENT_ID: str = ""
    INTROSPECTION_CLIENT_SECRET: str = ""
    INTROSPECTION_TIMEOUT: int = 3
    INTROSPECTION_STALENESS: int = 10  # how long a revoked token may go on working there
    RESOURCE: str | None = None  # the URI of that resource (RFC 8707); None: its own origin

    # Hooks, as dotted paths
    USERINFO: str = ""  # (user, issuer) -> further claims of /oauth/userinfo: profile, picture
    BEARER_AUTHENTICATION: str = "tokens.authentication.BearerAuthentication"
    MAY_USE_PASSWORD_GRANT: str | None = None  # (user, *, client, request) -> bool, asked after a right password
    USER_OBJECTS: str = "clients.border.pnut.user_objects"  # (users, *, viewer, home) -> pnut's user objects

    def rate(self, scope: str) -> str:
        """The rate for `scope` as `count/period` ("30/10m")."""
        return self.RATES.get(scope) or RATES[scope]


def given() -> Mapping[str, Any]:
    """What the project wrote, unchecked; nothing, if that is no dictionary."""
    written = getattr(settings, "OAUTHSITE", {})
    return written if isinstance(written, Mapping) else {}


@cache
def options() -> Options:
    """The options in force. Unknown keys are left to the system check."""
    known = {f.name for f in fields(Options)}
    return Options(**{key: value for key, value in given().items() if key in known})


@receiver(setting_changed)
def forget(*, setting: str, **_: Any) -> None:
    """Read `OAUTHSITE` anew after it changed."""
    if setting == "OAUTHSITE":
        options.cache_clear()


def problems() -> list[str]:
    """What is wrong with the setting, one sentence each."""
    written = getattr(settings, "OAUTHSITE", {})
    if not isinstance(written, Mapping):
        return [f"It should be a dictionary, not {written!r}."]
    hints = get_type_hints(Options)
    found = []
    for key, value in written.items():
        if key not in hints:
            found.append(f"Unknown key {key!r}.{_near(key, hints)}")
        elif not _fits(value, hints[key]):
            found.append(f"{key} should be {_spell(hints[key])}, not {value!r}.")
    sought = (_issuer_problems, _policy_problems, _rate_problems, _scope_problems, _hook_problems)
    return found or [problem for look in sought for problem in look()]


def _issuer_problems() -> list[str]:
    issuer = options().ISSUER
    if issuer is None or ISSUER.fullmatch(issuer):
        return []
    return [f"ISSUER should be the address of this site, like 'https://example.org', not {issuer!r}."]


def _policy_problems() -> list[str]:
    if options().OPEN_REGISTRATION in ("open", "authenticated", "closed"):
        return []
    return ["OPEN_REGISTRATION should be 'open', 'authenticated' or 'closed'."]


def _rate_problems() -> Iterator[str]:
    for name, rate in options().RATES.items():
        if name not in RATES:
            yield f"RATES: there is no {name!r}.{_near(name, RATES)}"
        elif not RATE.fullmatch(str(rate)):
            yield f"RATES: {rate!r} is no rate like '30/10m'."


def _scope_problems() -> Iterator[str]:
    """A catalogue of the host's own, and the names of the one that ships: most often they were forgotten."""
    known: Mapping[str, Any] = options().SCOPES
    for name, entry in known.items():
        if not isinstance(entry, catalogues.Scope):
            yield f"SCOPES: {name!r} should be a clients.catalogues.Scope, not {entry!r}."
    for key in ("DEFAULT_SCOPES", "FALLBACK_SCOPE", "PROTECTED_RESOURCE_SCOPES"):
        names = getattr(options(), key)
        for name in (names,) if isinstance(names, str) else names:
            if known.keys().isdisjoint((name, name.partition(":")[0])):
                yield f"{key}: SCOPES does not describe {name!r}.{_near(name, known)}"


def _hook_problems() -> Iterator[str]:
    for key in HOOKS:
        if path := getattr(options(), key):
            try:
                import_string(path)
            except ImportError as error:
                yield f"{key}: {error}."


def _near(word: object, known: Iterable[str]) -> str:
    near = get_close_matches(str(word), known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _fits(value: object, hint: Any) -> bool:
    """Whether `value` has the annotated type; `int` does not admit `True`."""
    kinds = getattr(hint, "__args__", (hint,)) if type(hint).__name__ == "UnionType" else (hint,)
    plain = tuple(getattr(kind, "__origin__", kind) for kind in kinds)
    if isinstance(value, bool) and bool not in plain:
        return False
    return isinstance(value, (*plain, list) if tuple in plain else plain)


def _spell(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint)) if isinstance(hint, type) else str(hint)
