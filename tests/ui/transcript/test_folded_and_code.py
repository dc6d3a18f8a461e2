"""Thinking, tool calls and code: folded, copied, wrapped, colored."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.seam.views import (
    MessageView,
    ToolCallView,
)
from app.ui.transcript.code_view import CodeView
from app.ui.transcript.folded import FoldedView
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.cards import LEFT, part


def test_thinking_and_tool_calls_open_with_a_click_and_fold_again(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    call = ToolCallView("t", "search", '{"q": 1}', "three pages")
    view.show_messages(
        (message(1, "Hi"), message(2, "Hello", thinking="deep thought", tool_calls=(call,)))
    )
    folded = [w for w in view.cards[1].widgets() if isinstance(w, FoldedView)]
    before = view.heights[1]
    for widget, words in zip(folded, ("deep thought", "three pages"), strict=True):
        assert not widget.body.isVisible()
        qtbot.mouseClick(widget.heading, LEFT)
        assert widget.body.isVisible()
        assert words in widget.body.toPlainText()
    assert view.heights[1] > before
    for widget in folded:
        qtbot.mouseClick(widget.heading, LEFT)
    assert view.heights[1] == before


def test_code_is_copied_whole_and_wraps_when_asked(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    code = "x = 1  # " + "long " * 40 + "\ny = 2"
    view.show_messages((message(1, "Hi"), message(2, f"```python\n{code}\n```")))
    block = part(view, 1, CodeView)
    assert isinstance(block, CodeView)
    assert block.label.text() == "python"
    qtbot.mouseClick(block.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == code
    assert block.copy_button.text() == "Copied"
    before = view.heights[1]
    qtbot.mouseClick(block.wrap_button, LEFT)
    assert view.heights[1] > before


def test_code_gets_its_colors_a_little_later(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "```python\ndef f():\n    return 'x'\n```")))
    block = part(view, 1, CodeView)
    assert isinstance(block, CodeView)
    document = block.body.document()

    def colored() -> bool:
        return bool(document.findBlockByNumber(1).layout().formats())

    qtbot.waitUntil(colored)


def test_very_long_code_is_folded_until_it_is_asked_for(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    code = "\n".join(f"line {number}" for number in range(2000))
    view.show_messages((message(1, "Hi"), message(2, f"```\n{code}\n```")), "m2")
    block = part(view, 1, CodeView)
    assert isinstance(block, CodeView)
    assert block.body.document().blockCount() == 400
    assert block.text == code
    assert block.whole_button.text() == "Show all 2000 lines"
    block.whole_button.click()
    assert block.body.document().blockCount() == 2000
