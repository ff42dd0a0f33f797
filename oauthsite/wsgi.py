"""The WSGI application: `oauthsite.wsgi:application`."""

import os
import re
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler

CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)


class Handler(WSGIHandler):
    """Django's, but for a charset in Content-Type: everything sent to us is UTF-8 (RFC 6749 appendix B).

    Django would decode the query by it, before any view or middleware, and some codecs (`hex`) are no text.
    """

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
        return super().__call__(environ, start_response)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oauthsite.settings")
django.setup(set_prefix=False)

application = Handler()
