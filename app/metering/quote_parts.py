"""What an input consists of: the conversation so far, the new message, its files, instructions.

The parts are counted each by itself and fitted to the whole, which alone is what is billed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.request import ChatRequest, RequestMessage, Role

CountRequest = Callable[[ChatRequest], int]


@dataclass(frozen=True, slots=True)
class InputParts:
    """Tokens by where they come from; together they are the whole input."""

    history: int = 0
    message: int = 0
    attachments: int = 0
    system: int = 0

    @property
    def whole(self) -> int:
        return self.history + self.message + self.attachments + self.system


def parts_of(request: ChatRequest, bare_tokens: int, files: int, count: CountRequest) -> InputParts:
    """Divide a request whose last message is the new one; its first `files` parts are files.

    `count` counts a request bare, as `bare_tokens` were. What belongs to no part alone, such as
    framing, stands with the conversation; with the message where there is none before it.
    """
    *before, typed = request.messages
    told = tuple(message for message in before if message.role is Role.SYSTEM)
    empty = count(replace(request, messages=()))

    def alone(*messages: RequestMessage) -> int:
        return max(0, count(replace(request, messages=messages)) - empty)

    attachments = alone(replace(typed, parts=typed.parts[:files])) if files else 0
    system = alone(*told) if told else 0
    if len(told) == len(before):
        return InputParts(0, max(0, bare_tokens - attachments - system), attachments, system)
    message = min(alone(replace(typed, parts=typed.parts[files:])), bare_tokens)
    history = max(0, bare_tokens - message - attachments - system)
    return InputParts(history, message, attachments, system)


def fitted(parts: InputParts, whole: int) -> InputParts:
    """The same division of another whole: of the corrected count, or of the provider's own."""
    counted = parts.whole
    if whole == counted or not counted:
        return parts
    scaled = InputParts(
        0,
        parts.message * whole // counted,
        parts.attachments * whole // counted,
        parts.system * whole // counted,
    )
    rest = whole - scaled.whole
    if parts.history:
        return replace(scaled, history=rest)
    return replace(scaled, message=scaled.message + rest)
