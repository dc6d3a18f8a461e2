"""What the server's OpenAPI document says about the raw paths: bodies, answers, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": "string"},
                "details": {"type": "object"},
            },
        }
    },
}
_REFUSALS: dict[int, str] = {
    400: "The request cannot be used; `param` names the field.",
    401: "The key is missing, unknown or revoked.",
    402: "What is left does not cover it; `details` says what is short, when it is granted anew, "
    "which offers would cover it and which free models could answer.",
    403: "The account or the role may not ask models.",
    404: "The model is not sold here.",
    409: "A request with the same `Idempotency-Key` is still running.",
    410: "The `Idempotency-Key` was given up before this request arrived.",
    413: "The body is too long.",
    422: "The `Idempotency-Key` was used for another request.",
    429: "Too many requests, or the server is at its limit; `Retry-After` says when to come again.",
    502: "No route to the model gave an answer; nothing was charged unless the receipt says so.",
    503: "The server cannot reach its books, or no route to the model is set up.",
}
_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer", "minimum": 1}
_RECEIPT: Json = {
    "type": "object",
    "description": "`request_id` and the `receipt`; in a stream it is in the last event.",
}


@dataclass(frozen=True, slots=True)
class Path:
    """One path with what it takes and gives."""

    path: str
    name: str
    summary: str
    request_body: Json
    answer: Json
    answer_type: str = "application/json"
    streams: bool = False

    @property
    def responses(self) -> dict[int | str, Json]:
        content: Json = {self.answer_type: {"schema": self.answer}}
        if self.streams:
            content["text/event-stream"] = {"schema": _TEXT}
        good: Json = {"description": "The answer, with its receipt.", "content": content}
        refusals: dict[int | str, Json] = {
            status: {"description": words, "content": {"application/json": {"schema": _ERROR}}}
            for status, words in _REFUSALS.items()
        }
        return {200: good, **refusals}


def _body(required: tuple[str, ...], media: str = "application/json", **fields: Json) -> Json:
    schema: Json = {"type": "object", "required": list(required), "properties": fields}
    return {"required": True, "content": {media: {"schema": schema}}}


def _answer(**fields: Json) -> Json:
    return {"type": "object", "properties": {**fields, "tuppence": _RECEIPT}}


_LIST: Json = {"type": "array", "items": {"type": "object"}}
_AUDIO = _body(
    ("file", "model"),
    "multipart/form-data",
    file={"type": "string", "format": "binary"},
    model=_TEXT,
    language=_TEXT,
    prompt=_TEXT,
    response_format=_TEXT,
)

PATHS: tuple[Path, ...] = (
    Path(
        "/v1/chat/completions",
        "chat_completions",
        "Answer a conversation",
        _body(
            ("model", "messages"),
            model=_TEXT,
            messages={**_LIST, "minItems": 1},
            stream={"type": "boolean"},
            stream_options={"type": "object"},
            max_tokens=_WHOLE,
            max_completion_tokens=_WHOLE,
            temperature={"type": "number"},
            tools=_LIST,
        ),
        _answer(id=_TEXT, model=_TEXT, choices=_LIST, usage={"type": "object"}),
        streams=True,
    ),
    Path(
        "/v1/responses",
        "responses",
        "Answer a conversation, in the words of the Responses interface",
        _body(
            ("model", "input"),
            model=_TEXT,
            input={"oneOf": [_TEXT, _LIST]},
            instructions=_TEXT,
            stream={"type": "boolean"},
            max_output_tokens=_WHOLE,
            tools=_LIST,
        ),
        _answer(id=_TEXT, model=_TEXT, output=_LIST, usage={"type": "object"}),
        streams=True,
    ),
    Path(
        "/v1/embeddings",
        "embeddings",
        "Turn texts into vectors",
        _body(("model", "input"), model=_TEXT, input={"oneOf": [_TEXT, {"type": "array"}]}),
        _answer(data=_LIST, model=_TEXT, usage={"type": "object"}),
    ),
    Path(
        "/v1/images/generations",
        "images",
        "Make pictures",
        _body(("model", "prompt"), model=_TEXT, prompt=_TEXT, n=_WHOLE, size=_TEXT, quality=_TEXT),
        _answer(created={"type": "integer"}, data=_LIST),
    ),
    Path(
        "/v1/audio/speech",
        "speech",
        "Speak a text",
        _body(("model", "input", "voice"), model=_TEXT, input=_TEXT, voice=_TEXT),
        {"type": "string", "format": "binary"},
        answer_type="audio/mpeg",
    ),
    Path(
        "/v1/audio/transcriptions",
        "transcriptions",
        "Write down speech",
        _AUDIO,
        _answer(text=_TEXT),
    ),
    Path(
        "/v1/audio/translations",
        "translations",
        "Write down speech in English",
        _AUDIO,
        _answer(text=_TEXT),
    ),
)
