"""What a card is made of: one frozen value per part, in the order they are shown.

Markdown segments come from `pieces`; tool calls, images and faults are the seam's own views.
Nothing here draws: `card` finds the widget for each kind of value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.seam.views import (
    AttachmentView,
    CitationView,
    CostLine,
    FaultView,
    ImageView,
    MessageState,
    MessageView,
    ToolCallView,
)
from app.ui.transcript.pieces import Segment


@dataclass(frozen=True, slots=True)
class ModelLabel:
    """Who answers, where it is not the one who answered before."""

    name: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """What the model thought. `seconds` and `tokens` are None while they are not known."""

    text: str
    seconds: float | None
    tokens: int | None
    running: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """What the user wrote, as it was written."""

    text: str


@dataclass(frozen=True, slots=True)
class Editor:
    """A user message that is being changed."""

    text: str


@dataclass(frozen=True, slots=True)
class Attachments:
    files: tuple[AttachmentView, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    citations: tuple[CitationView, ...]


@dataclass(frozen=True, slots=True)
class HalfAnswer:
    """An answer that stopped before its end; `stopped` by the user, else it broke.

    `why` is what broke it, in words; empty where nobody knows.
    """

    stopped: bool
    empty: bool
    note: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong; `offers_retry` where nothing else on the card does."""

    fault: FaultView
    offers_retry: bool


@dataclass(frozen=True, slots=True)
class Footer:
    """What an answer cost and what can be done with a message."""

    role: str
    cost: CostLine | None
    siblings: tuple[str, ...]
    busy: bool
    model_name: str = ""

    @property
    def is_answer(self) -> bool:
        return self.role != "user"


Part = (
    Segment | ModelLabel | Thinking | Bubble | Editor | Attachments | Sources | HalfAnswer | Footer
    | ToolCallView | ImageView | Trouble
)  # fmt: skip


class Hub(QObject):
    """What the parts of all cards ask for; the first argument is the message's id.

    `enter_sends` is how Enter is set where a message is changed.
    """

    receipt_requested = Signal(str)
    link_hovered = Signal(str)
    link_pressed = Signal(str)  # an address; shown before it is opened
    edit_started = Signal(str)
    edit_ended = Signal(str)
    edit_requested = Signal(str, str)
    copy_requested = Signal(str)
    regenerate_requested = Signal(str)
    continue_requested = Signal(str)
    retry_requested = Signal(str)
    keep_requested = Signal(str)
    branch_requested = Signal(str)
    keys_requested = Signal()
    model_requested = Signal()
    save_image_requested = Signal(object)
    price_wanted = Signal(str, str, str)  # of: edit, regenerate, continue; and the changed words
    resized = Signal(str)  # a part of this message was folded, wrapped or loaded

    enter_sends = True


class Memory:
    """What the reader did to the parts of one message: unfolded, wrapped, shown whole.

    `edited` is what stands in its editor, None where nothing was changed.
    """

    __slots__ = ("_marks", "edited")

    def __init__(self) -> None:
        self.edited: str | None = None
        self._marks: set[tuple[type, int, str]] = set()

    def has(self, place: Place, mark: str) -> bool:
        return (place.kind, place.number, mark) in self._marks

    def toggle(self, place: Place, mark: str) -> None:
        self._marks ^= {(place.kind, place.number, mark)}


@dataclass(slots=True)
class Place:
    """Where a part stands: in which message, as which of its kind, and whether text comes."""

    message_id: str
    kind: type
    number: int
    hub: Hub
    memory: Memory
    open: bool = False


class PartWidget(Protocol):
    """What a card needs of the widget of a part; widgets are reused for other values."""

    def show_part(self, part: Part, place: Place) -> None: ...

    def height_for(self, width: int) -> int:
        """Lay out at this width and say how tall that is; both in pixels."""

    def release(self) -> None:
        """Let go of what was shown: selection, focus, timers, pictures."""


def parts_of(
    message: MessageView, segments: Sequence[Segment], *, label: bool = False, editing: bool = False
) -> list[Part]:
    """The parts of a message in order; `segments` is its text, read."""
    busy = message.state in (MessageState.WAITING, MessageState.STREAMING)
    if message.role == "user":
        return _user_parts(message, editing)
    parts: list[Part] = []
    if label and message.model_name:
        parts.append(ModelLabel(message.model_name))
    if message.thinking:
        tokens = message.cost.thinking_tokens or None if message.cost else None
        running = busy and not message.text
        parts.append(Thinking(message.thinking, message.thinking_s, tokens, running))
    parts += message.tool_calls
    parts += segments
    parts += message.images
    if message.citations:
        parts.append(Sources(message.citations))
    is_half = message.state in (MessageState.INTERRUPTED, MessageState.INCOMPLETE)
    # Where nothing arrived there is nothing to resume or keep: the fault says it all.
    is_half = is_half and bool(message.text or not message.fault)
    # A key that was refused in the middle needs its own way on; else one box says it all.
    keys_needed = message.fault is not None and message.fault.action == "keys"
    if message.fault and (keys_needed or not is_half):
        parts.append(Trouble(message.fault, not is_half and message.role == "assistant"))
    if is_half:
        note = message.cost.note if message.cost else ""
        stopped = message.state == MessageState.INTERRUPTED
        why = message.fault.message if message.fault and not keys_needed else ""
        parts.append(HalfAnswer(stopped, not message.text, note, why))
    parts.append(_footer(message, busy))
    return parts


def is_other_model(messages: Sequence[MessageView], index: int) -> bool:
    """Whether another model answers at a place than answered before."""
    name = messages[index].model_name
    for before in reversed(messages[max(0, index - 6) : index]):
        if before.role == "assistant":
            return bool(before.model_name) and before.model_name != name
    return False


def _user_parts(message: MessageView, editing: bool) -> list[Part]:
    parts: list[Part] = []
    if message.attachments:
        parts.append(Attachments(message.attachments))
    if editing:
        return [*parts, Editor(message.text)]
    if message.text:
        parts.append(Bubble(message.text))
    if message.fault:
        parts.append(Trouble(message.fault, offers_retry=False))
    return [*parts, _footer(message, False)]


def _footer(message: MessageView, busy: bool) -> Footer:
    return Footer(message.role, message.cost, message.siblings, busy, message.model_name)
