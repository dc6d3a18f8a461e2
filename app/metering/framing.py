"""What a request consists of, as figures that a vendor's counting rules multiply.

No vendor is known here: `profiles` says which figure weighs how much where.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from app.metering.documents import media_tokens
from app.metering.images import image_tokens
from app.metering.text_counts import TextCount
from app.metering.tool_text import ToolsForm, tools_text
from app.request import (
    ChatRequest,
    ImagePart,
    MediaPart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)

CountText = Callable[[str], TextCount]


@dataclass(frozen=True, slots=True)
class CountHints:
    """What a provider will be asked besides the request's own fields.

    `server_tools` are tools that the provider runs, by the vendor's type name; `schema_json` is
    the form that the answer must have; `forced` that a tool must be called; `thinking` that the
    model is told to think first; `stored_tokens` what the provider adds from its own storage;
    `media` are files that the provider reads itself.
    """

    server_tools: tuple[str, ...] = ()
    schema_json: str = ""
    forced: bool = False
    thinking: bool = False
    stored_tokens: int = 0
    media: tuple[MediaPart, ...] = ()


@dataclass(slots=True)
class Figures:
    """The sizes of a request. Texts are in tokens of the profile's vocabulary."""

    messages: int = 0
    text: int = 0
    thinking: int = 0
    signature_chars: int = 0
    loop_thinking: int = 0  # of it, since the last thing the user said
    loop_signature_chars: int = 0
    calls: int = 0
    parallel_calls: int = 0  # messages with more than one call
    call_text: int = 0
    result_names: int = 0
    results: int = 0
    images: int = 0
    has_system: bool = False
    begins_with_system: bool = False
    tools: int = 0
    tools_text: int = 0
    schema: int = 0
    sampled: bool = False
    unknown_images: int = 0
    media: int = 0
    uncertain_media: int = 0
    _names: dict[str, str] = field(default_factory=dict)


_THOUGHT = re.compile(r"<think>.*?</think>\s*", re.DOTALL)


def measure(
    request: ChatRequest,
    hints: CountHints,
    count: CountText,
    *,
    tools_form: ToolsForm,
    images: str,
    drops_think_tags: bool = False,
) -> Figures:
    """The figures of a request; `images` names the rule for them."""
    figures = Figures()
    for message in request.messages:
        cut = drops_think_tags and message.role is Role.ASSISTANT
        read = _without_think_tags(message) if cut else message
        _add_message(figures, read, request.model, count, images)
    if request.tools:
        figures.tools = len(request.tools)
        figures.tools_text = _text(figures, count, tools_text(request.tools, tools_form))
    for file in hints.media:
        found = media_tokens(images, request.model, file)
        figures.media += found.tokens
        figures.uncertain_media += 0 if found.certain else found.tokens
    if hints.schema_json:
        figures.schema = _text(figures, count, hints.schema_json)
    if request.seed_text:
        figures.messages += 1
        figures.text += _text(figures, count, request.seed_text)
    return figures


def _add_message(
    figures: Figures, message: RequestMessage, model: str, count: CountText, images: str
) -> None:
    if message.role is Role.SYSTEM:
        figures.has_system = True
        figures.begins_with_system |= figures.messages == 0
    elif (
        message.role is Role.USER
        and (figures.loop_thinking or figures.loop_signature_chars)
        and any(isinstance(p, TextPart) for p in message.parts)
    ):
        figures.loop_thinking = figures.loop_signature_chars = 0
    figures.messages += 1
    if len(message.parts) > 1:
        figures.parallel_calls += _calls(message.parts) > 1
    for part in message.parts:
        match part:
            case TextPart():
                figures.text += _text(figures, count, part.text)
            case ThinkingPart():
                _add_thinking(figures, _text(figures, count, part.text), part.signature or "")
            case ToolCallPart():
                figures.calls += 1
                figures._names[part.id] = part.name
                figures.call_text += _text(figures, count, part.name)
                figures.call_text += _text(figures, count, part.arguments)
            case ToolResultPart():
                figures.results += 1
                figures.text += _text(figures, count, part.text)
                name = figures._names.get(part.id, "")
                figures.result_names += _text(figures, count, name)
            case ImagePart():
                figures.images += image_tokens(images, model, part.width, part.height)
                figures.unknown_images += not (part.width and part.height)
            case _:
                assert_never(part)


def _without_think_tags(message: RequestMessage) -> RequestMessage:
    parts = tuple(
        TextPart(_THOUGHT.sub("", part.text)) if isinstance(part, TextPart) else part
        for part in message.parts
    )
    return RequestMessage(message.role, parts)


def _add_thinking(figures: Figures, tokens: int, signature: str) -> None:
    figures.thinking += tokens
    figures.loop_thinking += tokens
    figures.signature_chars += len(signature)
    figures.loop_signature_chars += len(signature)


def _calls(parts: Sequence[object]) -> int:
    return sum(isinstance(part, ToolCallPart) for part in parts)


def _text(figures: Figures, count: CountText, text: str) -> int:
    found = count(text)
    figures.sampled |= found.sampled
    return found.tokens
