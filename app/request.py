"""What is asked of a provider, in no vendor's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.quick_init import quick_init


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@quick_init
@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """`width` and `height` in pixels, for counting; 0 where unknown.

    `detail` is low, high or auto where somebody chose how closely it is looked at.
    """

    media_type: str
    content: bytes
    width: int = 0
    height: int = 0
    detail: str = ""


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


@quick_init
@dataclass(frozen=True, slots=True)
class RequestMessage:
    role: Role
    parts: tuple[MessagePart, ...]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """`parameters_json` is a JSON Schema as text; `strict` that arguments must keep to it."""

    name: str
    description: str
    parameters_json: str
    strict: bool | None = None


class ToolMode(StrEnum):
    AUTO = "auto"  # the model decides
    NONE = "none"  # no tool may be called
    REQUIRED = "required"  # one of them must be
    ONE = "one"  # this one must be


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Whether a tool must be called; `name` is the one with ToolMode.ONE."""

    mode: ToolMode
    name: str = ""


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The answer is to be JSON: of this schema, or any object where `schema_json` is empty."""

    schema_json: str = ""
    name: str = "answer"
    strict: bool | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One upstream call. `output_tokens_max` is always sent; `effort` is low, medium or high,
    where a model knows them also minimal, xhigh or max.

    What a wire language does not have is left out of it; `encode.lost_in` says what that is.
    """

    model: str
    messages: tuple[RequestMessage, ...]
    output_tokens_max: int
    temperature: float | None = None
    effort: str | None = None
    tools: tuple[ToolSpec, ...] = ()
    seed_text: str = ""  # an answer's beginning that the model is to continue
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    answer_form: AnswerForm | None = None
    request_id: str = ""  # the sender's own name for it; never part of what a model reads
