"""An e-mail address, then the six digits that were sent to it; what was typed stays."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.seam.views import FaultView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted.account_orders import bring_into_view, fault_text
from app.ui.theme import Theme, set_look

CODE_WIDTH = 132
EMAIL_LENGTH_MAX, CODE_LENGTH_MAX = 320, 40  # a pasted code may have blanks around it


class CodeForm(QWidget):
    """`email_given(address)`, answered by `show_sent`; `code_given(request, code)`, answered by
    `show_done`; either by `show_fault`. `finish` is what the second button says."""

    email_given = Signal(str)
    code_given = Signal(str, str)

    def __init__(self, finish: str, name: str) -> None:
        super().__init__()
        self._finish = finish
        self._request = ""
        self._build(name)
        self.rest()

    def start(self) -> None:
        """Begin to type."""
        (self._code if self._request else self._email).setFocus()

    def start_over(self) -> None:
        """Back to the address, which stays."""
        self._request = ""
        self._say("")
        self.rest()

    def show_sent(self, request: str, words: str) -> None:
        """A code is on its way; `words` say where to look for it."""
        self._request = request
        self._code.clear()
        self._hint.setText(words)
        self._say("")
        self.rest()
        self._code.setFocus()
        bring_into_view(self)

    def show_fault(self, fault: FaultView) -> None:
        """Why that did not work; the field that has to be looked at has the keyboard."""
        self._say(fault_text(fault))
        self.rest()
        field = self._code if self._request else self._email
        field.setFocus()
        field.selectAll()
        bring_into_view(self)

    def show_done(self) -> None:
        """It is over: nothing is left in the fields."""
        self._email.clear()
        self._code.clear()
        self.start_over()

    @property
    def email(self) -> str:
        """What was typed as the address."""
        return self._email.text().strip()

    def _build(self, name: str) -> None:
        self._email = QLineEdit(placeholderText="name@example.org")
        self._email.setObjectName(f"{name}-email")
        self._email.setAccessibleName(self.tr("E-mail address"))
        self._email.setMaxLength(EMAIL_LENGTH_MAX)
        self._send = push_button(self.tr("Send code"), self._on_send)
        self._send.setObjectName(f"{name}-send")
        self._hint = plain_label(tone="2", size="note", wrap=True)
        self._code = QLineEdit(placeholderText="000000")
        self._code.setObjectName(f"{name}-code")
        self._code.setAccessibleName(self.tr("Code from the mail, six digits"))
        self._code.setMaxLength(CODE_LENGTH_MAX)
        self._code.setFixedWidth(Theme.current().px(CODE_WIDTH))
        self._confirm = push_button(self._finish, self._on_confirm, "primary")
        self._confirm.setObjectName(f"{name}-confirm")
        self._again = push_button(self.tr("Send another code"), self._on_send, "link")
        self._again.setObjectName(f"{name}-again")
        self._other = push_button(self.tr("Use another address"), self._on_other, "link")
        self._other.setObjectName(f"{name}-other")
        self._fault = plain_label(tone="danger", size="note", wrap=True)
        self._fault.hide()
        self._lay_out()
        self._email.returnPressed.connect(self._on_send)
        self._code.returnPressed.connect(self._on_confirm)

    def _lay_out(self) -> None:
        self._first, self._second = QWidget(), QWidget()
        line = row(self._first)
        line.addWidget(self._email, 1)
        line.addWidget(self._send)
        # Two lines: in one they are wider than the card where everything is twice as large.
        digits, links = row(), row(spacing=16)
        digits.addWidget(self._code)
        digits.addWidget(self._confirm)
        for link in (self._again, self._other):
            set_look(link, flush="true")
            links.addWidget(link)
        second = column(self._second, spacing=8)
        second.addWidget(self._hint)
        for line_of in (digits, links):
            line_of.addStretch(1)
            second.addLayout(line_of)
        box = column(self, spacing=6)
        for each in (self._first, self._second, self._fault):
            box.addWidget(each)

    def rest(self) -> None:
        """The step that is due, with nothing under way."""
        self._first.setVisible(not self._request)
        self._second.setVisible(bool(self._request))
        for button in (self._send, self._confirm, self._again, self._other):
            button.setEnabled(True)
        self._send.setText(self.tr("Send code"))
        self._confirm.setText(self._finish)

    def _show_waiting(self) -> None:
        self._say("")
        for button in (self._send, self._confirm, self._again, self._other):
            button.setEnabled(False)
        waiting = self._confirm if self._request else self._send
        waiting.setText(self.tr("Asking …"))

    def _say(self, text: str) -> None:
        say(self._fault, text)

    def _on_send(self) -> None:
        if not self._send.isEnabled():
            return
        if not self.email:
            self._say(self.tr("Type your e-mail address."))
            self._email.setFocus()
            return
        self._show_waiting()
        self.email_given.emit(self.email)

    def _on_confirm(self) -> None:
        if not self._confirm.isEnabled():
            return
        if not self._code.text().strip():
            self._say(self.tr("Type the six digits from the mail."))
            self._code.setFocus()
            return
        self._show_waiting()
        self.code_given.emit(self._request, self._code.text())

    def _on_other(self) -> None:
        self.start_over()
        self._email.setFocus()
        self._email.selectAll()


def say(label: QLabel, text: str, tone: str = "danger") -> None:
    """Show a line, or hide it where there is nothing to say."""
    label.setText(text)
    set_look(label, tone=tone)
    label.setVisible(bool(text))
