"""From a provider's error to one of ours, in the user's words with the provider's own inside.

Works for a body with a status and for an error inside a stream. Pure: nothing is sent or read here.
Sources, read 2026-11-21: https://platform.openai.com/docs/guides/error-codes,
https://docs.claude.com/en/api/errors, https://ai.google.dev/gemini-api/docs/troubleshooting,
https://openrouter.ai/docs/api-reference/errors, https://api-docs.deepseek.com/quick_start/error_codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.errors import (
    ContentRefused,
    ContextTooLong,
    KeyRefused,
    ModelUnknown,
    NotTheProvider,
    OutOfProviderCredit,
    ProviderDown,
    ProviderError,
    RateLimited,
    RequestRejected,
    StreamBroken,
)
from app.providers.events import Fault
from app.providers.json_text import Json, as_list, as_object, as_text, read_json
from app.providers.waiting import retry_after_s

WORDS_MAX = 300
_READ_MAX = 4000


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """What an error body says. `codes` are its codes, types and states in lower case."""

    message: str
    codes: frozenset[str] = frozenset()
    parameter: str | None = None
    status: int | None = None

    def has(self, *codes: str) -> bool:
        return not self.codes.isdisjoint(codes)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A kind of error: known by code, by status, or by words. The first rule that fits counts."""

    kind: type[ProviderError]
    said: str
    advice: str
    codes: frozenset[str] = frozenset()
    statuses: frozenset[int] = frozenset()
    words: re.Pattern[str] | None = None

    def fits(self, status: int | None, words: ErrorWords) -> bool:
        return (
            not self.codes.isdisjoint(words.codes)
            or status in self.statuses
            or (self.words is not None and self.words.search(words.message) is not None)
        )


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_RULES: tuple[_Rule, ...] = (
    _Rule(
        ContextTooLong,
        "The conversation is too long for this model at {host}",
        "Start a new chat, remove an attachment, or choose a model with a larger context.",
        codes=frozenset(
            {"context_length_exceeded", "request_too_large", "context_window_exceeded"}
        ),
        statuses=frozenset({413}),
        words=_words(
            r"(maximum|exceeds?|longer than|over)\b.{0,60}\bcontext (length|window|size)",
            r"context (length|window|size)\b.{0,60}\b(exceed|too)",
            r"prompt is too long",
            r"input (is )?too long",
            r"input token count.{0,60}exceeds",
            r"exceeds the maximum number of tokens",
            r"reduce the length of the (messages|input|prompt)",
            r"too many tokens in (the )?(prompt|input)",
            r"exceed(ed|s)? (the )?(model|max(imum)?).{0,20}token limit",
            r"range of input length should be",
        ),
    ),
    _Rule(
        OutOfProviderCredit,
        "Your account at {host} has no credit left",
        "Add credit at the provider, or choose another model or key.",
        codes=frozenset(
            {
                "insufficient_quota",
                "insufficient_balance",
                "billing_hard_limit_reached",
                "billing_error",
                "arrearage",
                "1113",
            }
        ),
        statuses=frozenset({402}),
        words=_words(
            r"credit balance is too low",
            r"insufficient (balance|credit|funds)",
            r"(run|ran) out of credits?",
            r"requires more credits",
            r"exhausted (its|your) (available )?(credit|balance)",
        ),
    ),
    _Rule(
        ContentRefused,
        "{host} refused the content of this conversation",
        "Change the message and send it again, or choose another model.",
        codes=frozenset(
            {
                "content_filter",
                "content_policy_violation",
                "data_inspection_failed",
                "datainspectionfailed",
                "moderation_blocked",
                "responsibleaipolicyviolation",
                "1301",
            }
        ),
        words=_words(
            r"content management policy",
            r"(flagged|blocked|rejected) by .{0,30}(moderation|safety|filter)",
            r"requires moderation",
            r"inappropriate content",
            r"flagged as potentially",
        ),
    ),
    _Rule(
        ModelUnknown,
        "{host} does not have this model, or not for this key",
        "Choose another model; Refresh in the model list asks the provider again.",
        codes=frozenset({"model_not_found", "model_not_available", "1211", "model_not_exist"}),
        words=_words(
            r"model:? [`'\"]?[\w./:@-]+[`'\"]? (does not exist|not found|is not (found|available))",
            r"model:? [`'\"]?[\w./:@-]+[`'\"]? is not supported",
            r"models?/[\w./:@-]+ is not (found|supported)",
            r"(unknown|invalid|no such) model",
            r"not a valid model( id)?\b",
            r"model not exist",
            r"no endpoints found",
            r"^model: ",
        ),
    ),
    _Rule(
        KeyRefused,
        "{host} refused the key",
        "Check the key, or put in a new one from the provider's page.",
        codes=frozenset(
            {
                "invalid_api_key",
                "authentication_error",
                "api_key_invalid",
                "unauthenticated",
                "incorrect_api_key",
                "invalid_authentication",
            }
        ),
        statuses=frozenset({401}),
        words=_words(r"(incorrect|invalid) api[ -]?key", r"api key (not valid|expired|not found)"),
    ),
    _Rule(
        KeyRefused,
        "{host} does not allow this with this key",
        "Look at the key's rights and at the provider's list of countries, or use another key.",
        codes=frozenset({"permission_error", "permission_denied", "access_denied"}),
        statuses=frozenset({403}),
    ),
    _Rule(
        RateLimited,
        "{host} is getting too many requests from this key",
        "Wait a moment, then send again.",
        codes=frozenset(
            {
                "rate_limit_exceeded",
                "rate_limit_error",
                "resource_exhausted",
                "rate_limited",
                "1302",
            }
        ),
        statuses=frozenset({429}),
        words=_words(r"rate limit (reached|exceeded)", r"too many requests"),
    ),
    _Rule(
        ProviderDown,
        "{host} is overloaded or has a fault of its own",
        "Wait a moment, then send again, or choose another model.",
        codes=frozenset(
            {
                "overloaded_error",
                "api_error",
                "server_error",
                "internal_server_error",
                "service_unavailable",
                "unavailable",
                "timeout_error",
                "insufficient_system_resource",
            }
        ),
        statuses=frozenset({408, 409, 425, *range(500, 600)}),
        words=_words(r"\boverloaded\b", r"internal server error"),
    ),
    _Rule(
        ModelUnknown,
        "{host} does not know what was asked for",
        "Choose another model, or look at the address of this provider in the settings.",
        codes=frozenset({"not_found_error", "not_found"}),
        statuses=frozenset({404}),
    ),
)
_REJECTED = _Rule(
    RequestRejected,
    "{host} did not take the request",
    "Change the message or the settings of this chat, or choose another model.",
)
_BROKEN_OFF = _Rule(
    StreamBroken,
    "{host} broke the answer off",
    "What came is kept. Send again to get the rest.",
)


