"""The reference site, measured: no rate limits, and quiet."""

import os

os.environ.update(
    ENV_FILE="",
    DEBUG="off",
    ISSUER="http://testserver",
    SECRET_KEY="measured-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    RATE_LIMITS="off",
    EMAIL_URL="memorymail://",
)

from oauthsite.settings import *  # noqa: F403

ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "benchmarks.site.urls"
LOGGING_CONFIG = None
AXES_FAILURE_LIMIT = 1_000_000
