"""What an error report leaves out."""

import re
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter


class WithoutValues(SafeExceptionReporterFilter):
    """Names without values: nearly everything sent to an authorization server may be a secret.

    Django hides what a view marked as sensitive; here nothing depends on a mark. With DEBUG on,
    the report shows everything, as it does in any Django project.
    """

    # Django's list, and whatever repeats the query.
    hidden_settings = re.compile(
        SafeExceptionReporterFilter.hidden_settings.pattern + "|QUERY_STRING|REFERER|URI", flags=re.IGNORECASE
    )

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """The names of the form fields."""
        if request is None or not self.is_active(request):
            return dict(super().get_post_parameters(request))
        return dict.fromkeys(request.POST, self.cleansed_substitute)

    # Its base returns either a list or a view of one, and is typed as the latter.
    def get_traceback_frame_variables(  # type: ignore[override]
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> list[tuple[str, Any]]:
        """The names of the local variables."""
        if not self.is_active(request):
            return list(super().get_traceback_frame_variables(request, tb_frame))
        return [(name, self.cleansed_substitute) for name in tb_frame.f_locals]


class Report(ExceptionReporter):
    """Django's report, with the names of the query's parameters and no more of it."""

    def get_traceback_data(self) -> dict[str, Any]:
        """What the report is written from."""
        found = super().get_traceback_data()
        if self.request is not None and self.filter.is_active(self.request):
            hidden = self.filter.cleansed_substitute
            found["request_GET_items"] = dict.fromkeys(self.request.GET, hidden).items()
            found["request_insecure_uri"] = self.request.path
        return found
