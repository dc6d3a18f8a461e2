"""The one way out of the window: a link is opened only after its whole address was shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.theme import Theme, set_look

SCHEMES = ("http", "https", "mailto")


def safe_url(address: str) -> QUrl | None:
    """The address as a URL where its scheme may be opened, None otherwise."""
    url = QUrl(address.strip(), QUrl.ParsingMode.StrictMode)
    if not url.isValid() or url.scheme().lower() not in SCHEMES:
        return None
    return url if url.host() or url.scheme().lower() == "mailto" else None


def open_in_browser(address: str) -> bool:
    """Open an address whose scheme is allowed; False where it is not."""
    url = safe_url(address)
    return url is not None and QDesktopServices.openUrl(url)


class LinkDialog(QDialog):
    """Open, Copy or Cancel. An address that is not opened can still be read and copied."""

    def __init__(self, address: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._url = safe_url(address)
        self._address = self._url.toString(_SHOWN) if self._url else address
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()

    def _build(self) -> None:
        theme = Theme.current()
        self.setWindowTitle(self.tr("Open link"))
        told = self.tr("This link leads to") if self._url else self.tr("This link is not opened:")
        heading = QLabel(told)
        set_look(heading, weight="strong")
        address = QLabel(_breakable(self._address), wordWrap=True)
        address.setTextFormat(Qt.TextFormat.PlainText)
        address.setFont(theme.font(mono=True))
        address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(22),) * 4)
        column.setSpacing(theme.px(12))
        column.addWidget(heading)
        column.addWidget(address)
        if self._url is not None and self._url.host():
            host = QLabel(self.tr("Server: {0}").format(self._url.host()))
            host.setTextFormat(Qt.TextFormat.PlainText)
            set_look(host, tone="2", size="note")
            column.addWidget(host)
        column.addLayout(self._buttons())
        self.setMinimumWidth(theme.px(480))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        copy = QPushButton(self.tr("Copy"))
        copy.clicked.connect(self._on_copy)
        row.addWidget(cancel)
        row.addWidget(copy)
        if self._url is not None:
            open_button = QPushButton(self.tr("Open"))
            set_look(open_button, look="primary")
            open_button.clicked.connect(self._on_open)
            open_button.setDefault(True)
            row.addWidget(open_button)
        return row

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.accept()

    def _on_open(self) -> None:
        open_in_browser(self._address)
        self.accept()


# Fully encoded: a right-to-left mark or a look-alike letter cannot dress the address up.
_SHOWN = QUrl.ComponentFormattingOption.FullyEncoded


def _breakable(address: str) -> str:
    """With places to break the line, so that no part of a long address is out of sight."""
    pieces = [address[place : place + 40] for place in range(0, min(len(address), 4000), 40)]
    return "\u200b".join(pieces)
