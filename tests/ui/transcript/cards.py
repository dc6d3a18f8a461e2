"""Finds the parts of a card, for the tests of what one can do with them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.transcript.footer import FooterView
from app.ui.transcript.view import TranscriptView

LEFT = Qt.MouseButton.LeftButton


def part(view: TranscriptView, number: int, kind: type[QWidget]) -> QWidget:
    """The widget of this kind on a card."""
    return next(widget for widget in view.cards[number].widgets() if isinstance(widget, kind))


def footer(view: TranscriptView, number: int) -> FooterView:
    found = part(view, number, FooterView)
    assert isinstance(found, FooterView)
    return found
