"""`/oauth/authorize` and `/oauth/authenticate`: where users decide (RFC 6749 §3.1)."""

from __future__ import annotations

import time
from typing import ClassVar
from urllib.parse import unquote_plus
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from clients.border.issuer import issuer
from clients.border.pages import Page, in_wanted_language
from clients.errors import OAuthError
from tokens.origin import origin
from tokens.rules import authorization, consent, pending
from tokens.rules.authorization import Asked, Query, Unproven
from tokens.rules.frontchannel import Channel, refusal
from tokens.rules.pending import NotPending, Pending
from tokens.views import answers, consent_page

TRUE = frozenset({"true", "True", "1"})


@method_decorator([sensitive_post_parameters(), in_wanted_language], name="dispatch")
class Authorize(Page):
    """Asks the user, always. No parameter of a request changes that."""

    http_method_names = ["get", "head", "post"]
    may_skip: ClassVar[bool] = False

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The consent page; before that, the login."""
        text = raw_query(request)
        try:
            query = authorization.parse(text)
            channel = authorization.prove(query, issuer=issuer(request))
        except Unproven as error:
            return answers.unproven(request, error)
        if not request.user.is_authenticated or wants_login(query):
            return redirect_to_login(f"{request.path}?{without_login(request)}")
        try:
            asked = authorization.read(query, channel, user=request.user)
        except OAuthError as error:
            return answers.to_client(request, channel, refusal(error))
        return self.ask(request, asked, text)

    def ask(self, request: HttpRequest, asked: Asked, text: str) -> HttpResponseBase:
        """The page, unless everything is allowed already and this path may go on without."""
        allowed = consent.already_allowed(asked, request.user)
        if self.may_skip and request.method == "GET" and consent.may_skip(asked, allowed):
            answer = consent.allow_again(asked, user=request.user, origin=origin(request))
            return answers.to_client(request, asked.channel, answer)
        waiting = Pending(
            query=text,
            user=str(request.user.pk),
            at=time.time(),
            offered=asked.scope,
            is_simple=authorization.parse(text).get("simple_login") == ["1"],
            language=translation.get_language() or "",
        )
        return consent_page.show(request, asked, allowed, pending.keep(request.session, waiting), waiting)

    @sensitive_variables()
    def post(self, request: HttpRequest) -> HttpResponse:
        """The decision. Everything but the ticked scopes is what the request said when it came."""
        try:
            name, waiting = pending.take(request.session, request.POST.get("request", ""), user=request.user)
            with translation.override(waiting.language):
                return self.answer(request, name, waiting)
        except Unproven as error:
            return answers.unproven(request, error)
        except NotPending as error:
            return answers.not_pending(request, error)

    def answer(self, request: HttpRequest, name: UUID, waiting: Pending) -> HttpResponse:
        """What became of the decision. Raises Unproven or NotPending."""
        query = authorization.parse(waiting.query)
        channel = authorization.prove(query, issuer=issuer(request))
        return answers.to_client(request, channel, decide(request, query, channel, name, waiting))


class Authenticate(Authorize):
    """The same, for signing in: who has allowed everything before is not asked again."""

    may_skip = True


def decide(request: HttpRequest, query: Query, channel: Channel, name: UUID, waiting: Pending) -> dict[str, str]:
    """What the client is told. The request is read anew: client, user and rules may have changed meanwhile."""
    came_from = origin(request)
    scope = consent.ticked(waiting.offered, request.POST.getlist("scope"))
    if "allow" not in request.POST or "deny" in request.POST or not scope:
        return consent.deny(client=channel.client, user=request.user, origin=came_from)
    try:
        asked = authorization.read(query, channel, user=request.user)
    except OAuthError as error:
        return refusal(error)
    return consent.allow(
        asked, scope=consent.ticked(asked.scope, scope), user=request.user, origin=came_from, pending=name
    )


def raw_query(request: HttpRequest) -> str:
    """The query string as it came, byte for byte; what is no UTF-8 becomes surrogates."""
    scope = getattr(request, "scope", None)
    raw: bytes = scope["query_string"] if scope else request.META.get("QUERY_STRING", "").encode("latin-1")
    return raw.decode("utf-8", "surrogateescape")


def wants_login(query: Query) -> bool:
    """Mastodon's `force_login`: log in once more, perhaps as somebody else."""
    given = query.get("force_login", [])
    return len(given) == 1 and given[0] in TRUE


def without_login(request: HttpRequest) -> str:
    """The query string as it came, less `force_login`: after the login it has been done."""
    parts = request.META.get("QUERY_STRING", "").split("&")
    return "&".join(part for part in parts if unquote_plus(part.partition("=")[0]) != "force_login")
