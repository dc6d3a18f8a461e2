"""The small parts that dialogs and panels are made of: plain labels, rules, tool buttons, columns.

Every label here shows its text as it is: names, messages and labels come from others.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.icons import icon
from app.ui.theme import Theme, set_look

_Box = TypeVar("_Box", QVBoxLayout, QHBoxLayout)


def plain_label(
    text: str = "", *, tone: str = "", size: str = "", strong: bool = False, wrap: bool = False,
    figures: bool = False,
) -> QLabel:  # fmt: skip
    """Text that is never read as HTML; `tone` and `size` are those of the style sheet."""
    label = QLabel(text, textFormat=Qt.TextFormat.PlainText, wordWrap=wrap)
    looks = {"tone": tone, "size": size, "weight": "strong" if strong else ""}
    set_look(label, **{name: value for name, value in looks.items() if value})
    if figures:
        label.setFont(Theme.current().font(figures=True))
    return label


def plain_tooltip(text: str) -> str:
    """A tooltip that shows the text as it is: Qt guesses whether one is HTML, so it gets HTML."""
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>" if text else ""


def push_button(text: str, on_click: Callable[[], object], look: str = "") -> QPushButton:
    """A button; `look` is primary, danger, quiet or link."""
    button = QPushButton(text)
    button.setAutoDefault(False)
    if look:
        set_look(button, look=look)
    button.clicked.connect(on_click)
    return button


def tool_button(
    icon_name: str, words: str, on_click: Callable[[], object], *, tone: str = "ink2"
) -> QToolButton:
    """An icon that says in words what it does."""
    button = QToolButton()
    button.setIcon(icon(icon_name, tone))
    side = Theme.current().px(16)
    button.setIconSize(QSize(side, side))
    button.setToolTip(plain_tooltip(words))
    button.setAccessibleName(words)
    # A tool button can be reached by the mouse alone unless it is told otherwise.
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.clicked.connect(on_click)
    return button


def rule() -> QFrame:
    """A line across."""
    line = QFrame()
    set_look(line, look="rule")
    return line


def column(parent: QWidget | None = None, *, margin: int = 0, spacing: int = 0) -> QVBoxLayout:
    """A column of widgets; lengths at 100 %."""
    layout = QVBoxLayout() if parent is None else QVBoxLayout(parent)
    return _spaced(layout, margin, spacing)


def row(parent: QWidget | None = None, *, margin: int = 0, spacing: int = 8) -> QHBoxLayout:
    """A row of widgets; lengths at 100 %."""
    layout = QHBoxLayout() if parent is None else QHBoxLayout(parent)
    return _spaced(layout, margin, spacing)


def scrolled(content: QWidget) -> QScrollArea:
    """The content with a bar down its side where it does not fit; transparent."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setProperty("ground", "none")
    content.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(content)
    return area


def clear_layout(layout: QVBoxLayout | QHBoxLayout) -> None:
    """Take everything out of a layout, and away."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif isinstance(inner, QVBoxLayout | QHBoxLayout):
            clear_layout(inner)


def _spaced(layout: _Box, margin: int, spacing: int) -> _Box:
    theme = Theme.current()
    edge = theme.px(margin)
    layout.setContentsMargins(edge, edge, edge, edge)
    layout.setSpacing(theme.px(spacing))
    return layout
