"""The reference site as the suite runs it: as in production, on the database and cache the environment names."""

import os
from typing import Any

# Nobody's own .env decides what the suite tests.
os.environ.update(
    ENV_FILE="",
    DEBUG="off",
    SECRET_KEY="only-for-the-tests-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    ISSUER="http://testserver",
    EMAIL_URL="memorymail://",
)
for name in ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "TRUSTED_PROXIES", "OPEN_REGISTRATION"):
    os.environ.pop(name, None)
for name in ("RATE_LIMITS", "API_NEEDS_TOKEN"):
    os.environ.pop(name, None)

from oauthsite.settings import *  # noqa: E402, F403
from oauthsite.settings import BASE_DIR, CACHES, DATABASES, OAUTHSITE, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

# A test that makes twenty users has no use for twenty times a million rounds.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A letter is in the box when the request that sent it is answered.
OAUTHSITE |= {"MAIL_IN_BACKGROUND": False}

# The live server speaks plain HTTP.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False

# Static files as they lie in the apps, nothing collected.
STORAGES |= {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True

worker = os.environ.get("PYTEST_XDIST_WORKER", "")
database: dict[str, Any] = DATABASES["default"]
# A browser that keeps its socket open would keep a connection of the live server open with it.
database["CONN_MAX_AGE"] = 0
if database["ENGINE"].endswith("sqlite3"):
    # A file, not memory: only there do two threads hold locks against each other as they would on a site.
    database["TEST"] = {"NAME": str(BASE_DIR / "db.sqlite3.test")}
    database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
elif database["ENGINE"].endswith("postgresql"):
    # Long enough for sixteen threads on a busy machine; who waits longer waits for a thread that will never go on.
    database["OPTIONS"]["options"] = "-c lock_timeout=120s -c idle_in_transaction_session_timeout=240s"

cache: dict[str, Any] = CACHES["default"]
if "redis" in cache["BACKEND"]:
    # As for locks: on a busy machine no limit is lost to a cache that was only slow.
    cache["OPTIONS"] |= {"socket_connect_timeout": 60, "socket_timeout": 60}
if "redis" in cache["BACKEND"] and worker:
    # Each process its own numbered database: `cache.clear()` empties all of one.
    address, _, number = cache["LOCATION"].rpartition("/")
    cache["LOCATION"] = f"{address}/{int(number) + 1 + int(worker.removeprefix('gw'))}"
