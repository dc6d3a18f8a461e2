"""One pane: header, and below it the greeting of an empty chat or the transcript."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedLayout, QVBoxLayout, QWidget

from app.ui.panes.greeting import Greeting
from app.ui.panes.header import PaneHeader

if TYPE_CHECKING:
    from app.seam.views import MessageView, ModelRow, PaneView
    from app.ui.transcript.view import TranscriptView

WIDTH_MIN = 160
_RUNNING = ("waiting", "streaming")


class Pane(QFrame):
    """`message_asked(kind, message_id, text)`: what was asked for on a card of this pane."""

    message_asked = Signal(str, str, str)
    save_image_asked = Signal(object)
    price_asked = Signal(str, str, str)  # kind, message id, text

    enter_sends = True  # where a message is changed

    def __init__(self) -> None:
        super().__init__()
        self.transcript: TranscriptView | None = None
        self.model_ref = ""
        self.messages: list[MessageView] = []
        self._build()

    def show_pane(self, view: PaneView, at_message_id: str | None = None) -> None:
        """The whole pane as it is now."""
        self.model_ref = view.model_ref
        self.messages = list(view.messages)
        if self.messages or self.transcript is not None:
            self.need_transcript().show_messages(view.messages, at_message_id)
        self._show_page()

    def show_model(self, row: ModelRow | None) -> None:
        """The line of the pane's model in the picker; None where it is not listed."""
        self.header.show_model(self.model_ref, row)
        self.greeting.show_model(row)

    def add_message(self, message: MessageView) -> None:
        """A card at the end, or in place of all cards after its parent."""
        self._cut_after(message.parent_id)
        self.messages.append(message)
        self.need_transcript().add_message(message)
        self._show_page()

    def change_message(self, message: MessageView, *, settled: bool) -> None:
        """A card as it stands now."""
        for place, old in enumerate(self.messages):
            if old.id == message.id:
                self.messages[place] = message
        self.need_transcript().change_message(message)

    def need_transcript(self) -> TranscriptView:
        """The transcript, made when the first message wants to be shown."""
        if self.transcript is None:
            from app.ui.transcript.view import TranscriptView

            self.transcript = TranscriptView()
            self._pages.addWidget(self.transcript)
            self._connect_transcript(self.transcript)
            self.set_enter_sends(self.enter_sends)
        return self.transcript

    def set_enter_sends(self, enter_sends: bool) -> None:
        """Enter sends a changed message, or breaks its line."""
        self.enter_sends = enter_sends
        if self.transcript is not None:
            self.transcript.hub.enter_sends = enter_sends

    def is_streaming(self) -> bool:
        """Whether an answer is being written here."""
        return any(message.state in _RUNNING for message in self.messages[-2:])

    def last_answer(self) -> MessageView | None:
        """The newest answer on this branch."""
        return next((m for m in reversed(self.messages) if m.role == "assistant"), None)

    def last_question(self) -> MessageView | None:
        """The newest message of the person on this branch."""
        return next((m for m in reversed(self.messages) if m.role == "user"), None)

    def focus_body(self) -> None:
        """Put the keyboard into the transcript, or on the model where there is none yet."""
        if self.messages and self.transcript is not None:
            self.transcript.setFocus()
        else:
            self.header.model_button.setFocus()

    def _build(self) -> None:
        self.header = PaneHeader()
        self.greeting = Greeting()
        self._pages = QStackedLayout()
        self.setMinimumWidth(WIDTH_MIN)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(self._pages, 1)
        # Not before: a page of a layout without a widget is shown as a window of its own.
        self._pages.addWidget(self.greeting)

    def _connect_transcript(self, view: TranscriptView) -> None:
        def ask(kind: str) -> Callable[..., None]:
            return lambda message_id="", text="": self.message_asked.emit(kind, message_id, text)

        view.receipt_requested.connect(ask("receipt"))
        view.link_clicked.connect(ask("link"))
        view.edit_requested.connect(ask("edit"))
        view.regenerate_requested.connect(ask("regenerate"))
        view.continue_requested.connect(ask("continue"))
        view.retry_requested.connect(ask("retry"))
        view.keep_requested.connect(ask("keep"))
        view.branch_requested.connect(ask("branch"))
        view.keys_requested.connect(ask("keys"))
        view.model_requested.connect(ask("model"))
        view.price_wanted.connect(
            lambda message_id, kind, text: self.price_asked.emit(kind, message_id, text)
        )
        view.save_image_requested.connect(self.save_image_asked)

    def _cut_after(self, parent_id: str | None) -> None:
        if parent_id is None:
            self.messages.clear()  # another beginning of the chat
        for place, message in enumerate(self.messages):
            if message.id == parent_id:
                del self.messages[place + 1 :]
                return

    def _show_page(self) -> None:
        page: QWidget = self.greeting
        if self.messages and self.transcript is not None:
            page = self.transcript
        self._pages.setCurrentWidget(page)
