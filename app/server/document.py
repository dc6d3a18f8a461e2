"""The server's own description of its interface: what holds for every endpoint is said here once,
so that none forgets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

Json = dict[str, Any]

_ERROR = {"$ref": "#/components/schemas/ErrorAnswer"}
_CONTENT = {"application/json": {"schema": _ERROR}}
_UNPROCESSABLE = "#/components/schemas/HTTPValidationError"
_METHODS = ("get", "post", "put", "patch", "delete")
_ALWAYS = {503: "The server cannot reach its books; nothing was done."}
_WITH_INPUT = {400: "Something in the request cannot be used; `param` names it."}
_WITH_BODY = {
    408: "The body came too slowly.",
    413: "The body is too long.",
    415: "The body is packed in a way that is not known here.",
}
_SIGNED_IN = {
    401: "The key or session is missing, unknown, expired or revoked.",
    404: "There is no such thing here, or it is somebody else's.",
}


def describe(inner: FastAPI) -> None:
    """Have the application describe itself by `described`."""
    plain = inner.openapi

    def openapi() -> Json:
        if inner.openapi_schema is None:
            inner.openapi_schema = described(plain())
        return inner.openapi_schema

    inner.openapi = openapi  # type: ignore[method-assign]


def described(document: Json) -> Json:
    """The framework's document with what the frame answers: every error in the one form."""
    for path, endpoint in _endpoints(document):
        answers = endpoint["responses"]
        # The framework speaks of an answer of its own; ours to wrong input is 400.
        if _UNPROCESSABLE in repr(answers.get("422")):
            del answers["422"]
        told = dict(_ALWAYS)
        if endpoint.get("parameters") or "requestBody" in endpoint or "{" in path:
            told |= _WITH_INPUT
        if "requestBody" in endpoint:
            told |= _WITH_BODY
        if endpoint.get("security"):
            told |= _SIGNED_IN
        for status, words in told.items():
            answers.setdefault(str(status), {"description": words})
        for status, answer in answers.items():
            if status >= "400" and "application/json" not in answer.get("content", {}):
                answer["content"] = _CONTENT
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document


def methods_of(document: Json, path: str) -> list[str]:
    """What may be asked of an address, by the document; none where it does not name it."""
    for template, endpoints in document["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return sorted(method.upper() for method in endpoints if method in _METHODS)
    return []


def _endpoints(document: Json) -> Iterator[tuple[str, Json]]:
    for path, methods in document["paths"].items():
        for method, endpoint in methods.items():
            if method in _METHODS:
                yield path, endpoint
