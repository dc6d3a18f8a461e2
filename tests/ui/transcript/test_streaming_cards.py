"""What is streamed and what is stored look the same in the end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTextBrowser
from pytestqt.qtbot import QtBot

from app.seam.views import CitationView, CostLine, MessageState, MessageView, ToolCallView
from app.ui.transcript.arrivals import Arrivals
from app.ui.transcript.code_view import CodeView
from app.ui.transcript.folded import ThinkingView
from app.ui.transcript.parts import Thinking
from app.ui.transcript.prose import ProseView
from app.ui.transcript.view import TranscriptView

ANSWERS = (
    "Plain text that goes on.\n\nA **second** paragraph with `code` and [a link](https://a.example).",
    "# Head\n\n1. one\n2. two **bold**\n   - nested\n\n> quote\n> more\n\nend\n===\n",
    "Before\n\n```python\ndef f(x):\n    '''doc\n\n    string'''\n    return x\n```\n\nafter",
    "| a | b |\n|---|--:|\n| 1 | **2** |\n| 3 | 4 |\n| 5 |\n\ntail",
    "see [it] first\n\nmore\n\n- x\n- [it]\n\n[it]: https://late.example\n",
    "```\nnever closed\n<b>\n",
    "a\r\nb\r\n\r\n$$\nx^2\n$$\n\n---\n\n![p](https://p.example/q.png)\n\nfin",
)


def shown(view: TranscriptView, number: int) -> list[tuple[str, str]]:
    """Every text of a card: as plain text and as Qt would write it as HTML."""
    card = view.cards[number]
    texts = []
    for widget in card.widgets():
        found = [widget] if isinstance(widget, QTextBrowser) else widget.findChildren(QTextBrowser)
        texts += [(text.toPlainText(), text.toHtml()) for text in found if not text.isHidden()]
    return texts


def stream_into(
    view: TranscriptView, message: Callable[..., MessageView], text: str, seed: int
) -> None:
    view.add_message(message(2, "", state=MessageState.STREAMING))
    chance = random.Random(seed)
    place = 0
    while place < len(text):
        step = chance.randint(1, 9)
        view.append_text("m2", text[place : place + step])
        view.flush()
        place += step


@pytest.mark.parametrize("text", ANSWERS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_streamed_card_equals_the_stored_one(
    make_view: Callable[..., TranscriptView],
    message: Callable[..., MessageView],
    text: str,
    seed: int,
) -> None:
    view, stored = make_view(480, 2000), make_view(480, 2000)
    view.show_messages((message(1, "Hi"),))
    stream_into(view, message, text, seed)
    view.change_message(message(2, text))
    stored.show_messages((message(1, "Hi"), message(2, text)))
    assert view.cards[1].parts == stored.cards[1].parts
    assert shown(view, 1) == shown(stored, 1)
    assert view.heights[1] == stored.heights[1]


def test_closed_blocks_are_not_written_again_while_the_rest_arrives(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"),))
    stream_into(view, message, "first\n\n```\ncode\n```\n\nsecond\n\n", 1)
    code = next(w for w in view.cards[1].widgets() if isinstance(w, CodeView))
    first = next(w for w in view.cards[1].widgets() if isinstance(w, ProseView))
    qtbot.wait(50)  # colors that a slow machine had no time for come now
    revisions = code.body.document().revision(), first.document().revision()
    for word in ("and ", "so ", "on"):
        view.append_text("m2", word)
        view.flush()
    assert (code.body.document().revision(), first.document().revision()) == revisions


def test_text_is_shown_at_most_thirty_times_a_second(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "", state=MessageState.STREAMING)))
    prose_before = len(view.cards[1].parts)
    for word in ["many", "small", "words", "in", "one", "go"]:
        view.append_text("m2", word + " ")
    assert len(view.cards[1].parts) == prose_before
    qtbot.waitUntil(lambda: len(view.cards[1].parts) == prose_before + 1)
    assert shown(view, 1)[0][0] == "many small words in one go"


def test_four_panes_take_turns_within_the_interval(qtbot: QtBot) -> None:
    shown_at: list[list[float]] = [[], [], [], []]
    parent = QObject()
    panes: list[Arrivals] = []

    def show(number: int) -> None:
        panes[number].take()
        shown_at[number].append(time.perf_counter())

    panes += [Arrivals(parent, partial(show, number)) for number in range(4)]
    for _ in range(10):
        for pane in panes:
            pane.add_text("m2", "x")
        qtbot.wait(10)
    qtbot.waitUntil(lambda: all(shown_at))
    gaps = [later - earlier for times in shown_at for earlier, later in pairwise(times)]
    assert all(gap > 0.03 for gap in gaps)
    assert len({pane._phase_ms for pane in panes}) == 4


def test_a_selection_survives_text_that_arrives_below_it(
    view: TranscriptView,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"),))
    stream_into(view, message, "alpha beta\n\ngamma", 3)
    prose = next(w for w in view.cards[1].widgets() if isinstance(w, ProseView))
    cursor = prose.textCursor()
    cursor.setPosition(0)
    cursor.movePosition(cursor.MoveOperation.EndOfBlock, cursor.MoveMode.KeepAnchor)
    prose.setTextCursor(cursor)
    view.append_text("m2", " delta\n\nepsilon")
    view.flush()
    assert prose.textCursor().selectedText() == "alpha beta"


def test_thinking_says_how_long_it_took_once_that_is_known(
    view: TranscriptView,
    message: Callable[..., MessageView],
    cost: CostLine,
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "", state=MessageState.WAITING)))
    view.append_thinking("m2", "let me see")
    view.flush()
    thinking = next(w for w in view.cards[1].widgets() if isinstance(w, ThinkingView))
    assert thinking.heading.text() == "Thinking…"
    view.change_message(message(2, "So.", thinking="let me see", thinking_s=3.2, cost=cost))
    assert thinking.heading.text() == "Thought for 3 s · 214 tokens"
    assert isinstance(view.cards[1].parts[0], Thinking)


def test_tool_calls_and_sources_join_the_growing_card(
    view: TranscriptView,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "", state=MessageState.STREAMING)))
    view.show_tool_call("m2", ToolCallView("t", "search", "{}"))
    view.show_tool_call("m2", ToolCallView("t", "search", "{}", "found"))
    view.show_citation("m2", CitationView("https://a.example", "A"))
    message_now = view.message("m2")
    assert message_now is not None
    assert [call.result for call in message_now.tool_calls] == ["found"]
    assert any("Sources" in text for text, _ in shown(view, 1))


def test_the_mark_of_writing_goes_when_the_answer_is_done(
    view: TranscriptView,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"),))
    stream_into(view, message, "words", 1)
    assert view.overlay.caret.isVisible()
    view.change_message(message(2, "words"))
    assert not view.overlay.caret.isVisible()
