"""The reference site as it is deployed, but for one option that its environment does not offer."""

import os

from oauthsite.settings import *  # noqa: F403
from oauthsite.settings import OAUTHSITE

OAUTHSITE["REFRESH_TOKEN_GRACE"] = int(os.environ.get("REFRESH_TOKEN_GRACE", "0"))
