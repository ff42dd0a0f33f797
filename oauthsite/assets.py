"""Style sheets, scripts and pictures: cached for good once they are collected, and there before."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Assets(CompressedManifestStaticFilesStorage):
    """Names with a digest of the content, and plain ones where `collectstatic` has not run yet.

    Without it a page would be an error for want of its icon; WhiteNoise finds the files where they lie.
    """

    def stored_name(self, name: str) -> str:
        """The name under which a file is served."""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
