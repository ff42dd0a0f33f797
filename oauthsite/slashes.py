"""The admin's addresses end with a slash; who leaves it out is led there."""

from django.http import HttpRequest, HttpResponseRedirect
from django.views.decorators.http import require_safe


@require_safe  # a redirect would lose the body of a POST
def with_slash(request: HttpRequest) -> HttpResponseRedirect:
    """The same address with a slash at the end of its path, and the query it had."""
    return HttpResponseRedirect(request.get_full_path(force_append_slash=True))
