"""A new organization or workspace, and the way into one that somebody else has."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QWidget

from app.seam.views import FaultView
from app.ui.choices import ChoiceButton
from app.ui.dialog_pieces import column, plain_label, push_button
from app.ui.hosted.group_parts import buttons, fault_words, say
from app.ui.hosted.group_wording import kind_name, tr
from app.ui.theme import Theme

NAME_MAX, FIELD_WIDTH = 80, 420
KINDS = ("organization", "workspace")


class MakeForm(QWidget):
    """`made(kind, name)` asks for one; what was typed stays until it is there."""

    made = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._build()

    def first_focus(self) -> QWidget:
        return self._name

    def show_fault(self, fault: FaultView) -> None:
        """Why there is none yet."""
        self._rest()
        say(self._said, fault_words(fault))
        self._name.setFocus()

    def show_made(self) -> None:
        """It is there: the form is as new."""
        self._rest()
        self._name.clear()
        say(self._said, "")

    def _build(self) -> None:
        self._kinds = QButtonGroup(self)
        box = column(self, spacing=10)
        box.addWidget(plain_label(tr("New organization or workspace"), size="title"))
        notes = {
            "organization": tr("Seats for a team, and one pool of tokens that all share."),
            "workspace": tr("A place with its own plan, keys for providers, budget and chats."),
        }
        for kind in KINDS:
            button = ChoiceButton(kind_name(kind))
            button.setObjectName(f"kind-{kind}")
            button.setAccessibleDescription(notes[kind])
            self._kinds.addButton(button, KINDS.index(kind))
            note = plain_label(notes[kind], tone="2", size="note", wrap=True)
            note.setContentsMargins(Theme.current().px(30), 0, 0, 0)
            pair = column(spacing=0)
            pair.addWidget(button)
            pair.addWidget(note)
            box.addLayout(pair)
        self._kinds.button(0).setChecked(True)
        self._name = QLineEdit(placeholderText=tr("Name"))
        self._name.setObjectName("group-name")
        self._name.setAccessibleName(tr("Name"))
        self._name.setMaxLength(NAME_MAX)
        self._name.setMaximumWidth(Theme.current().px(FIELD_WIDTH))
        self._name.returnPressed.connect(self._on_make)
        self._make = push_button(tr("Create"), self._on_make, "primary")
        self._make.setObjectName("group-make")
        self._said = plain_label(size="note", wrap=True)
        self._said.hide()
        box.addWidget(self._name)
        box.addWidget(self._said)
        box.addLayout(buttons(self._make))
        box.addStretch(1)

    def _rest(self) -> None:
        self._make.setEnabled(True)
        self._make.setText(tr("Create"))

    def _on_make(self) -> None:
        if not self._make.isEnabled():
            return
        name = " ".join(self._name.text().split())
        if not name:
            say(self._said, tr("Write a name first."))
            self._name.setFocus()
            return
        say(self._said, "")
        self._make.setEnabled(False)
        self._make.setText(tr("Creating …"))
        self.made.emit(KINDS[self._kinds.checkedId()], name)


class AcceptForm(QWidget):
    """`given(link)`: the link of an invitation, as it was sent."""

    given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._build()

    def first_focus(self) -> QWidget:
        """The field; an invitation that was copied just now is in it already."""
        copied = QGuiApplication.clipboard().text().strip()
        if not self._link.text() and "/invitation#" in copied and "\n" not in copied:
            self._link.setText(copied)
        return self._link

    def show_fault(self, fault: FaultView) -> None:
        """Why one is not in yet."""
        self._rest()
        say(self._said, fault_words(fault))
        self._link.setFocus()

    def show_accepted(self) -> None:
        """One is in: the link works no more, and is forgotten."""
        self._rest()
        self._link.setText("")
        say(self._said, "")

    def _build(self) -> None:
        self._link = QLineEdit(placeholderText=tr("The whole link of the invitation"))
        self._link.setObjectName("invitation-link")
        self._link.setAccessibleName(tr("The whole link of the invitation"))
        self._link.returnPressed.connect(self._on_accept)
        self._accept = push_button(tr("Join"), self._on_accept, "primary")
        self._accept.setObjectName("group-join")
        self._said = plain_label(size="note", wrap=True)
        self._said.hide()
        box = column(self, spacing=10)
        box.addWidget(plain_label(tr("Accept an invitation"), size="title"))
        words = tr(
            "Paste the link that you were given. Whose tokens are spent changes only when you "
            "say so."
        )
        box.addWidget(plain_label(words, tone="2", size="note", wrap=True))
        box.addWidget(self._link)
        box.addWidget(self._said)
        box.addLayout(buttons(self._accept))
        box.addStretch(1)

    def _rest(self) -> None:
        self._accept.setEnabled(True)
        self._accept.setText(tr("Join"))

    def _on_accept(self) -> None:
        if not self._accept.isEnabled():
            return
        if not self._link.text().strip():
            say(self._said, tr("Paste the link first."))
            self._link.setFocus()
            return
        say(self._said, "")
        self._accept.setEnabled(False)
        self._accept.setText(tr("Joining …"))
        self.given.emit(self._link.text().strip())
