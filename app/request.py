"""What is asked of a provider, in no vendor's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """`width` and `height` in pixels, for counting; 0 where unknown."""

    media_type: str
    content: bytes
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class ThinkingPart:
    text: str
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    id: str
    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A file of pages, a PDF, that the provider reads itself."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class AudioPart:
    """`duration_ms` is 0 where it is unknown."""

    media_type: str
    content: bytes
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class VideoPart:
    """`duration_ms` is 0 where it is unknown."""

    media_type: str
    content: bytes
    duration_ms: int = 0


# Files that a provider reads itself. They can be counted; no wire language sends them yet.
MediaPart = DocumentPart | AudioPart | VideoPart
MessagePart = TextPart | ImagePart | ThinkingPart | ToolCallPart | ToolResultPart


@dataclass(frozen=True, slots=True)
class RequestMessage:
    role: Role
    parts: tuple[MessagePart, ...]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """`parameters_json` is a JSON Schema as text."""

    name: str
    description: str
    parameters_json: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One upstream call. `output_tokens_max` is always sent; `effort` is low, medium or high."""

    model: str
    messages: tuple[RequestMessage, ...]
    output_tokens_max: int
    temperature: float | None = None
    effort: str | None = None
    tools: tuple[ToolSpec, ...] = ()
    seed_text: str = ""  # an answer's beginning that the model is to continue
