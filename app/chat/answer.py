"""An answer while it arrives: stream events in, the message as it stands out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from app.chat.extras import Extras, Round, RoundItem, read_extras
from app.metering.usage import Usage
from app.providers import events as stream
from app.seam import events as seam
from app.seam.views import CitationView, ImageView, ToolCallView
from app.store.records import MessageRecord, State


@dataclass(slots=True)
class Answer:
    """What came so far for one message. `base` is the row as it was when the call began."""

    base: MessageRecord
    pane: int
    host: str
    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    extras: Extras = field(default_factory=Extras)
    images: list[ImageView] = field(default_factory=list)
    usage: Usage | None = None
    finished: stream.Finished | None = None
    thinking_began_s: float | None = None
    thinking_s: float | None = None
    pieces: int = 0
    closed: bool = False
    generation_id: str | None = None  # the provider's record of the call, where it has one
    paused: bool = False  # refused at no cost; it is asked again when the pause ends
    calls: list[stream.ToolCallArrived] = field(default_factory=list)  # of tools of ours
    _items: list[RoundItem] = field(default_factory=list)
    _joint: str = ""  # between what an earlier call wrote and what this one does

    def __post_init__(self) -> None:
        # An answer that goes on keeps its sources and calls.
        self.extras = read_extras(self.base.extras_json)

    def take(self, event: stream.StreamEvent, at_s: float) -> seam.Event | None:
        """Add one stream event; returns what the window should hear of it. `at_s` is monotonic."""
        message, pane = self.base, self.pane
        if self.closed and not isinstance(event, stream.UsageArrived | stream.Finished):
            return None
        match event:
            case stream.TextArrived(text):
                self._end_thinking(at_s)
                return self._take_text(text)
            case stream.ThinkingArrived(text, signature):
                return self._take_thinking(text, signature, at_s)
            case stream.ToolCallArrived():
                return self._take_call(event)
            case stream.ToolResultArrived(id_, text):
                return self._show_result(id_, text)
            case stream.CitationArrived(url, title):
                citation = CitationView(url, title)
                if citation in self.extras.citations:
                    return None
                self.extras.citations.append(citation)
                return seam.CitationShown(message.chat_id, pane, message.id, citation)
            case stream.ImageArrived(media_type, content):
                image = ImageView(media_type, content)
                self.images.append(image)
                return seam.ImageShown(message.chat_id, pane, message.id, image)
            case stream.UsageArrived(usage):
                self.usage = usage
                return None
            case stream.Begun() | stream.Paused() | stream.Resumed():
                self._take_stage(event)
                return None
            case stream.Finished():
                self._end_thinking(at_s)
                self.finished = event
                return None
            case _:
                assert_never(event)

    def close_text(self) -> None:
        """The user stopped: from here on only usage and the end count."""
        self.closed = True

    @property
    def is_empty(self) -> bool:
        """Nothing that the user could want to keep has come."""
        return not (self.text or self.thinking or self.extras.tool_calls or self.images)

    @property
    def new_text(self) -> str:
        """What this call wrote, without what stood there before."""
        return "".join(self.text)

    @property
    def new_thinking(self) -> str:
        return "".join(self.thinking)

    @property
    def written(self) -> str:
        """All that this call wrote, thinking and what it asked of tools included."""
        asked = "".join(call.name + call.arguments for call in self.calls)
        return self.new_text.removeprefix(self._joint) + self.new_thinking + asked

    def close_round(self) -> None:
        """This call ended in tools of ours: keep it as it goes back to the model."""
        self.extras.rounds.append(Round(len(self.base.text), tuple(self._items), self.host))

    def record(self, state: State) -> MessageRecord:
        """The message as it stands."""
        return replace(
            self.base,
            text=self.base.text + self.new_text,
            thinking=self.base.thinking + self.new_thinking,
            thinking_s=self._thinking_s(),
            extras_json=self.extras.to_json(),
            state=state,
        )

    def _take_text(self, text: str) -> seam.Event:
        if not self.text and self.extras.rounds and self.base.text.strip():
            # What a call writes after its tools is a paragraph of its own.
            self._joint = "\n\n"
            text = self._joint + text
        self.text.append(text)
        self.pieces += 1
        if self._items and self._items[-1][0] == "text":
            self._items[-1] = ("text", int(self._items[-1][1] or 0) + len(text))
        else:
            self._items.append(("text", len(text)))
        return seam.TextArrived(self.base.chat_id, self.pane, self.base.id, text)

    def _note_thinking(self, text: str, signature: str | None) -> None:
        last = self._items[-1] if self._items else ("", "")
        if len(last) == 3 and last[2] is None:
            self._items[-1] = ("thinking", last[1] + text, signature)
        else:
            self._items.append(("thinking", text, signature))

    def _take_call(self, event: stream.ToolCallArrived) -> seam.Event:
        known = {call.id for call in self.extras.tool_calls}
        call_id, number = event.id, 2
        while call_id in known:
            # Where the provider names none, each call of the message begins to count anew.
            call_id, number = f"{event.id}_{number}", number + 1
        if not event.server_side:
            self.calls.append(replace(event, id=call_id))
            self._items.append(("call", call_id))
        return self._show_call(ToolCallView(call_id, event.name, event.arguments))

    def _take_stage(self, event: stream.Begun | stream.Paused | stream.Resumed) -> None:
        if isinstance(event, stream.Begun):
            self.generation_id = event.generation_id
        else:
            self.paused = isinstance(event, stream.Paused)

    def _take_thinking(self, text: str, signature: str | None, at_s: float) -> seam.Event | None:
        if self.thinking_began_s is None:
            self.thinking_began_s = at_s
        self._note_thinking(text, signature)
        # A signature holds for its own block; joined blocks have none that is still true.
        if signature:
            several = self.extras.thinking_signature is not None or bool(self.base.thinking)
            self.extras.thinking_signature = "" if several else signature
            self.extras.host = self.host
        elif text and self.base.thinking and self.extras.thinking_signature:
            self.extras.thinking_signature = ""
        if not text:
            return None
        self.thinking.append(text)
        self.pieces += 1
        return seam.ThinkingArrived(self.base.chat_id, self.pane, self.base.id, text)

    def _thinking_s(self) -> float | None:
        if self.thinking_s is None:
            return self.base.thinking_s
        return (self.base.thinking_s or 0.0) + self.thinking_s

    def _end_thinking(self, at_s: float) -> None:
        if self.thinking_began_s is not None and self.thinking_s is None:
            self.thinking_s = at_s - self.thinking_began_s

    def _show_call(self, call: ToolCallView) -> seam.Event:
        self.extras.tool_calls.append(call)
        return seam.ToolCallShown(self.base.chat_id, self.pane, self.base.id, call)

    def _show_result(self, call_id: str, text: str) -> seam.Event | None:
        answered = self.extras.answer_call(call_id, text, failed=False)
        if answered is None:
            return None
        return seam.ToolCallShown(self.base.chat_id, self.pane, self.base.id, answered)
