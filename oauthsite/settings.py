"""The settings of the reference site, safe for production unless the environment says otherwise.

Everything that differs between two deployments comes from the environment; `.env.example` lists it.
"""

from pathlib import Path

import environ
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from oauthsite import environment
from oauthsite.openapi import schemas

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
# Installed from a wheel there is no checkout: what the site writes then goes where it was started.
BASE_DIR = CHECKOUT if (CHECKOUT / "manage.py").exists() else Path.cwd()

env = environ.Env()
# What is in the environment already wins over the file. ENV_FILE names another one; empty, none is read.
env_file = env.str("ENV_FILE", default=str(BASE_DIR / ".env"))
if Path(env_file).is_file():
    env.read_env(env_file)


def given(name: str, default: str = "") -> str:
    """What the environment says; an empty value is as good as none."""
    return env.str(name, default="").strip() or default


# ---------------------------------------------------------------- who we are

DEBUG = environment.flag("DEBUG", given("DEBUG"), default=False)

SECRET_KEY = given("SECRET_KEY")
ISSUER = environment.issuer(given("ISSUER"))
if not DEBUG:
    environment.required(
        "SECRET_KEY",
        SECRET_KEY,
        why="without DEBUG the site does not start with a key that others could know",
    )
    environment.required(
        "ISSUER",
        ISSUER or "",
        why="without DEBUG the site does not take its own name from whatever host a request names",
    )
elif not SECRET_KEY:
    SECRET_KEY = get_random_secret_key()  # sessions end with this process

ALLOWED_HOSTS = environment.words(given("ALLOWED_HOSTS")) or environment.host_of(ISSUER)
CSRF_TRUSTED_ORIGINS = environment.words(given("CSRF_TRUSTED_ORIGINS"))
TRUSTED_PROXIES = environment.count("TRUSTED_PROXIES", given("TRUSTED_PROXIES"))

OAUTHSITE = {
    "ISSUER": ISSUER,
    "TRUSTED_PROXIES": TRUSTED_PROXIES,
    "OPEN_REGISTRATION": environment.one_of(
        "OPEN_REGISTRATION", given("OPEN_REGISTRATION"), ("open", "authenticated", "closed")
    ),
    "RATE_LIMITS": environment.flag("RATE_LIMITS", given("RATE_LIMITS"), default=True),
    "USERINFO": "oauthsite.demo.entities.userinfo",
    "USER_OBJECTS": "oauthsite.demo.pnut.user_objects",
}

# ---------------------------------------------------------------- what it is made of

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "corsheaders",
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "clients",
    "tokens",
    "oauthsite.demo",
]

MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",  # first, so that its headers are on errors too
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oauthsite.rate_limits.headers",
    "axes.middleware.AxesMiddleware",  # last: it turns what a login raised into an answer
]

ROOT_URLCONF = "oauthsite.urls"
WSGI_APPLICATION = "oauthsite.wsgi.application"
# Every path of ours answers with and without a slash at its end; Django's redirect would lose the body of a POST.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # In a checkout all templates lie in one folder; the wheel carries the site's own beside this module.
        "DIRS": [path for path in (CHECKOUT / "templates", PACKAGE / "templates") if path.is_dir()],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# ---------------------------------------------------------------- what it stands on

DATABASES = {
    "default": environment.database(
        environment.read(
            "DATABASE_URL",
            given("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}"),
            env.db_url_config,
            like="postgres://user:password@host:5432/name",
        )
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "KEY_PREFIX": "oauthsite",
        **environment.cache(
            environment.read(
                "CACHE_URL", given("CACHE_URL", "locmemcache://"), env.cache_url_config, like="redis://host:6379/0"
            )
        ),
    }
}

