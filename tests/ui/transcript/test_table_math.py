"""Formulas in the cells of a table: drawn where they stand, copied as TeX."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QTextCursor, QTextTable
from pytestqt.qtbot import QtBot

from app.seam.views import MessageState, MessageView
from app.ui.theme import Theme
from app.ui.transcript.inline_math import OBJECT
from app.ui.transcript.message_menu import copy_selection, select_all
from app.ui.transcript.table_view import TableView
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.cards import part

HEAD = "| Shape | Area of $A$ |\n| --- | ---: |\n"
ROWS = "| square | $a^2$ |\n| circle | $\\pi r^2$ |\n| none | $\\frac{1}{$ |\n| words | plain |\n"


def table_of(view: TranscriptView) -> TableView:
    found = part(view, 1, TableView)
    assert isinstance(found, TableView)
    return found


def drawn(table: TableView) -> int:
    return table.body.document().toRawText().count(OBJECT)


def inner(table: TableView) -> QTextTable:
    [found] = table.body.document().rootFrame().childFrames()
    assert isinstance(found, QTextTable)
    return found


def test_formulas_are_drawn_in_their_cells(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"), message(2, HEAD + ROWS)))
    table = table_of(view)
    qtbot.waitUntil(lambda: drawn(table) == 3)
    text = table.body.document().toRawText()
    assert "a^2" not in text
    assert r"\frac{1}{" in text, "what is no TeX stays as it was written"
    qtbot.waitUntil(lambda: table.height() == table.height_for(table.width()))
    image = _picture(table)
    for number, has_ink in ((0, True), (1, True), (2, True), (4, True)):
        assert _has_ink(image, _rect(table, number, 1)) is has_ink, number


def test_a_formula_stands_on_the_line_of_its_row(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    rows = "| mmm | $m$ |\n" * 6
    view.show_messages((message(1, "Hi"), message(2, HEAD + rows)))
    table = table_of(view)
    qtbot.waitUntil(lambda: drawn(table) == 7)
    image = _picture(table)
    for number in range(1, 7):
        word, formula = (_ink(image, _rect(table, number, column)) for column in (0, 1))
        # Neither letter goes below the line: both end on it.
        assert abs(word.bottom() - formula.bottom()) <= 1, (number, word, formula)


def test_what_is_copied_of_a_table_is_tex(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"), message(2, HEAD + ROWS)))
    qtbot.waitUntil(lambda: drawn(table_of(view)) == 3)
    select_all(view.cards[1])
    assert copy_selection(view.cards[1])
    copied = QGuiApplication.clipboard().text()
    assert "$a^2$" in copied
    assert r"$\pi r^2$" in copied
    assert OBJECT not in copied


def test_rows_that_arrive_get_theirs_and_keep_those_that_are_there(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    answer = message(2, HEAD + "| square | $a^2$ |\n| cir", state=MessageState.STREAMING)
    view.show_messages((message(1, "Hi"), answer))
    table = table_of(view)
    qtbot.waitUntil(lambda: drawn(table) == 2)
    for text in ("cle | $\\pi", " r^2$ |\n", "| cube | $6 a^2$ |\n"):
        view.append_text("m2", text)
        qtbot.wait(60)
    qtbot.waitUntil(lambda: drawn(table_of(view)) == 4)
    view.change_message(message(2, HEAD + "| square | $a^2$ |\n"))
    qtbot.waitUntil(lambda: drawn(table_of(view)) == 2)


def test_a_wide_formula_is_not_cut(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    rows = f"| sum | ${'+'.join('abcdefgh' * 4)}$ |\n"
    view.show_messages((message(1, "Hi"), message(2, HEAD + rows)))
    table = table_of(view)
    qtbot.waitUntil(lambda: drawn(table) == 2)
    qtbot.waitUntil(lambda: table.height() == table.height_for(table.width()))
    reach = table.body.viewport().width() + table.body.horizontalScrollBar().maximum()
    assert table.body.document().size().width() <= reach + 1


def test_formulas_of_a_table_follow_the_theme(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"), message(2, HEAD + ROWS)))
    qtbot.waitUntil(lambda: drawn(table_of(view)) == 3)
    Theme.current().set_mode("dark")
    table = table_of(view)
    qtbot.waitUntil(lambda: drawn(table_of(view)) == 3)
    image = _picture(table)
    rect = _rect(table, 1, 1)
    lights = [
        image.pixelColor(x, y).lightness()
        for x in range(rect.left(), rect.right())
        for y in range(rect.top(), rect.bottom())
    ]
    assert max(lights) > 150


def _picture(table: TableView) -> QImage:
    """The body as it is seen, on its ground."""
    image = QImage(table.body.size(), QImage.Format.Format_RGB32)
    image.fill(Theme.current().color("bg"))
    painter = QPainter(image)
    painter.drawPixmap(0, 0, table.body.grab())
    painter.end()
    return image


def _rect(table: TableView, row: int, column: int) -> QRect:
    """Where the text of a cell is drawn, in pixels of the body."""
    cursor: QTextCursor = inner(table).cellAt(row, column).firstCursorPosition()
    layout = table.body.document().documentLayout()
    rect = layout.blockBoundingRect(cursor.block()).toAlignedRect()
    rect.translate(-table.body.horizontalScrollBar().value(), 0)
    return rect.intersected(table.body.viewport().rect())


def _ink(image: QImage, rect: QRect) -> QRect:
    """The rectangle of what is drawn on the ground of a cell."""
    ground = image.pixelColor(rect.topLeft())
    dark = [
        (x, y)
        for x in range(rect.left(), rect.right() + 1)
        for y in range(rect.top(), rect.bottom() + 1)
        if _apart(image.pixelColor(x, y), ground) > 50
    ]
    if not dark:
        return QRect()
    xs, ys = [x for x, _ in dark], [y for _, y in dark]
    return QRect(min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)


def _has_ink(image: QImage, rect: QRect) -> bool:
    return not _ink(image, rect).isEmpty()


def _apart(one: QColor, other: QColor) -> int:
    return abs(one.lightness() - other.lightness())