def error_of_response(
    status: int,
    body: bytes,
    *,
    host: str,
    headers: Mapping[str, str] | None = None,
    secret: str | None = None,
) -> ProviderError:
    """The fault that a status and a body mean. A refusal before any answer is never billed."""
    fields = headers or {}
    try:
        value = read_json(body)
    except ValueError:
        return _error_without_json(status, body, host, fields, secret)
    words = read_words(value)
    error = error_of_words(words, host=host, status=status, secret=secret)
    error.request_id = _request_id(value, fields)
    if isinstance(error, RateLimited):
        error.wait_s = retry_after_s(fields)
    return error


def error_of_words(
    words: ErrorWords,
    *,
    host: str,
    status: int | None = None,
    secret: str | None = None,
    begun: bool = False,
) -> ProviderError:
    """The fault that an error's words mean; `status` None inside a stream, `begun` within text."""
    # A page of three megabytes says no more than its beginning, and reading it takes seconds.
    words = replace(words, message=words.message[:_READ_MAX])
    status = status if status is not None and status >= 400 else words.status
    unknown = _BROKEN_OFF if begun else _REJECTED
    rule = next((rule for rule in _RULES if rule.fits(status, words)), unknown)
    said = quotable(words.message, secret)
    if said and rule is _BROKEN_OFF and words.has("stream_broken"):  # a credit server's sentence
        return rule.kind(said, rule.advice, status=status)
    message = rule.said.format(host=host) + (f": “{said}”" if said else ".")
    error = rule.kind(message, rule.advice, status=status)
    if isinstance(error, RequestRejected):
        error.parameter = words.parameter
    return error


def fault_of(value: object, *, host: str, begun: bool = False) -> Fault:
    """An error object that came inside a stream, ready to show."""
    return fault_from(error_of_words(read_words(value), host=host, begun=begun))


