"""About: the version, and what in this program comes from others, with its licenses."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, qVersion
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QWidget

from app.config import VERSION
from app.ui import resources
from app.ui.dialog_pieces import column, plain_label, push_button, row, rule
from app.ui.theme import Theme

TEXT_HEIGHT = 220


@dataclass(frozen=True, slots=True)
class Notice:
    """One part that comes from others; `places` are its texts under resources/."""

    name: str
    terms: str
    places: tuple[tuple[str, ...], ...] = ()


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("about", text)


def notices() -> tuple[Notice, ...]:
    """What the window is made of; names and licenses are not translated."""
    return (
        Notice("Inter", "SIL Open Font License 1.1", (("fonts", "Inter-LICENSE.txt"),)),
        Notice(
            "JetBrains Mono", "SIL Open Font License 1.1", (("fonts", "JetBrainsMono-LICENSE.txt"),)
        ),
        Notice("Lucide icons", "ISC, in part MIT", (("icons", "LICENSE"),)),
        Notice(tr("Prices and models"), tr("sources and licenses"), (("prices", "NOTICE.md"),)),
        Notice(tr("Token vocabularies"), "MIT", (("tokenizers", "NOTICE.md"),)),
        Notice(f"Qt {qVersion()}, PySide6", "LGPL 3"),
        Notice(f"Python {platform.python_version()}", "PSF License 2"),
        Notice(tr("All files that come from others"), "", (("NOTICE.md",),)),
    )


class AboutPage(QWidget):
    """Texts are read when asked for, and shown as they are."""

    def __init__(self) -> None:
        super().__init__()
        self._build()

    def _build(self) -> None:
        box = column(self, spacing=6)
        box.addWidget(plain_label(f"Tuppence {VERSION}", strong=True))
        words = tr("Tells what every message costs: before you send it, and exactly after.")
        box.addWidget(plain_label(words, tone="2", size="note", wrap=True))
        box.addSpacing(Theme.current().px(8))
        for notice in notices():
            box.addWidget(self._build_notice(notice))
        box.addStretch(1)

    def _build_notice(self, notice: Notice) -> QWidget:
        part = QFrame()
        box = column(part, spacing=6)
        line = row(spacing=10)
        line.addWidget(plain_label(notice.name, size="note", strong=True))
        line.addWidget(plain_label(notice.terms, tone="2", size="note", wrap=True), 1)
        box.addLayout(line)
        text = _read(notice)
        if text:
            shown = QPlainTextEdit(readOnly=True)
            shown.setAccessibleName(notice.name)
            shown.setFont(Theme.current().font(12, mono=True))
            shown.setFixedHeight(Theme.current().px(TEXT_HEIGHT))
            shown.setTabChangesFocus(True)
            shown.hide()
            button = push_button(tr("Read"), lambda: None, "link")
            button.setAccessibleName(tr("Read: {0}").format(notice.name))
            button.clicked.connect(partial(_toggle, shown, text, button))
            line.addWidget(button)
            box.addWidget(shown)
        box.addWidget(rule())
        return part


def _read(notice: Notice) -> str:
    return "\n\n".join(filter(None, (resources.read_text(*place) for place in notice.places)))


def _toggle(shown: QPlainTextEdit, text: str, button: QPushButton, _checked: bool = False) -> None:
    opening = shown.isHidden()
    if opening and not shown.toPlainText():
        shown.setPlainText(text)
    shown.setVisible(opening)
    button.setText(tr("Close") if opening else tr("Read"))
