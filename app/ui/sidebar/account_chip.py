"""The foot of the sidebar: who pays, what this month came to, and the way to the settings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from app.ui.icons import icon
from app.ui.theme import Size, Theme, set_look

ROOM_MIN = 24  # narrower than this, a label was not placed yet


class _Who(QPushButton):
    """A button with a layout in it instead of a text."""

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return super().sizeHint() if layout is None else layout.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class AccountChip(QFrame):
    """A name and a line under it; both are set by the window. A click on them opens the account."""

    account_asked = Signal()
    settings_asked = Signal()
    fold_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._texts = ("", "")
        self._build()
        self._connect()

    def show_account(self, name: str, line: str) -> None:
        """Who pays, and what is left; `line` may be two."""
        self._texts = (name, line)
        self._line.setVisible(bool(line))
        self._fit_texts()
        said = ", ".join((name, *line.splitlines()))
        self.setAccessibleName(said)
        self._who.setAccessibleName(self.tr("Account: {0}").format(said))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The labels' own widths follow the layout, which follows this.
        self._row.activate()
        self._inner.activate()
        self._fit_texts()

    def _build(self) -> None:
        theme = Theme.current()
        set_look(self, look="footer")
        self._badge = QLabel("T")
        set_look(self._badge, look="avatar")
        self._name, self._line = QLabel(), QLabel()
        set_look(self._line, tone="2", size="note")
        for label in (self._name, self._line):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._fold = _tool("panel-left-close", self.tr("Fold the sidebar"))
        self._gear = _tool("settings", self.tr("Settings"))
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._name)
        column.addWidget(self._line)
        self._who = _Who()
        self._who.setObjectName("account")
        set_look(self._who, look="who")
        inner = self._inner = QHBoxLayout(self._who)
        inner.setContentsMargins(theme.px(4), theme.px(3), theme.px(2), theme.px(3))
        inner.setSpacing(theme.px(8))
        inner.addWidget(self._badge)
        inner.addLayout(column, 1)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(9), 0, 0)
        row.setSpacing(theme.px(2))
        row.addWidget(self._who, 1)
        for button in (self._fold, self._gear):
            # Between stretches: alone, a button of a fixed height bounds the whole row to it.
            place = QVBoxLayout()
            place.addStretch()
            place.addWidget(button)
            place.addStretch()
            row.addLayout(place)

    def _fit(self) -> None:
        theme = Theme.current()
        side = theme.px(30)
        self._badge.setFixedSize(side, side)
        # A radius of more than half the side would be none at all.
        self._badge.setStyleSheet(f"border-radius: {side // 2}px;")
        self._line.setFont(theme.font(Size.NOTE, figures=True))
        self._inner.invalidate()
        self._who.updateGeometry()

    def _fit_texts(self) -> None:
        """What has no room ends in "…", and is whole in the tooltip."""
        whole = True
        for label, text in zip((self._name, self._line), self._texts, strict=True):
            shown = text
            if text and label.width() > ROOM_MIN:
                from PySide6.QtCore import Qt

                metrics = label.fontMetrics()
                ending = Qt.TextElideMode.ElideRight
                shown = "\n".join(
                    metrics.elidedText(line, ending, label.width()) for line in text.splitlines()
                )
            label.setText(shown)
            whole = whole and shown == text
        self.setToolTip("" if whole else "\n".join(self._texts))

    def _connect(self) -> None:
        self._fit()
        Theme.current().changed.connect(self._fit)
        self._who.clicked.connect(self.account_asked)
        self._gear.clicked.connect(self.settings_asked)
        self._fold.clicked.connect(self.fold_asked)


def _tool(name: str, words: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setToolTip(words)
    button.setAccessibleName(words)
    return button
