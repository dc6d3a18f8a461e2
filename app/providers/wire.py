"""Pieces that every language's requests are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable

from app.request import ChatRequest, MessagePart, RequestMessage, Role, TextPart

Body = dict[str, object]

# Every vendor understands this; a bare beginning is refused by some and repeated by others.
GO_ON = "Go on exactly where you stopped, without repeating anything and without a remark."
THINKING_BUDGETS = {
    "minimal": 1_024,
    "low": 2_048,
    "medium": 8_192,
    "high": 16_384,
    "xhigh": 24_576,
    "max": 32_768,
}


def conversation(request: ChatRequest) -> tuple[RequestMessage, ...]:
    """The messages, with an answer that was broken off and the wish to go on at the end."""
    if not request.seed_text:
        return request.messages
    begun = RequestMessage(Role.ASSISTANT, (TextPart(request.seed_text),))
    return (*request.messages, begun, RequestMessage(Role.USER, (TextPart(GO_ON),)))


def system_text(request: ChatRequest) -> str:
    """Everything that stands in system messages, in order."""
    return "\n\n".join(
        text
        for message in request.messages
        if message.role is Role.SYSTEM and (text := text_of(message.parts))
    )


def text_of(parts: Iterable[MessagePart]) -> str:
    """The words among the parts."""
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def json_object(text: str) -> Body:
    """Arguments or a schema as an object; what is none goes as `{"value": …}`."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {"value": text}
    return value if isinstance(value, dict) else {"value": value}
