"""What every page has in common: the headers that protect it, and the template it extends.

The headers are set here and not left to the host's middleware: a page on which people give access away is
safe in any project (RFC 9700 §4.16: clickjacking MUST be prevented).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.views import View
from django.views.decorators.csrf import csrf_protect
from django.views.generic.base import ContextMixin
from oauth2_provider.models import get_application_model

from clients.conf import Options, options

HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
}
# Our pages hold no script, style or frame of their own, and load nothing from elsewhere.
POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
FROM_STATIC = ("script-src", "style-src", "img-src", "font-src")

Response = TypeVar("Response", bound=HttpResponseBase)


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
    form_action: Iterable[str] = (),
) -> HttpResponse:
    """A page, protected. `form_action`: where its form may lead besides here (CSP sources)."""
    content = {"base_template": options().BASE_TEMPLATE, **(context or {})}
    return protect(render(request, template, content, status=status), form_action=form_action)


def referrer_policy() -> str:
    """RFC 9700 §4.2.4: codes and states stand in addresses, which no other site is told.

    Under "no-referrer" browsers send forms with "Origin: null", and the protection against forged requests refuses
    them. Our base template lets our own site know where a form stood, by a meta element; a host's may not.
    """
    return "no-referrer" if options().BASE_TEMPLATE == Options.BASE_TEMPLATE else "same-origin"


def protect(response: Response, *, form_action: Iterable[str] = ()) -> Response:
    """Set the headers of a page. One that is protected already keeps its policy."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers["Referrer-Policy"] = referrer_policy()
    response.headers.setdefault("Content-Security-Policy", policy(form_action=form_action))
    patch_vary_headers(response, ["Cookie"])
    return response


def page(view: Callable[..., Response]) -> Callable[..., Response]:
    """Protect every answer of a view, for views that are not ours: `page(LoginView.as_view())`."""

    @wraps(view)
    def protected(*args: Any, **kwargs: Any) -> Response:
        return protect(view(*args, **kwargs))

    return protected


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that did not come from ours: `CSRF_FAILURE_VIEW = "clients.border.pages.forged"`."""
    return show(request, "oauth_clients/forged.html", status=403)


class Page(ContextMixin, View):
    """A page as a class: each answer is protected, each form must be one of ours, also where the host forgot that."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, protected."""
        return protect(csrf_protect(super().dispatch)(request, *args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """For Django's generic views, which ask for it."""
        return super().get_context_data(base_template=options().BASE_TEMPLATE, **kwargs)


class UserPage(Page):
    """A page for whoever is logged in, about what is theirs."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, or ask for the login and come back; to a form's address there is no way back."""
        if request.user.is_authenticated:
            return in_wanted_language(super().dispatch)(request, *args, **kwargs)
        return protect(
            redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("oauth_clients:dev"))
        )

    def show(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """The page itself."""
        return show(self.request, template, context, status=status)


class OwnClientPage(UserPage):
    """A page about one client, for its owner. To anyone else it is as absent as any other (ASVS 8.2.2)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer. Raises Http404 also where the client was deleted since it was found: a button pressed twice."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except get_application_model().DoesNotExist as error:
            raise Http404 from error

    @cached_property
    def client(self) -> Any:
        """The client that the address names. Raises Http404."""
        mine = get_application_model().objects.owned_by(self.request.user)
        return get_object_or_404(mine.named(self.kwargs["client_id"]))

    def show(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """The page itself."""
        return super().show(template, status=status, **{"client": self.client, **context})


def policy(*, form_action: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of a page, with what the host added in `PAGE_POLICY`."""
    parts = {name: [*sources] for name, sources in POLICY.items()}
    static = urlsplit(settings.STATIC_URL or "")
    if static.netloc:  # static files that another host serves
        for name in FROM_STATIC:
            parts[name].append(f"{static.scheme or 'https'}://{static.netloc}")
    for name, sources in options().PAGE_POLICY.items():
        parts.setdefault(name, []).extend(sources)
    parts["form-action"].extend(form_action)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in parts.items())


def in_wanted_language(view: Callable[..., Response]) -> Callable[..., Response]:
    """Let a request's `lang` choose the language of the page, or the `lang` of where a login will lead."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        language = wanted_language(request)
        if language is None:
            return view(request, *args, **kwargs)
        with translation.override(language):
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()  # now, in this language
            return response

    return spoken


def wanted_language(request: HttpRequest) -> str | None:
    """The language that the request asks for, if the site speaks it."""
    try:
        onward = dict(parse_qsl(urlsplit(request.GET.get("next", "")).query))
        return translation.get_supported_language_variant(request.GET.get("lang") or onward.get("lang", ""))
    except (LookupError, ValueError):  # not spoken here; not an address
        return None
