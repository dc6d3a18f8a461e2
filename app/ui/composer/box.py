"""The box one types into: files, text, and the row below with attach, panes, cost, Stop, Send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from app.ui.composer.editor import Editor
from app.ui.composer.quote_line import QuoteLine
from app.ui.composer.target import TargetButton
from app.ui.icons import icon
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.seam.views import AttachmentView
    from app.ui.composer.chips import Chips


class ComposerBox(QFrame):
    """The parts and their places; what they mean is decided in `Composer`."""

    files_chosen = Signal(list)
    files_changed = Signal()
    text_wanted = Signal(str)  # a pasted text, as text after all

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._row = QHBoxLayout()
        self._chips: Chips | None = None
        self._demo_badge: QLabel | None = None
        self._build()
        self._lay_out()
        self.attach_button.clicked.connect(self.choose_files)
        self.editor.focus_changed.connect(self._on_focus_changed)

    def show_sendable(self, sendable: bool) -> None:
        """Whether there is something that could be sent now."""
        self.send_button.setEnabled(sendable)

    def show_refusing(self, why: str) -> None:
        """Send looks as it is: whether it will refuse the message, and why."""
        refuses = "true" if why else "false"
        if self.send_button.property("refuses") != refuses:
            self.send_button.setIcon(icon("arrow-up", "warn" if why else "on_accent"))
            set_look(self.send_button, refuses=refuses)
        words = self.tr("Send will refuse: {0}").format(why) if why else self.tr("Send")
        self.send_button.setToolTip(words)
        self.send_button.setAccessibleDescription(words if why else "")

    def show_streaming(self, streaming: bool) -> None:
        """Stop stands beside Send while an answer is written."""
        self.stop_button.setVisible(streaming)

    @property
    def chips(self) -> Chips:
        """The files of the message, made with the first one."""
        if self._chips is None:
            from app.ui.composer.chips import Chips, ChipsArea

            self._chips = Chips()
            self._chips.changed.connect(self.files_changed)
            self._chips.text_wanted.connect(self.text_wanted)
            self._column.insertWidget(0, ChipsArea(self._chips))
        return self._chips

    def attachments(self) -> tuple[AttachmentView, ...]:
        """What is attached, without what is still being read."""
        return self._chips.attachments() if self._chips is not None else ()

    def is_reading(self) -> bool:
        """Whether a file was given that has neither come nor been refused."""
        return self._chips is not None and self._chips.is_reading()

    def show_attachments(self, attachments: tuple[AttachmentView, ...]) -> None:
        """These files and no others."""
        if attachments or self._chips is not None:
            self.chips.show_all(attachments)

    def take_away(self, sent_ids: tuple[str, ...]) -> None:
        """These went out with a message."""
        if self._chips is not None:
            self._chips.take_away(sent_ids)

    def show_demo(self, demo: bool, *, simulated: bool = False) -> None:
        """Say all the time that these answers are scripted; `simulated`: for simulated tokens."""
        if demo and self._demo_badge is None:
            self._demo_badge = _demo_badge(self.tr("offline demo"))
            self._row.insertWidget(self._row.indexOf(self.quote), self._demo_badge)
        if self._demo_badge is not None:
            words = self.tr("Scripted answers; no network, no cost.")
            if simulated:
                words = self.tr("Scripted answers; tokens and payments are simulated.")
            self._demo_badge.setToolTip(words)
            self._demo_badge.setVisible(demo)

    def follow_focus(self) -> None:
        """Look as the keyboard is: a window may also open without it."""
        self._on_focus_changed(self.editor.hasFocus())

    def choose_files(self) -> None:
        """Let the person pick files."""
        from PySide6.QtCore import Qt
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self.window(), self.tr("Attach files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Not signal to signal: Qt's list of strings is not the list that a signal of ours carries.
        dialog.filesSelected.connect(self._on_files_selected)
        dialog.open()

    def _build(self) -> None:
        # As it is in a window that opens with the keyboard: nothing to change before it is painted.
        set_look(self, look="composer", focused="true")
        self.editor = Editor()
        self.attach_button = QToolButton()
        self.attach_button.setIcon(icon("paperclip"))
        self.attach_button.setToolTip(self.tr("Attach files"))
        self.attach_button.setAccessibleName(self.tr("Attach files"))
        self.tools_button = QToolButton()
        self.tools_button.setIcon(icon("wrench"))
        self.tools_button.setToolTip(self.tr("Tools and assistant"))
        self.tools_button.setAccessibleName(self.tr("Tools and assistant"))
        self.target = TargetButton()
        self.quote = QuoteLine()
        self.stop_button = _square_button("square", self.tr("Stop the answer"))
        self.stop_button.setIcon(icon("square", "ink", filled=True))
        set_look(self.stop_button, look="stop")
        self.stop_button.hide()
        self.send_button = _square_button("arrow-up", self.tr("Send"))

    def _lay_out(self) -> None:
        theme = Theme.current()
        row = self._row
        row.setSpacing(theme.px(8))
        row.addWidget(self.attach_button)
        row.addWidget(self.tools_button)
        row.addWidget(self.target)
        row.addWidget(self.quote, 1)
        row.addWidget(self.stop_button)
        row.addWidget(self.send_button)
        column = self._column
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(12), theme.px(10))
        column.setSpacing(theme.px(6))
        column.addWidget(self.editor)
        column.addLayout(row)

    def _on_files_selected(self, paths: list[str]) -> None:
        self.files_chosen.emit(paths)

    def _on_focus_changed(self, focused: bool) -> None:
        look = "true" if focused else "false"
        if self.property("focused") != look:
            set_look(self, focused=look)


def _demo_badge(text: str) -> QLabel:
    badge = QLabel(text)
    badge.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    set_look(badge, look="badge", tone="accent")
    return badge


def _square_button(name: str, words: str) -> QPushButton:
    button = QPushButton(icon(name, "on_accent"), "")
    set_look(button, look="send")
    button.setIconSize(QSize(*(Theme.current().px(16),) * 2))
    button.setToolTip(words)
    button.setAccessibleName(words)
    return button
