#!/usr/bin/env python
"""Django's commands for the reference site."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.core.servers.basehttp import WSGIServer


def main() -> None:
    """Run a command; a mistake in the environment is one sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oauthsite.settings")
    # Of sixteen connections at once `runserver` would let some wait a second, for TCP's next try: its queue holds ten.
    WSGIServer.request_queue_size = 128
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as mistake:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"oauthsite does not start. {mistake}")


if __name__ == "__main__":
    main()
