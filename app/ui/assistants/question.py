"""The question of a tool that asks before it runs: who wants what, and for how long a yes holds."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.seam.assistants import ToolAsked
from app.ui.assistants.tool_menu import tr
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import plain_label, push_button, row

WIDTH = 520
_SUBJECT_LETTERS_MAX = 120


class ToolQuestionDialog(Dialog):
    """`answered` carries once, chat or no; Esc and the cross say no."""

    answered = Signal(str)

    def __init__(self, parent: QWidget, asked: ToolAsked) -> None:
        super().__init__(parent, tr("May this tool run?"), width=WIDTH)
        self.asked = asked
        self._word = "no"
        self._build()
        self.finished.connect(lambda _: self.answered.emit(self._word))

    def first_focus(self) -> QPushButton:
        return self._no

    def withdraw(self) -> None:
        """The question needs no answer any more."""
        self._word = ""
        self.reject()

    def _build(self) -> None:
        subject = self.asked.subject[:_SUBJECT_LETTERS_MAX]
        head = tr("The model wants to read a page of {0}.").format(subject)
        below = tr(
            "What the page says goes to the model, and counts as input with each further call. "
            "The page's owner sees that somebody at your address read it."
        )
        told = plain_label(head, strong=True, wrap=True)
        told.setObjectName("tool-question-head")
        self.body.addWidget(told)
        self.body.addWidget(plain_label(below, tone="2", size="note", wrap=True))
        self.setAccessibleDescription(f"{head} {below}")
        self._no = push_button(tr("Do not allow"), lambda: self._say("no"))
        self._no.setObjectName("tool-question-no")
        chat = push_button(tr("Allow for this chat"), lambda: self._say("chat"))
        chat.setObjectName("tool-question-chat")
        once = push_button(tr("Allow once"), lambda: self._say("once"), "primary")
        once.setObjectName("tool-question-once")
        line = row()
        line.addWidget(self._no)
        line.addStretch(1)
        line.addWidget(chat)
        line.addWidget(once)
        self.body.addSpacing(8)
        self.body.addLayout(line)

    def _say(self, word: str) -> None:
        self._word = word
        self.accept()
