"""A license that was sent: pasted as a mail program left it, or opened as a file."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QPlainTextEdit, QWidget

from app.seam.views import FaultView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted.account_code_form import say
from app.ui.hosted.account_orders import bring_into_view, fault_text
from app.ui.theme import Theme, set_look

LETTERS_MAX = 262_144  # what the core looks at; more of it would only hold up the window
HEIGHT = 110


class LicenseField(QPlainTextEdit):
    """Takes plain text; what is far too long for a license is not even laid out."""

    too_long = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("license-text")
        self.setAccessibleName(self.tr("The license as it was sent"))
        self.setPlaceholderText("-----BEGIN TUPPENCE LICENSE-----")
        self.setTabChangesFocus(True)
        self.setFont(Theme.current().font(12, mono=True))
        self.setFixedHeight(Theme.current().px(HEIGHT))

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if len(text) + len(self.toPlainText()) > LETTERS_MAX:
            self.too_long.emit()
            return
        self.insertPlainText(text)


class LicenseBox(QWidget):
    """Folded until wanted. `text_given` and `file_given`, each answered by `show_kept` or
    `show_fault`."""

    text_given = Signal(str)
    file_given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._build()
        self.field.too_long.connect(self._on_too_long)

    def show_fault(self, fault: FaultView) -> None:
        """Why it is not kept; what was pasted stays."""
        self._rest()
        say(self._said, fault_text(fault))
        bring_into_view(self._card)

    def show_kept(self) -> None:
        """It is in force, as far as it says so itself."""
        self._rest()
        self.field.clear()
        say(self._said, self.tr("The license was checked and is kept."), "ok")

    def _build(self) -> None:
        self._fold = push_button(self.tr("I was sent a license"), self._on_fold, "link")
        self._fold.setObjectName("license-sent")
        set_look(self._fold, flush="true")
        self._card = QFrame()
        set_look(self._card, look="option")
        words = self.tr(
            "Paste it with or without the mail around it, or open the file. It is checked on this "
            "computer; nothing is sent."
        )
        self.field = LicenseField()
        self._keep = push_button(self.tr("Keep this license"), self._on_keep)
        self._keep.setObjectName("license-keep")
        self._open = push_button(self.tr("Open a file …"), self._on_open)
        self._open.setObjectName("license-open")
        self._said = plain_label(tone="danger", size="note", wrap=True)
        self._said.hide()
        line = row()
        line.addWidget(self._keep)
        line.addWidget(self._open)
        line.addStretch(1)
        theme = Theme.current()
        inner = column(self._card, spacing=8)
        inner.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        inner.addWidget(plain_label(self.tr("A license that you were sent"), strong=True))
        for part in (plain_label(words, tone="2", size="note", wrap=True), self.field, self._said):
            inner.addWidget(part)
        inner.addLayout(line)
        link = row()
        link.addWidget(self._fold)
        link.addStretch(1)
        box = column(self)
        box.addLayout(link)
        box.addWidget(self._card)
        self._card.hide()

    def _rest(self) -> None:
        self._keep.setEnabled(True)
        self._open.setEnabled(True)

    def _wait(self) -> None:
        self._keep.setEnabled(False)
        self._open.setEnabled(False)
        say(self._said, self.tr("Checking …"), "2")

    def _on_too_long(self) -> None:
        say(
            self._said,
            self.tr("This is far too long for a license. Paste only the part from BEGIN to END."),
        )

    def _on_fold(self) -> None:
        self._fold.hide()
        self._card.show()
        self.field.setFocus()
        # Its buttons are further down than the page may reach: show all of it.
        bring_into_view(self._card)

    def _on_keep(self) -> None:
        text = self.field.toPlainText()
        if not text.strip():
            say(self._said, self.tr("Paste the license first, or open its file."))
            self.field.setFocus()
            return
        self._wait()
        self.text_given.emit(text)

    def _on_open(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Open a license"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_file)
        dialog.open()

    def _on_file(self, path: str) -> None:
        self._wait()
        self.file_given.emit(path)
