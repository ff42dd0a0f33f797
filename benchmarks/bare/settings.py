"""The same lines of middleware for both."""

from benchmarks.plain.settings import MIDDLEWARE as SHARED
from benchmarks.site.settings import *  # noqa: F403

MIDDLEWARE = SHARED
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