smtp_or_terminal = "consolemail://" if DEBUG else "smtp://localhost:25"
vars().update(
    environment.mail(
        environment.read("EMAIL_URL", given("EMAIL_URL", smtp_or_terminal), env.email_url_config, like="smtp://host:25")
    )
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = f"noreply@{(environment.host_of(ISSUER) or ['localhost'])[0]}"

# ---------------------------------------------------------------- people

LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/dev/"
LOGOUT_REDIRECT_URL = "/"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: who is locked out never reaches a password hash
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Name and address together: nobody locks somebody else out from afar.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "clients.border.addresses.client_ip"  # believes TRUSTED_PROXIES and no more
AXES_FAILURE_LIMIT = 20  # behind our own counters (tokens.rules.attempts), whose memory is the cache
AXES_LOCKOUT_CALLABLE = "oauthsite.lockout.locked_out"
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False  # one line per start is enough without its greeting

# ---------------------------------------------------------------- OAuth

# django-oauth-toolkit lets its models be replaced; all six are, for they refer to each other.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth_clients.Client"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth_tokens.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth_tokens.RefreshToken"
OAUTH2_PROVIDER_GRANT_MODEL = "oauth_tokens.Grant"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth_tokens.IDToken"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth_tokens.DeviceGrant"

# What django-oauth-toolkit itself reads. Its safer behaviour, which its next major version makes the default, wherever
# that takes nothing away which a client may be allowed here.
OAUTH2_PROVIDER: dict[str, object] = {
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
}

# The demo's accounts are for everyone to read, as Mastodon's are; on: only with a token that has read:accounts.
API_NEEDS_TOKEN = environment.flag("API_NEEDS_TOKEN", given("API_NEEDS_TOKEN"), default=False)

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "oauthsite.api_errors.handle",
    # A view that says nothing lets nobody in.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "oauthsite.openapi.document.Documented",
    # Unset, REST framework believes the whole X-Forwarded-For, and a forged one passes every limit.
    "NUM_PROXIES": TRUSTED_PROXIES,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "oauthsite",
    "DESCRIPTION": "Tokens for programs written for Mastodon, for pnut.io, or by the RFCs.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["oauthsite.openapi.document.routed"],
    "POSTPROCESSING_HOOKS": ["oauthsite.openapi.document.with_pages"],
    "APPEND_COMPONENTS": {
        "schemas": schemas.SCHEMAS,
        "responses": schemas.RESPONSES,
        "securitySchemes": schemas.SECURITY,
    },
}

# ---------------------------------------------------------------- browsers

# A browser sends a secure cookie over TLS only: on a site that its users see without, nobody could log in.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = (ISSUER or "").startswith("https://")
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "clients.border.pages.forged"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # a client's link to the consent page keeps the session
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 86_400 if SESSION_COOKIE_SECURE else 0
if TRUSTED_PROXIES:
    # Only with a proxy of ours in front; otherwise any caller could claim to have come over TLS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # whether every subdomain speaks TLS is not ours to promise,
    "security.W021",  # nor to put on a list from which there is no quick way back
    "security.W008",  # the proxy in front redirects to https; here it would also redirect a POST
    # Switched on client by client, never for all: the implicit and the password flow, redirects over http.
    "oauth2_provider.W001",
    "oauth2_provider.W002",
    "oauth2_provider.W008",
]

# No page of ours has a script or a style inside, so the strictest policy fits. A page that redirects to a client sets
# its own header, which both middlewares respect.
POLICY = {
    "default-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
}
csp = environment.content_security_policy(POLICY)
INSTALLED_APPS += csp.apps
MIDDLEWARE.insert(2, csp.middleware)
vars().update(csp.settings)

# What programs in other people's pages may call: the API and the token endpoints, never a page.
CORS_URLS_REGEX = (
    r"^/(?:"
    r"(?:api|v1)(?:/.*)?"
    r"|oauth/(?:token|access_token|revoke|userinfo|register(?:/[^/]+)?|device_authorization)/?"
    r"|\.well-known/(?:oauth-authorization-server|oauth-protected-resource|nodeinfo)(?:/.*)?"
    r"|nodeinfo/.*"
    r")$"
)
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",  # for which the star does not stand (Fetch §4.8)
    "content-type",
    "idempotency-key",
    "mcp-protocol-version",  # with which clients of the Model Context Protocol read the metadata
    "x-pretty-json",
    "x-requested-with",
    "*",  # Mastodon takes whatever header a program adds
]
CORS_EXPOSE_HEADERS = [
    "Link",
    "Retry-After",
    "WWW-Authenticate",
    "X-OAuth-Scopes",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
]

# ---------------------------------------------------------------- files, words, logs

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "oauthsite.assets.Assets"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGES = [("en", _("English")), ("de", _("German")), ("ja", _("Japanese"))]

# No report of an error, by mail or in a log, repeats what was sent to us or lay in a variable.
DEFAULT_EXCEPTION_REPORTER = "oauthsite.reports.Report"
DEFAULT_EXCEPTION_REPORTER_FILTER = "oauthsite.reports.WithoutValues"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "oauthsite.logs.OneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        **{
            name: {"handlers": ["console"], "level": "INFO", "propagate": False}
            for name in ("clients", "tokens", "oauthsite")
        },
        # At DEBUG these two print codes and tokens in clear. Not by accident, and not by a root logger turned up.
        "oauthlib": {"level": "INFO"},
        "oauth2_provider": {"level": "INFO"},
        # At DEBUG, a name that a template does not find is logged with all the values that it has.
        "django.template": {"level": "INFO"},
    },
}