def fault_from(error: ProviderError) -> Fault:
    return Fault(type(error).__name__, error.message, error.advice)


def read_words(value: object) -> ErrorWords:
    """The words of an error in any of the vendors' shapes."""
    if isinstance(value, str):
        return ErrorWords(value)
    if isinstance(value, list):
        return read_words(value[0]) if value else ErrorWords("")
    outer = as_object(value)
    inner = outer.get("error")
    if isinstance(inner, str):
        return ErrorWords(inner, _codes(outer), _parameter(outer))
    error = as_object(inner) or outer
    message = as_text(error.get("message")) or as_text(error.get("msg")) or _detail(error)
    metadata = as_object(error.get("metadata"))
    if raw := metadata.get("raw"):
        # A gateway's own words are general; the provider behind it says what happened.
        upstream = _raw_words(raw)
        message = f"{message}: {upstream}" if upstream and upstream not in message else message
    codes = _codes(outer) | _codes(error) | _codes(metadata)
    for detail in map(as_object, as_list(error.get("details"))):
        codes |= _codes(detail)
    return ErrorWords(message, codes, _parameter(error), _status(error))


def quotable(text: str, secret: str | None = None) -> str:
    """A provider's words as plain text: one line, shortened, without anything like a key."""
    if secret:
        text = text.replace(secret, "[key]")
    text = _KEY_LIKE.sub("[key]", " ".join(text.split()))
    text = "".join(letter for letter in text if letter.isprintable())
    return text if len(text) <= WORDS_MAX else text[: WORDS_MAX - 1].rstrip() + "…"


_KEY_LIKE = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|fw|tgp|csk|pplx|key|hf|AIza|AQ)[-_.]?[A-Za-z0-9_\-.*]{16,}"
    r"|\bBearer\s+\S{8,}|\b[0-9a-f]{32}\.[A-Za-z0-9]{16}\b"
)


def _error_without_json(
    status: int, body: bytes, host: str, headers: Mapping[str, str], secret: str | None
) -> ProviderError:
    text = body[:2000].decode("utf-8", "replace").strip()
    if text.startswith("<") and status not in (401, 402, 403, 429) and status < 500:
        return not_the_provider(host, status)
    error = error_of_words(
        ErrorWords("" if text.startswith("<") else text), host=host, status=status, secret=secret
    )
    error.request_id = _request_id(None, headers)
    if isinstance(error, RateLimited):
        error.wait_s = retry_after_s(headers)
    return error


def not_the_provider(host: str, status: int | None = None) -> NotTheProvider:
    """A web page or something else came instead of an answer."""
    return NotTheProvider(
        f"Something else answered instead of {host}, such as a network's sign-in page.",
        "Open a web page in your browser and sign in to the network, or check the address.",
        status=status,
    )


def _codes(fields: Json) -> frozenset[str]:
    names = ("code", "type", "status", "reason", "error_type")
    return frozenset(
        str(value).lower()
        for name in names
        if isinstance(value := fields.get(name), str | int) and value != ""
    )


def _parameter(fields: Json) -> str | None:
    return as_text(fields.get("param")) or as_text(fields.get("parameter")) or None


def _status(fields: Json) -> int | None:
    for name in ("status_code", "code", "status"):
        value = fields.get(name)
        number = int(value) if isinstance(value, str) and value.isdecimal() else value
        if isinstance(number, int) and 400 <= number < 600:
            return number
    return None


def _detail(error: Json) -> str:
    """FastAPI's way: a text, or a list of `loc` and `msg`."""
    detail = error.get("detail")
    if isinstance(detail, str):
        return detail
    rows = map(as_object, as_list(detail))
    return "; ".join(
        f"{'.'.join(map(str, as_list(row.get('loc'))))}: {as_text(row.get('msg'))}".strip(": ")
        for row in rows
    )


def _raw_words(raw: object) -> str:
    if isinstance(raw, str):
        try:
            value = read_json(raw.encode("utf-8", "replace"))
        except ValueError:
            return raw
        return read_words(value).message or raw
    return read_words(raw).message


def _request_id(value: object, headers: Mapping[str, str]) -> str | None:
    body_id = as_text(as_object(value).get("request_id"))
    return body_id or headers.get("request-id") or headers.get("x-request-id") or None
