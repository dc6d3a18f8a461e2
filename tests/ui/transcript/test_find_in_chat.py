"""Find in this chat: counted, marked, gone round."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.seam.views import (
    MessageView,
)
from app.ui.transcript.prose import ProseView
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.cards import part


def test_find_counts_marks_and_goes_around(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    texts = ["needle one", *["hay " * 60] * 30, "two needle and needle"]
    view.show_messages(tuple(message(n, t) for n, t in enumerate(texts, start=1)), "m1")
    qtbot.keyClick(view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = view.finding.bar
    assert bar.isVisible()
    qtbot.keyClicks(bar.line, "needle")
    assert bar.count.text() == "1 of 3"
    qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    assert bar.count.text() == "2 of 3"
    assert "m32" in view.visible_message_ids()
    prose = part(view, 31, ProseView)
    assert isinstance(prose, ProseView)
    assert len(prose.extraSelections()) == 2
    view.find_next()
    view.find_next()
    assert bar.count.text() == "1 of 3"
    assert "m1" in view.visible_message_ids()
    view.find_previous()
    assert bar.count.text() == "3 of 3"
    qtbot.keyClick(bar.line, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert not prose.extraSelections()


def test_find_says_when_there_is_nothing(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"),))
    view.open_find()
    assert view.find("absent") == 0
