"""The menu of a message is ours wherever one presses, and takes the whole message."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.seam.views import CostLine, MessageState, MessageView
from app.ui.transcript.code_view import CodeBody
from app.ui.transcript.message_menu import texts
from app.ui.transcript.notes import HalfAnswerBox
from app.ui.transcript.prose import ProseView
from app.ui.transcript.view import TranscriptView

MANY = "First.\n\n```sql\nSELECT 1;\n```\n\nLast: [here](https://example.org/a)."


def menu_at(widget: QWidget, place: QPoint | None = None) -> list[str]:
    """Press the right button as the window system reports it; the lines of what opens."""
    at = place or widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    lines = [line.text().partition("\t")[0] for line in menu.actions() if line.text()]
    menu.close()
    return lines


def talk(view: TranscriptView, message: Callable[..., MessageView], cost: CostLine) -> None:
    view.show_messages((message(1, "One?"), message(2, MANY, cost=cost)))


@pytest.mark.parametrize("kind", [ProseView, CodeBody])
def test_every_text_of_an_answer_has_the_menu_of_the_answer(
    view: TranscriptView, message: Callable[..., MessageView], cost: CostLine, kind: type[QWidget]
) -> None:
    talk(view, message, cost)
    text = view.cards[1].findChild(kind)
    assert text is not None
    wanted = ["Copy as Markdown", "Regenerate", "Continue", "Receipt", "Select all"]
    assert menu_at(text.viewport()) == wanted  # type: ignore[attr-defined]


def test_a_message_of_ones_own_can_be_edited_from_its_menu(
    view: TranscriptView, message: Callable[..., MessageView], cost: CostLine
) -> None:
    talk(view, message, cost)
    body = view.cards[0].findChild(ProseView)
    assert body is not None
    assert menu_at(body.viewport()) == ["Copy as Markdown", "Edit", "Select all"]


def test_a_note_below_an_answer_has_the_menu_of_the_answer(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    half = message(2, "Two", state=MessageState.INTERRUPTED)
    view.show_messages((message(1, "One?"), half))
    box = view.cards[1].findChild(HalfAnswerBox)
    assert box is not None
    label = box.findChild(QLabel)
    assert label is not None
    assert menu_at(label)[0] == "Copy as Markdown"


def test_a_link_can_be_copied(
    view: TranscriptView, message: Callable[..., MessageView], cost: CostLine
) -> None:
    talk(view, message, cost)
    last = texts(view.cards[1])[-1]
    line = last.cursorRect().center()
    found = [x for x in range(0, 200, 4) if last.anchorAt(QPoint(x, line.y()))]
    assert menu_at(last.viewport(), QPoint(found[1], line.y()))[0] == "Copy the link"


def test_all_of_a_message_is_selected_and_copied_over_its_parts(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView], cost: CostLine
) -> None:
    talk(view, message, cost)
    card = view.cards[1]
    first = texts(card)[0]
    first.setFocus()
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(first, Qt.Key.Key_A, control)
    assert menu_at(first.viewport())[0] == "Copy"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_C, control)
    assert QGuiApplication.clipboard().text() == "First.\n\nSELECT 1;\n\nLast: here."


def test_what_is_far_from_view_is_selected_too(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    long = "\n\n".join(f"Part {n}.\n\n```\ncode {n}\n```" for n in range(200))
    view.show_messages((message(1, "One?"), message(2, long)))
    card = view.cards[1]
    assert len(card.widgets()) < 100
    card.setFocus()
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(card, Qt.Key.Key_A, control)
    qtbot.keyClick(card, Qt.Key.Key_C, control)
    copied = QGuiApplication.clipboard().text()
    assert [f"code {n}" for n in range(200) if f"code {n}" not in copied] == []


def test_without_a_selection_the_key_still_copies_the_message(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView], cost: CostLine
) -> None:
    talk(view, message, cost)
    view.cards[1].setFocus()
    qtbot.keyClick(view.cards[1], Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == MANY
