"""The composer as a whole: faults above, files, the text, and a row with cost and Send.

It empties only when the core says that the message is stored.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.composer.box import ComposerBox
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.seam.quote_views import CheaperView, QuoteView
    from app.seam.views import AttachmentView, DraftView, FaultView
    from app.ui.composer.fault_card import FaultCard
    from app.ui.slip import SlipLine

DRAFT_PAUSE_MS = 300
QUOTE_PAUSE_MS = 4
COUNTING_SHOWN_AFTER_MS = 500
LEAVING_MAX_MS = 3000
REQUEST_ID_BYTES = 16
_OF_QUOTES = ("budgets", "model")  # ways on after refusals that a quote tells of beforehand


class Composer(QWidget):
    """Orders carry everything that the window needs to make a command of them."""

    send_asked = Signal(str, tuple, tuple, str)  # text, attachment ids, panes, request id
    stop_asked = Signal()
    draft_changed = Signal(str, tuple)
    quote_asked = Signal(int, str, tuple)  # serial, text, attachment ids
    quote_opened = Signal()
    attach_asked = Signal(int, str, str, bytes)  # serial, name, path, content
    edit_last_asked = Signal()
    action_asked = Signal(str)  # a way on after a fault: keys, retry, model, budgets, use:REF
    typed = Signal()
    stayed = Signal()  # a chat that was asked for did not come

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._fault: FaultCard | None = None
        self._slip: SlipLine | None = None
        self._refused: FaultView | None = None  # what the card says
        self._doubted_from = 0  # the first question whose answer may take the card away
        self._streaming = False
        self._serial = 0
        self._quote_serial = 0
        self._sent: tuple[str, tuple[str, ...]] | None = None
        self._left: str | None = None  # what was here when another chat was asked for
        self._sends_on_arrival = False
        self._loading = False
        self._draft_pause = QTimer(self, singleShot=True, interval=DRAFT_PAUSE_MS)
        self._quote_pause = QTimer(self, singleShot=True, interval=QUOTE_PAUSE_MS)
        self._counting = QTimer(self, singleShot=True, interval=COUNTING_SHOWN_AFTER_MS)
        self._leaving = QTimer(self, singleShot=True, interval=LEAVING_MAX_MS)
        self._build()
        self._connect()

    def text(self) -> str:
        """What is in the field, whole."""
        self.box.editor.finish_inserting()
        return self.box.editor.toPlainText()

    def attachment_ids(self) -> tuple[str, ...]:
        """The files that would go with it."""
        return tuple(view.id for view in self.box.attachments())

    def is_empty(self) -> bool:
        """Whether there is nothing that could be sent."""
        return not self.attachment_ids() and not self.box.editor.has_words()

    def show_draft(self, draft: DraftView) -> None:
        """Take the draft of another chat in place of what is here."""
        self.box.editor.finish_inserting()
        self._loading = True
        self._sent = None
        self._hide_fault()
        self.box.editor.setPlainText(draft.text)
        self.box.editor.moveCursor(self.box.editor.textCursor().MoveOperation.End)
        self.box.show_attachments(draft.attachments)
        self._loading = False
        self._draft_pause.stop()
        self._refresh()

    def begin_to_be_heard(self) -> None:
        """Somebody listens from now on: what was typed before is saved and quoted soon, and what
        was to be sent is asked to be."""
        self.say_again()
        if self._sent is not None:
            self._sent = None
            self.send()

    def say_again(self) -> None:
        """What was typed is saved and quoted soon."""
        if self.text():
            self._draft_pause.start()
            self.ask_quote()

    def save_draft_now(self) -> None:
        """Hand over what was typed and not saved yet."""
        self.box.editor.finish_inserting()
        if self._draft_pause.isActive():
            self._on_draft_pause_over()

    def leave_chat(self) -> None:
        """Another chat was asked for: what is typed before it is there belongs to it."""
        self.save_draft_now()
        self._sends_on_arrival = False
        self._left = self.text()
        self._leaving.start()

    def is_leaving(self) -> bool:
        """Whether another chat was asked for and is not there yet."""
        return self._left is not None

    def arrive(self) -> str:
        """The other chat is there: what was typed since it was asked for, else the draft is saved.

        A chat that comes unasked gets nothing.
        """
        left, self._left = self._left, None
        self._leaving.stop()
        text = self.text()
        if left is not None and text.startswith(left):
            return text[len(left) :].lstrip("\n")
        self.save_draft_now()
        return ""

    def keep_draft(self) -> None:
        """Save what is here as the draft of the chat that is open now."""
        self._on_draft_pause_over()

    def accept_sent(self) -> None:
        """The message is stored: what was sent goes away, what was typed since stays."""
        text, attachment_ids = self._sent or ("", ())
        self._sent = None
        self._hide_fault()
        self.box.take_away(attachment_ids)
        now = self.text()
        if now == text:
            self.box.editor.clear()
        elif text and now.startswith(text):
            self.box.editor.setPlainText(now[len(text) :].lstrip("\n"))
        # At once: a draft that was saved since then still holds what was sent.
        self.keep_draft()
        self._refresh()

    def hold_back(self) -> None:
        """Nothing was sent yet: everything stays as it is, and may be sent again."""
        self._sent = None
        self._hide_fault()
        self._refresh()

    def send_after_all(self, text: str, attachment_ids: tuple[str, ...]) -> None:
        """What was held back is on its way: it goes away once it is stored."""
        self._sent = (text, attachment_ids)
        self._refresh()

    def refuse_sent(self, fault: FaultView, cheaper: Sequence[CheaperView] = ()) -> None:
        """Nothing was sent; say why and keep everything."""
        if fault.action == "stop" and not self._streaming:
            # What was in the way is over by now.
            action = "" if self.is_empty() else "retry"
            text = self.tr("The answer before has only just ended.")
            fault = replace(fault, message=text, advice=self.tr("Send it again."), action=action)
        self._refused, self._doubted_from = fault, 0
        self._sent = None
        if self._fault is None:
            from app.ui.composer.fault_card import FaultCard

            self._fault = FaultCard()
            self._fault.action_asked.connect(self._on_action_asked)
            self._fault.closed.connect(self._hide_fault)
            self._column.insertWidget(0, self._fault)
        self._fault.show_fault(fault, cheaper, kept=not self.is_empty())
        self._refresh()

    def doubt_refusal(self) -> None:
        """Something changed that a refusal may rest on: quote anew, and take it away if it did."""
        if self._refused is not None and self._refused.action in _OF_QUOTES:
            if self.is_empty():
                self._hide_fault()
            elif not self._doubted_from:
                self._doubted_from = self._quote_serial + 1
        self.ask_quote()

    def show_slip(self, details: str) -> None:
        """Say that something in the window did not work, above what is being written."""
        if self._slip is None:
            from app.ui.slip import SlipLine

            self._slip = SlipLine()
            self._column.insertWidget(0, self._slip)
        self._slip.show_slip(details)

    def put_above(self, bar: QWidget) -> None:
        """Make room above all else that stands over the box."""
        self._column.insertWidget(0, bar)

    def send(self) -> None:
        """Ask for what is here to be sent, unless it is empty or on its way already."""
        if not self._can_send():
            return
        if self._left is not None:
            self._sends_on_arrival = True
            return
        text, attachment_ids = self.text(), self.attachment_ids()
        self.save_draft_now()
        self._sent = (text, attachment_ids)
        self._refresh()
        # Made once for each press: the same id again is the same message. `secrets` would give the
        # same bytes, and load OpenSSL before the first paint.
        request_id = os.urandom(REQUEST_ID_BYTES).hex()
        self.send_asked.emit(text, attachment_ids, self.box.target.panes(), request_id)

    def send_what_waited(self) -> None:
        """Send what was to be sent while the chat it is for was still being opened."""
        waited, self._sends_on_arrival = self._sends_on_arrival, False
        if waited:
            self.send()

    def ask_quote(self) -> None:
        """Ask again what the text would cost, soon; an empty field costs nothing to ask."""
        self._quote_pause.start()

    def show_quotes(self, serial: int, quotes: Sequence[QuoteView]) -> None:
        """The answer to a question; late ones are dropped."""
        if serial == self._quote_serial and not self.is_empty():
            self._counting.stop()
            wanted = self.box.target.panes()
            shown = [quote for quote in quotes if quote.pane in wanted]
            self.box.quote.show_quotes(shown)
            refusal = next((quote.blocked for quote in shown if quote.blocked), "")
            self.box.show_refusing(refusal)
            if not refusal and 0 < self._doubted_from <= serial:
                self._hide_fault()

    def show_panes(self, names: Sequence[str]) -> None:
        """The model of each pane, so that one can choose which ones to send to."""
        self.box.target.show_panes(names)

    def show_streaming(self, streaming: bool) -> None:
        """Whether an answer is being written, so that it can be stopped."""
        self._streaming = streaming
        self.box.show_streaming(streaming)
        if not streaming and self._refused is not None and self._refused.action == "stop":
            self._hide_fault()

    def show_attached(self, serial: int, view: AttachmentView) -> None:
        """A file that was given is there."""
        self.box.chips.attach(serial, view)

    def show_refused_file(self, serial: int, name: str, message: str) -> None:
        """A file that was given cannot go along."""
        self.box.chips.refuse(serial, name, message)

    def add_files(self, paths: Sequence[str]) -> None:
        """Take files of this computer into the message."""
        for path in paths:
            self._attach(PurePath(path).name, path, b"")

    def _build(self) -> None:
        theme = Theme.current()
        self.box = ComposerBox()
        column = self._column
        column.setContentsMargins(theme.px(24), 0, theme.px(24), theme.px(18))
        column.setSpacing(theme.px(8))
        column.addWidget(self.box)
        self._refresh()

    def _connect(self) -> None:
        box = self.box
        box.editor.textChanged.connect(self._on_text_changed)
        box.editor.send_asked.connect(self.send)
        box.editor.edit_last_asked.connect(self.edit_last_asked)
        box.editor.files_given.connect(self.add_files)
        box.editor.picture_given.connect(self._on_picture_given)
        box.editor.long_text_pasted.connect(self._on_long_text_pasted)
        box.editor.long_text_inserted.connect(self._on_text_changed)
        box.text_wanted.connect(self._on_pasted_text_wanted)
        box.files_changed.connect(self._on_text_changed)
        box.target.changed.connect(self.ask_quote)
        box.quote.clicked.connect(self.quote_opened)
        box.files_chosen.connect(self.add_files)
        box.send_button.clicked.connect(self.send)
        box.stop_button.clicked.connect(self.stop_asked)
        self._draft_pause.timeout.connect(self._on_draft_due)
        self._quote_pause.timeout.connect(self._on_quote_pause_over)
        self._counting.timeout.connect(self._on_counting_long)
        self._leaving.timeout.connect(self._on_leaving_over)

    def _can_send(self) -> bool:
        busy = self.box.is_reading() or self.box.editor.is_inserting()
        return self._sent is None and not busy and not self.is_empty()

    def _hide_fault(self) -> None:
        self._refused, self._doubted_from = None, 0
        if self._fault is not None:
            self._fault.hide()

    def _refresh(self) -> None:
        empty = self.is_empty()
        self.box.show_sendable(not empty and self._can_send())
        if empty:
            self.box.quote.show_quotes(())
            self.box.show_refusing("")
        self.ask_quote()

    def _attach(self, name: str, path: str, content: bytes, pasted: str = "") -> None:
        self._serial += 1
        self.box.chips.expect(self._serial, name, pasted)
        self.box.show_sendable(False)
        self.attach_asked.emit(self._serial, name, path, content)

    def _on_text_changed(self) -> None:
        if self._loading or self.box.editor.is_inserting():
            return  # the end of a long text says it once
        self.typed.emit()
        # Started once and not again by each key: typing without a pause is saved too.
        if not self._draft_pause.isActive():
            self._draft_pause.start()
        self._refresh()
        if self._refused is not None:
            self.doubt_refusal()

    def _on_leaving_over(self) -> None:
        """The other chat did not come: this one is written on."""
        self._left = None
        self._sends_on_arrival = False
        self.stayed.emit()
        self.say_again()

    def _on_draft_due(self) -> None:
        if self.box.editor.is_inserting():
            self._draft_pause.start()  # its end saves all of it
            return
        self._on_draft_pause_over()

    def _on_draft_pause_over(self) -> None:
        self._draft_pause.stop()
        if self._left is not None:
            self._draft_pause.start()
            return
        self.draft_changed.emit(self.text(), self.attachment_ids())

    def _on_quote_pause_over(self) -> None:
        if self.is_empty() or self._left is not None or self.box.editor.is_inserting():
            return
        self._quote_serial += 1
        self.quote_asked.emit(self._quote_serial, self.text(), self.attachment_ids())
        self._counting.start()

    def _on_counting_long(self) -> None:
        if not self.is_empty():
            self.box.quote.show_counting()

    def _on_picture_given(self, content: bytes) -> None:
        self._attach(self.tr("Pasted picture.png"), "", content)

    def _on_long_text_pasted(self, text: str) -> None:
        # Half characters, which a clipboard may hold, cannot be written to a file.
        content = text.encode("utf-8", "replace")
        self._attach(self.tr("Pasted text.txt"), "", content, text)

    def _on_pasted_text_wanted(self, text: str) -> None:
        self.box.editor.insert_long_text(text)
        self.box.editor.setFocus()
        self._refresh()

    def _on_action_asked(self, action: str) -> None:
        if action == "retry":
            self._hide_fault()
            self.send()
        elif action == "stop":
            self.stop_asked.emit()
        else:
            self.action_asked.emit(action)
