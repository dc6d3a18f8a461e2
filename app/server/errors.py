"""What the server refuses, as one value and in the one form that OpenAI clients understand.

`{"error": {"message", "type", "param", "code", "details"}}`; `details` is ours and left out where
it is empty. What an upstream said never comes in here unmapped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# What OpenAI calls the groups of errors, by status.
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "server_error",
    502: "upstream_error",
    503: "service_unavailable",
    504: "upstream_error",
}


@dataclass(slots=True)
class Refused(Exception):
    """An answer that is an error. `code` is for programs, `message` for people and says what to
    do; `param` names the field that is wrong. `details` must be JSON."""

    status: int
    code: str
    message: str
    param: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    retry_after_s: int | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"

    @property
    def body(self) -> Json:
        error: Json = {
            "message": self.message,
            "type": _TYPES.get(self.status, "invalid_request_error"),
            "param": self.param,
            "code": self.code,
        }
        if self.details:
            error["details"] = dict(self.details)
        return {"error": error}

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Retry-After": str(self.retry_after_s)} if self.retry_after_s else {}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return headers


def bad_request(message: str, param: str | None = None, code: str = "invalid_value") -> Refused:
    return Refused(400, code, message, param)


def not_signed_in(message: str = "") -> Refused:
    return Refused(
        401,
        "invalid_api_key",
        message or "This key is not known here. Make one in your account, or sign in again.",
    )


def not_allowed(message: str) -> Refused:
    return Refused(403, "not_allowed", message)


def not_found(what: str) -> Refused:
    """Also for what is somebody else's: nobody learns that it is there."""
    return Refused(404, "not_found", f"There is no such {what}.")


def conflict(code: str, message: str, *, retry_after_s: int | None = None) -> Refused:
    return Refused(409, code, message, retry_after_s=retry_after_s)


def too_many(message: str, *, retry_after_s: int, code: str = "rate_limit_exceeded") -> Refused:
    return Refused(429, code, message, retry_after_s=max(retry_after_s, 1))


def database_down() -> Refused:
    return Refused(
        503,
        "database_unavailable",
        "The server cannot reach its books right now, so nothing was started or charged. "
        "Try again in a moment.",
        retry_after_s=5,
    )
