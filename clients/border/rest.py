"""The REST border of both apps: bodies in three formats, errors in one dialect, always JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.core.signals import got_request_exception
from django.http.request import HttpRequest, QueryDict, RawPostDataException, UnreadablePostError
from django.utils import translation
from django.utils.log import log_response
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, FormParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clients.border import answers
from clients.border.issuer import challenge, issuer
from clients.errors import InvalidRequest, InvalidToken

LARGEST_BODY = 65_536  # bytes


class StrictJSONParser(BaseParser):
    """A JSON object in UTF-8, in which no key stands twice and no number is infinite."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """The object. Raises InvalidRequest."""
        try:
            found = json.loads(stream.read().decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise InvalidRequest("The body is not a JSON object.") from error
        if not isinstance(found, dict):
            raise InvalidRequest("The body is not a JSON object.")
        return found


class AlwaysJSON(BaseContentNegotiation):
    """Answers are JSON whatever `Accept` says: an error page in HTML helps no program."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser for the body's media type, without its parameters."""
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first one."""
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


ExceptionHandler = Callable[[Exception, Any], Response]


def handler(dialect: answers.Dialect) -> ExceptionHandler:
    """A REST framework exception handler that writes every error in one dialect, the unforeseen too."""

    def handle(error: Exception, context: Any) -> Response:
        given = answers.answer(error)
        if given.code == InvalidToken.code:  # RFC 6750 §3: also where no authentication class spoke
            given.headers.setdefault("WWW-Authenticate", challenge(issuer(context["request"])))
        status, content = dialect(given)
        response = Response(content, status=status, headers=given.headers)
        if given.status == 500:
            request = context["request"]._request
            got_request_exception.send(sender=type(context["view"]), request=request)
            # Here, because Django would log it without the exception; it does not log the same response twice.
            log_response(
                "%s: %s", response.reason_phrase, request.path, response=response, request=request, exception=error
            )
        return response

    return handle


class BorderView(APIView):
    """An endpoint for programs. `dialect` says how its errors are written."""

    dialect: ClassVar[answers.Dialect] = staticmethod(answers.rfc)
    parser_classes = [FormParser, MultiPartParser, StrictJSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJSON
    authentication_classes = []
    permission_classes = []
    # Limits of their own have those that need one; a host's for its API would keep clients from their tokens.
    throttle_classes = []
    versioning_class = None
    no_store = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer in English, whatever the caller's library sends: RFC 6749 §5.2 wants ASCII, and programs compare."""
        with translation.override("en"):
            return super().dispatch(request, *args, **kwargs)

    def get_exception_handler(self) -> ExceptionHandler:
        """The one place where exceptions of this endpoint become answers."""
        return handler(type(self).dialect)

    def check_throttles(self, request: Request) -> None:
        """Count; whoever is over one limit uses up no other. REST framework would let them empty what all share."""
        for throttle in self.get_throttles():
            if not throttle.allow_request(request, self):
                self.throttled(request, throttle.wait() or 1)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """RFC 6749 appendix B: parameters are UTF-8. What else a Content-Type names may be no text at all."""
        request.encoding = "utf-8"
        return super().initialize_request(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """RFC 6749 §5.1: what holds a token, or says why there is none, is stored nowhere."""
        if self.no_store:
            self.headers["Cache-Control"] = "no-store"
            self.headers["Pragma"] = "no-cache"
        return super().finalize_response(request, response, *args, **kwargs)


def body(request: Request) -> dict[str, list[Any]]:
    """Every parameter of the body with all its values. Raises InvalidRequest."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            raise InvalidRequest("The body is too large.")
        data: Any = request.data
    except (LookupError, UnicodeError, ValueError, RawPostDataException, UnreadablePostError) as error:
        raise InvalidRequest("The body cannot be read.") from error
    if isinstance(data, QueryDict):
        return {key: list(values) for key, values in data.lists()}
    return {key: [value] for key, value in data.items()}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
