"""Plain django-oauth-toolkit. `FAST_SECRETS=1` takes the cost of its secret hash out of the comparison."""

import os

import environ

from oauthsite import environment

env = environ.Env()
SECRET_KEY = "measured-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "benchmarks.plain.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": environment.database(env.db_url_config(env.str("DATABASE_URL", default="sqlite:///plain")))}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "oauth2_provider",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
OAUTH2_PROVIDER: dict[str, object] = {"SCOPES": {"read": "Read", "write": "Write"}}
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
if os.environ.get("FAST_SECRETS"):
    PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    OAUTH2_PROVIDER["CLIENT_SECRET_HASHER"] = "md5"
LOGGING_CONFIG = None
