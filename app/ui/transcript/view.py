"""The transcript of one pane: messages in, wishes out.

`TranscriptView` is the one class that the panes use. It keeps the frozen messages that it was
given and the text that has arrived since; everything else can be made again from these.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from app.seam.quote_views import QuoteView
from app.seam.views import CitationView, ImageView, MessageState, MessageView, ToolCallView
from app.ui.theme import Theme
from app.ui.transcript.arrivals import Arrivals
from app.ui.transcript.card import Card
from app.ui.transcript.editor_view import EditorView
from app.ui.transcript.estimates import estimate_message
from app.ui.transcript.find_in_chat import FindInChat
from app.ui.transcript.keyboard import press
from app.ui.transcript.look import BARE_TEXT
from app.ui.transcript.markdown import safe_link
from app.ui.transcript.overlay import Overlay
from app.ui.transcript.parts import Memory, is_other_model, parts_of
from app.ui.transcript.pieces import Segment
from app.ui.transcript.places import ReadingPlaces
from app.ui.transcript.readings import Readings
from app.ui.transcript.scroller import Scroller

TITLE_LENGTH_MAX = 240
_BUSY = (MessageState.WAITING, MessageState.STREAMING)


class TranscriptView(Scroller):
    """A virtual column of message cards. All ids in its signals are message ids."""

    receipt_requested = Signal(str)
    link_clicked = Signal(str)
    edit_requested = Signal(str, str)
    regenerate_requested = Signal(str)
    continue_requested = Signal(str)
    retry_requested = Signal(str)
    keep_requested = Signal(str)
    branch_requested = Signal(str)
    keys_requested = Signal()
    model_requested = Signal()
    save_image_requested = Signal(object)
    price_wanted = Signal(str, str, str)  # of: edit, regenerate, continue; and the changed words
    copied = Signal(str)  # the text that went to the clipboard

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages: list[MessageView] = []
        self.readings = Readings()
        self._numbers: dict[str, int] = {}
        self._memories: dict[str, Memory] = {}
        self._editing = ""
        self._places = ReadingPlaces()
        self._build()
        self._connect()

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Conversation"))
        self.setStyleSheet(BARE_TEXT)
        self.overlay = Overlay(self)
        self.finding = FindInChat(self)
        self._arrivals = Arrivals(self, self.flush)

    def _connect(self) -> None:
        hub = self.hub
        for name in (
            "receipt_requested", "edit_requested", "regenerate_requested", "continue_requested",
            "retry_requested", "keep_requested", "branch_requested", "keys_requested",
            "model_requested", "save_image_requested", "price_wanted",
        ):  # fmt: skip
            getattr(hub, name).connect(getattr(self, name))
        hub.link_pressed.connect(self._on_link_pressed)
        hub.link_hovered.connect(self.overlay.hint)
        hub.edit_started.connect(self.start_editing)
        hub.edit_ended.connect(self._on_edit_ended)
        hub.copy_requested.connect(self.copy_message)
        hub.resized.connect(self._on_part_resized)
        self.overlay.link_bar.opened.connect(self.link_clicked)
        self.overlay.link_bar.copied.connect(self._copy)
        Theme.current().changed.connect(self._on_theme_changed)

    # What the pane tells.

    def show_messages(
        self, messages: tuple[MessageView, ...], at_message_id: str | None = None
    ) -> None:
        """Show these messages and nothing else, at the message named or at the end.

        A chat is shown where the reader left it, if that message is still there.
        """
        same_chat = bool(self.messages) and bool(messages) and self.messages[0].id == messages[0].id
        self._places.note(self.messages, None if self.sticks else self.reading_place())
        self._arrivals.take()
        self.messages = list(messages)
        self._numbers = {message.id: index for index, message in enumerate(messages)}
        self._editing = self._editing if self._editing in self._numbers else ""
        self.readings.clear()
        if not same_chat:
            self._memories.clear()
        for message in messages[-4:]:
            if message.state in _BUSY:
                self.readings.begin(message.id, message.text)
        self.reset(len(messages))
        self.finding.messages_changed(other_chat=not same_chat)
        if at_message_id is not None and at_message_id in self._numbers:
            self.go_to(self._numbers[at_message_id])
        elif (place := self._places.of(messages, self._numbers)) is not None:
            self.go_back_to(place)
        else:
            self.go_to_end()

    def add_message(self, message: MessageView) -> None:
        """A new card at the end, or in place of everything after its parent."""
        if message.id in self._numbers:
            self.change_message(message)
            return
        self.flush()
        parent = self._numbers.get(message.parent_id) if message.parent_id else None
        self._cut_after(-1 if message.parent_id is None else parent)
        if self._editing not in self._numbers:
            self._memories.pop(self._editing, None)
            self._editing = ""
        self._numbers[message.id] = len(self.messages)
        self.messages.append(message)
        if message.state in _BUSY:
            self.readings.begin(message.id, message.text)
        self.extend()
        if message.role == "user":
            self.sticks = True  # what one has just sent is brought into view
        self.finding.messages_changed()
        self.settle()

    def append_text(self, message_id: str, text: str) -> None:
        """Text of a growing answer; shown with the next update."""
        self._arrivals.add_text(message_id, text)

    def append_thinking(self, message_id: str, text: str) -> None:
        """Thinking of a growing answer; shown with the next update."""
        self._arrivals.add_thinking(message_id, text)

    def show_tool_call(self, message_id: str, call: ToolCallView) -> None:
        """A tool call, or the same one again with its result."""
        message = self.message(message_id)
        if message is None:
            return
        calls = [call if known.id == call.id else known for known in message.tool_calls]
        if not any(known.id == call.id for known in calls):
            calls.append(call)
        self._replace(replace(message, tool_calls=tuple(calls)))

    def show_citation(self, message_id: str, citation: CitationView) -> None:
        message = self.message(message_id)
        if message is not None and citation not in message.citations:
            self._replace(replace(message, citations=(*message.citations, citation)))

    def show_image(self, message_id: str, image: ImageView) -> None:
        message = self.message(message_id)
        if message is not None:
            self._replace(replace(message, images=(*message.images, image)))

    def change_message(self, message: MessageView) -> None:
        """A card as it stands now. One that is done is shown as it would be from the store."""
        if message.id not in self._numbers:
            return
        self.flush()
        busy = message.state in _BUSY
        if busy and not self.readings.streams(message.id):
            self.readings.begin(message.id, message.text)
        elif not busy:
            self.readings.end(message.id, message.text)
        elif len(message.text) > len(self.readings.text(message.id)):
            self.readings.begin(message.id, message.text)
        self._replace(message)

    def keep_editing(self) -> None:
        """What was to be sent instead of a message was not: it can be changed again."""
        card = self.cards.get(self._numbers.get(self._editing, -1))
        if card is not None and (editor := card.findChild(EditorView)) is not None:
            editor.allow_again()

    def show_price(self, message_id: str, kind: str, quote: QuoteView) -> None:
        """What an edit, another answer, or going on would cost, where it was asked."""
        card = self.cards.get(self._numbers.get(message_id, -1))
        if card is not None:
            card.show_price(kind, quote)

    def scroll_to(self, message_id: str) -> None:
        """Bring a message's beginning to the top of the view."""
        index = self._numbers.get(message_id)
        if index is not None:
            self.go_to(index)

    def visible_message_ids(self) -> tuple[str, ...]:
        """The messages that can be seen now."""
        return tuple(self.messages[index].id for index in self.visible_indices())

    def message(self, message_id: str) -> MessageView | None:
        """The message as it stands, with the text that has arrived."""
        index = self._numbers.get(message_id)
        if index is None:
            return None
        message = self.messages[index]
        if self.readings.streams(message_id):
            return replace(message, text=self.readings.text(message_id))
        return message

    # Finding.

    def open_find(self) -> None:
        """Open the line to find in this chat (Ctrl+F)."""
        self.finding.open()

    def find(self, text: str) -> int:  # type: ignore[override]
        """Mark all hits and go to the first from here on; how many there are."""
        return self.finding.find(text)

    def find_next(self) -> None:
        self.finding.step(1)

    def find_previous(self) -> None:
        self.finding.step(-1)

    # Actions.

    def copy_message(self, message_id: str) -> None:
        """Put a message on the clipboard, as its Markdown."""
        self.flush()
        message = self.message(message_id)
        if message is not None:
            self._copy(message.text)

    def start_editing(self, message_id: str) -> None:
        """Put an editor in the place of a user message."""
        message = self.message(message_id)
        if message is None or message.role != "user":
            return
        before, self._editing = self._editing, message_id
        for identity in {before, message_id} - {""}:
            self._show_again(identity)
        self.bring(self._numbers[message_id])
        card = self.cards.get(self._numbers[message_id])
        if card is not None and (editor := card.findChild(EditorView)) is not None:
            editor.text.setFocus(Qt.FocusReason.OtherFocusReason)

    # What the scroller asks.

    def fill(self, card: Card, index: int) -> None:
        message = self.messages[index]
        card.begin(message.id, self._memories.setdefault(message.id, Memory()))
        self._show_parts(card, index)
        self.finding.mark_later()

    def estimate(self, index: int, width: int) -> int:
        return estimate_message(self.messages[index], width, Theme.current().zoom_percent / 100)

    def read_ahead(self, index: int) -> bool:
        message = self.messages[index]
        return message.role != "user" and self.readings.read_ahead(message.id, message.text)

    def card_title(self, index: int) -> str:
        message = self.messages[index]
        who = self.tr("You") if message.role == "user" else message.model_name or self.tr("Answer")
        return f"{who}: {' '.join(message.text[:TITLE_LENGTH_MAX].split())}"

    def gap_after(self, index: int) -> int:
        message = self.messages[index]
        # The row for what one can do with a question is air enough, as long as nobody points at it.
        if message.role == "user" and message.id != self._editing:
            return 0
        return super().gap_after(index)

    def settled(self) -> None:
        last = len(self.messages) - 1
        busy = last >= 0 and self.messages[last].state in _BUSY
        self.overlay.place(self.cards.get(last) if busy else None)
        self.finding.place()

    # Inside.

    def _show_parts(self, card: Card, index: int) -> None:
        message = self.messages[index]
        segments: tuple[Segment, ...] = ()
        growing = self.readings.streams(message.id)
        if message.role != "user" and (message.text or growing):
            segments = self.readings.segments(message.id, message.text)
        parts = parts_of(
            message,
            segments,
            label=is_other_model(self.messages, index),
            editing=message.id == self._editing,
        )
        open_number = -1
        if growing and segments:
            open_number = next(i for i, part in enumerate(parts) if part is segments[-1])
        card.show_parts(parts, open_number)

    def _replace(self, message: MessageView) -> None:
        index = self._numbers[message.id]
        self.messages[index] = message
        self._show_again(message.id)

    def _show_again(self, message_id: str) -> None:
        index = self._numbers.get(message_id)
        if index is None:
            return
        card = self.cards.get(index)
        if card is not None:
            self._show_parts(card, index)
            card.setAccessibleName(self.card_title(index))
        else:
            width = self.column()[1]
            self.heights.put(index, self.estimate(index, width), exact=False)
        self.settle()

    def _cut_after(self, parent: int | None) -> None:
        if parent is None or parent == len(self.messages) - 1:
            return
        for message in self.messages[parent + 1 :]:
            self._numbers.pop(message.id, None)
        del self.messages[parent + 1 :]
        self.cut(parent + 1)

    def flush(self) -> None:
        """Show at once what has arrived; happens by itself thirty times a second."""
        arrived = self._arrivals.take()
        for message_id, (text, thinking) in arrived.items():
            index = self._numbers.get(message_id)
            if index is not None:
                self._grow(index, text, thinking)
        if arrived:
            self.settle()

    def _grow(self, index: int, text: str, thinking: str) -> None:
        message = self.messages[index]
        if text:
            if not self.readings.streams(message.id):
                self.readings.begin(message.id, message.text)
            self.readings.feed(message.id, text)
            grown = message.text + text
            message = replace(message, text=grown, state=MessageState.STREAMING)
        self.messages[index] = replace(message, thinking=message.thinking + thinking)
        card = self.cards.get(index)
        if card is not None:
            self._show_parts(card, index)
        else:
            self.heights.put(index, self.estimate(index, self.column()[1]), exact=False)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(text)

    def _on_link_pressed(self, address: str) -> None:
        if safe_link(address):
            self.overlay.ask(address)

    def _on_edit_ended(self, message_id: str) -> None:
        self._editing = ""
        self._show_again(message_id)
        card = self.cards.get(self._numbers.get(message_id, -1))
        if card is not None:
            card.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_part_resized(self, message_id: str) -> None:
        card = self.cards.get(self._numbers.get(message_id, -1))
        if card is not None:
            card.measure_again()
            self.hold_still(self._numbers[message_id])
            self.settle()

    def _on_theme_changed(self) -> None:
        self.overlay.caret.dress()
        self.stay_at_end()
        for card in self.cards.values():
            card.refresh()
        self.guess_again()
        self.settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.open_find()
            return
        index = self.focused_index()
        if event.matches(QKeySequence.StandardKey.Copy) and index is not None:
            self.copy_message(self.messages[index].id)
            return
        if not press(self, event):
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.overlay.link_bar.hide()
        super().hideEvent(event)
