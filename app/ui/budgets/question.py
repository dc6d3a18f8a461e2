"""The question before a message that costs far more than usual, or that no budget can price."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.seam.budgets import SendNeedsConfirmation
from app.seam.commands import SendMessage
from app.ui import words
from app.ui.budgets.wording import question_words, tr
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import plain_label, push_button, row

WIDTH = 520


class QuestionDialog(Dialog):
    """`confirmed` carries the order with the user's word in it. Esc and Enter send nothing."""

    confirmed = Signal(object)
    cheaper_asked = Signal()

    def __init__(self, parent: QWidget, asked: SendNeedsConfirmation) -> None:
        super().__init__(parent, tr("Send this message?"), width=WIDTH)
        self._asked = asked
        self._build()

    def first_focus(self) -> QPushButton:
        return self._keep

    def _build(self) -> None:
        question = self._asked.question
        typed = isinstance(self._asked.command, SendMessage)
        head, below = question_words(question, typed=typed)
        told = plain_label(head, strong=True, wrap=True)
        told.setObjectName("question-head")
        self.body.addWidget(told)
        self.body.addWidget(plain_label(below, tone="2", size="note", wrap=True))
        self.setAccessibleDescription(f"{head} {below}")
        send = tr("Send all the same")
        if question.cost_pusd is not None:
            send = tr("Send it, about {0}").format(words.money(question.cost_pusd))
        self._keep = push_button(tr("Do not send"), self.reject)
        self._keep.setObjectName("question-keep")
        self._send = push_button(send, self._on_send, "primary")
        self._send.setObjectName("question-send")
        other = push_button(tr("Choose a model"), self._on_other)
        line = row()
        line.addWidget(other)
        line.addStretch(1)
        line.addWidget(self._keep)
        line.addWidget(self._send)
        self.body.addSpacing(8)
        self.body.addLayout(line)

    def _on_send(self) -> None:
        self.accept()
        self.confirmed.emit(self._asked.command)

    def _on_other(self) -> None:
        self.reject()
        self.cheaper_asked.emit()
