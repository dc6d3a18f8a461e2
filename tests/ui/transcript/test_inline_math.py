"""Formulas in a line: drawn where the sentence stands, copied as TeX, text while it is written."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication, QTextCursor
from pytestqt.qtbot import QtBot

from app.seam.views import MessageState, MessageView
from app.ui.theme import Theme
from app.ui.transcript.inline_math import OBJECT, selected_text
from app.ui.transcript.message_menu import copy_selection, select_all
from app.ui.transcript.prose import LockedBrowser, ProseView
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.cards import part

SENTENCES = (
    "Let 😀 $x^2$ be the square of $x$.\n\n"
    r"With \(\frac{a}{\sqrt{b}}\) it is **more**, and $\frac{1}{$ stays as it is."
)


def prose_of(view: TranscriptView, number: int) -> ProseView:
    found = part(view, number, ProseView)
    assert isinstance(found, ProseView)
    return found


def drawn(prose: ProseView) -> int:
    return prose.document().toRawText().count(OBJECT)


def test_formulas_of_a_sentence_are_drawn_in_it(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"), message(2, SENTENCES)))
    prose = prose_of(view, 1)
    qtbot.waitUntil(lambda: drawn(prose) == 3)
    text = prose.document().toRawText()
    assert text.startswith(f"Let 😀 {OBJECT} be the square of {OBJECT}.")
    # What is no TeX is shown as it was written.
    assert text.endswith(r"and \frac{1}{ stays as it is.")
    qtbot.waitUntil(lambda: prose.height() == prose.height_for(prose.width()))


def test_what_is_copied_is_tex(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"), message(2, SENTENCES)))
    prose = prose_of(view, 1)
    qtbot.waitUntil(lambda: drawn(prose) == 3)
    select_all(view.cards[1])
    assert copy_selection(view.cards[1])
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("Let 😀 $x^2$ be the square of $x$.\n")
    assert r"With $\frac{a}{\sqrt{b}}$ it is more" in copied
    cursor = QTextCursor(prose.document())
    cursor.setPosition(7)
    cursor.setPosition(8, QTextCursor.MoveMode.KeepAnchor)
    assert selected_text(cursor) == "$x^2$"


def test_the_paragraph_that_is_written_shows_tex_and_the_others_formulas(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    answer = message(2, "Let $y^3$ be", state=MessageState.STREAMING)
    view.show_messages((message(1, "Hi"), answer))
    prose = prose_of(view, 1)
    qtbot.wait(100)
    assert "y^3" in prose.document().toRawText()
    for text in (" given.\n\nThen $z", "^4$ is", " not."):
        view.append_text("m2", text)
        qtbot.wait(60)
    prose = prose_of(view, 1)
    qtbot.waitUntil(lambda: drawn(prose) == 1)
    assert prose.document().toRawText().endswith("Then z^4 is not.")
    view.change_message(message(2, "Let $y^3$ be given.\n\nThen $z^4$ is not."))
    qtbot.waitUntil(lambda: drawn(prose_of(view, 1)) == 2)


def test_formulas_follow_the_theme_and_load_nothing(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    refused = LockedBrowser.loads_refused
    view.show_messages((message(1, "Hi"), message(2, "So $q^5$ and $r$.")))
    prose = prose_of(view, 1)
    qtbot.waitUntil(lambda: drawn(prose) == 2)
    light = prose.grab().toImage()
    Theme.current().set_mode("dark")
    qtbot.waitUntil(lambda: drawn(prose_of(view, 1)) == 2)
    dark = prose_of(view, 1).grab().toImage()
    assert light != dark
    bright = [
        dark.pixelColor(x, y).lightness() for x in range(dark.width()) for y in range(dark.height())
    ]  # fmt: skip
    assert max(bright) > 150
    assert LockedBrowser.loads_refused == refused


def test_a_formula_wider_than_the_text_is_made_smaller(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Then $" + "+".join("abcdefgh" * 4) + "$.")))
    prose = prose_of(view, 1)
    qtbot.waitUntil(lambda: drawn(prose) == 1)
    prose.height_for(300)
    assert prose.document().size().width() <= 301
