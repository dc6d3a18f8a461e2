"""The closed set of things a provider's stream can say, whatever its wire language.

A decoder yields these in order and always ends with exactly one `Finished`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.metering.usage import Usage
from app.quick_init import quick_init


class Outcome(StrEnum):
    """How a stream ended."""

    COMPLETE = "complete"  # the model was done
    LENGTH = "length"  # the output cap was reached
    TOOL_CALLS = "tool_calls"  # the model waits for tool results
    REFUSED = "refused"  # a filter or the model itself declined
    INTERRUPTED = "interrupted"  # the user stopped it
    BROKEN = "broken"  # the stream ended without its end, or with an error


@quick_init
@dataclass(frozen=True, slots=True)
class TextArrived:
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingArrived:
    """Reasoning that the provider shows; `signature` must be sent back unchanged where set."""

    text: str
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCallArrived:
    """One whole tool call; `arguments` is the JSON text as the model wrote it.

    `server_side` is true where the provider ran the tool itself (web search, code).
    """

    id: str
    name: str
    arguments: str
    server_side: bool = False


@dataclass(frozen=True, slots=True)
class ToolResultArrived:
    """What a tool that the provider ran came back with, as text to show."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class CitationArrived:
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ImageArrived:
    media_type: str
    content: bytes


@quick_init
@dataclass(frozen=True, slots=True)
class UsageArrived:
    """The usage so far; a later one replaces an earlier one."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Begun:
    """The provider named its record of this call: what it cost can be looked up by this id."""

    generation_id: str


@dataclass(frozen=True, slots=True)
class Paused:
    """The provider refused for now, at no cost; until `Resumed` nothing is under way."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """The pause is over: the same request goes out again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error that came inside the stream, ready to show; `kind` is a class name of `errors`."""

    kind: str
    message: str
    advice: str = ""


@quick_init
@dataclass(frozen=True, slots=True)
class Finished:
    """The end. `model` is the one that answered, as the provider names it; `receipt` what a
    credit server booked for it, as its JSON text, None elsewhere."""

    outcome: Outcome
    model: str | None = None
    request_id: str | None = None
    fault: Fault | None = None
    receipt: str | None = None


StreamEvent = (
    TextArrived
    | ThinkingArrived
    | ToolCallArrived
    | ToolResultArrived
    | CitationArrived
    | ImageArrived
    | UsageArrived
    | Begun
    | Paused
    | Resumed
    | Finished
)
