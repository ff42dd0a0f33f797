"""How drf-spectacular writes the document: the routes from the code, the words from `operations`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from drf_spectacular.openapi import AutoSchema

from oauthsite.openapi.operation import Operation
from oauthsite.openapi.operations import OPERATIONS, PAGES
from oauthsite.openapi.schemas import Schema

Endpoint = tuple[str, str, str, Callable[..., Any]]
NO_CONTENT = 204
SUFFIX = "{path}"  # of RFC 8414 §3.1 and RFC 9728 §3.1: what stands behind does not change the answer


class Documented(AutoSchema):
    """`DEFAULT_SCHEMA_CLASS`: an endpoint without an entry in `operations` is an error."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        """The operation as OpenAPI writes it. Raises KeyError."""
        return written(path, method, OPERATIONS[path, method])


def routed(endpoints: Iterable[Endpoint], **_: Any) -> list[Endpoint]:
    """Paths without a slash at their end. `PREPROCESSING_HOOKS`."""
    return [(path.removesuffix(SUFFIX).rstrip("/"), regex, method, view) for path, regex, method, view in endpoints]


def with_pages(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The pages that programs send people to, which no REST framework knows. `POSTPROCESSING_HOOKS`."""
    for path in PAGES:
        result["paths"][path] = {"get": written(path, "GET", OPERATIONS[path, "GET"])}
    result["paths"] = dict(sorted(result["paths"].items()))
    return result


def written(path: str, method: str, operation: Operation) -> dict[str, Any]:
    """One operation."""
    found: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": _responses(operation),
    }
    parameters = [_parameter(name, {"type": "string"}, "path") for name in re.findall(r"{(\w+)}", path)]
    parameters += [_parameter(name, schema, "query") for name, schema in operation.query.items()]
    if parameters:
        found["parameters"] = parameters
    if operation.body is not None:
        found["requestBody"] = {"content": {media: {"schema": operation.body} for media in operation.media}}
    if operation.security:
        found["security"] = [{name: []} for name in operation.security] + [{}]
    return found


def _parameter(name: str, schema: Schema, where: str) -> dict[str, Any]:
    return {"name": name, "in": where, "schema": schema, **({"required": True} if where == "path" else {})}


def _responses(operation: Operation) -> dict[str, Any]:
    kind, statuses = operation.errors
    if operation.media_answer != "application/json":
        page = {"content": {operation.media_answer: {"schema": operation.answer}}}
        pages = {str(status): {"description": "A page", **page} for status in (operation.status, *operation.more)}
        return {**pages, "302": {"description": "On to the login, or back to the client"}}
    content = {operation.media_answer: {"schema": operation.answer}}
    done = {"description": "Done", **({"content": content} if operation.status != NO_CONTENT else {})}
    refused = {"$ref": f"#/components/responses/{kind}"}
    return {str(operation.status): done, **{str(status): refused for status in sorted({*statuses, *operation.more})}}
