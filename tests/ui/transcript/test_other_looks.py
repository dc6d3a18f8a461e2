"""Cards when theme and zoom change, and when one document takes the place of another."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextBrowser

from app.seam.views import FaultView, MessageState, MessageView
from app.ui.theme import Theme
from app.ui.transcript.code_view import CodeView
from app.ui.transcript.coloring import Coloring
from app.ui.transcript.notes import FaultBox, HalfAnswerBox
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.cards import part


def first_format(browser: QTextBrowser) -> tuple[int, str]:
    cursor = QTextCursor(browser.document())
    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
    made = cursor.charFormat()
    return made.font().pixelSize(), made.foreground().color().name()


def test_a_single_paragraph_takes_the_new_zoom_and_the_new_colors(
    view: TranscriptView, message: Callable[..., MessageView], theme: Theme
) -> None:
    view.show_messages((message(1, "One line"), message(2, "One line as well")))
    browsers = [view.cards[number].findChild(QTextBrowser) for number in (0, 1)]
    assert {first_format(browser)[0] for browser in browsers if browser} == {14}
    theme.set_zoom(150)
    assert {first_format(browser)[0] for browser in browsers if browser} == {21}
    theme.set_mode("dark")
    shown = {first_format(browser)[1] for browser in browsers if browser}
    assert shown == {theme.color("ink").name()}


def test_coloring_asks_for_the_document_that_is_there_now(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "```python\nx = 1\n```")))
    code = part(view, 1, CodeView)
    assert isinstance(code, CodeView)
    coloring = Coloring(code.body)
    before = code.body.document()
    coloring.show("python", "x = 1", is_open=False)
    assert before is not None
    code.body.setDocument(before.clone(code.body))
    while coloring.run(1.0):
        pass
    assert code.body.document().begin().layout().formats()


def test_an_answer_that_broke_says_why_once(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    fault = FaultView("network", "The connection was lost.", "Send again.", "retry")
    broken = message(2, "Half an", state=MessageState.INCOMPLETE, fault=fault)
    view.show_messages((message(1, "Hi"), broken))
    kinds = [type(widget) for widget in view.cards[1].widgets()]
    assert FaultBox not in kinds
    box = part(view, 1, HalfAnswerBox)
    assert isinstance(box, HalfAnswerBox)
    assert box.title.text() == "The connection was lost."
