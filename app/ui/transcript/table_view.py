"""A table: as wide as it needs, scrolled sideways where that is more than there is.

Formulas in cells stand as TeX until they are made, and for good where they cannot be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import (
    QBrush,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextTable,
    QTextTableCellFormat,
    QTextTableFormat,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QToolButton, QWidget

from app.ui.theme import Size, Theme
from app.ui.transcript.code_view import CodeBody
from app.ui.transcript.inline_math import InlineMath
from app.ui.transcript.look import Look, current_look
from app.ui.transcript.parts import Part, Place
from app.ui.transcript.pieces import Cell, Span, Table
from app.ui.transcript.prose import plain

ROWS_MAX, WHOLE_ROWS_MAX = 100, 2_000
COLUMNS_MAX = 60
COLUMN_WIDTH = 150
_WHOLE = "whole"
_ALIGNS = {"right": Qt.AlignmentFlag.AlignRight, "center": Qt.AlignmentFlag.AlignHCenter}


class TableBody(CodeBody):
    """The table itself, as text that can be selected."""


class TableView(QFrame):
    """Shows a `Table`; rows that arrive are added to those that are there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._table: Table | None = None
        self._shown: tuple[tuple[Cell, ...], ...] = ()
        self._look: Look | None = None
        self._ideal = 0
        self._formulas: InlineMath | None = None  # made for the first table that has one
        self._unset: set[int] = set()  # rows in which a formula still stands as TeX
        self.body = TableBody(self)
        self.body.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self.body.setAccessibleName(self.tr("Table"))
        self.whole_button = QToolButton(self)
        self.whole_button.hide()
        self.whole_button.clicked.connect(self._on_whole_clicked)
        self.body.anchorClicked.connect(self._on_anchor_clicked)
        self.body.highlighted.connect(self._on_highlighted)

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Table)
        self._place = place
        whole = place.memory.has(place, _WHOLE)
        rows = part.rows[: WHOLE_ROWS_MAX if whole else ROWS_MAX]
        shown = tuple(row[:COLUMNS_MAX] for row in (part.header, *rows))
        look = current_look()
        same_head = self._table is not None and self._table.aligns == part.aligns
        kept = _common(self._shown, shown) if same_head and look is self._look else 0
        self._table, self._look = part, look
        if not (kept == len(shown) == len(self._shown)):
            self._write(shown, kept)
            self.body.rest_cursor()
            self._shown = shown
            self._ideal = self._measure()
        elif self._unset:
            self._set_formulas()
        hidden = len(rows) < len(part.rows) and not whole
        self.whole_button.setVisible(hidden)
        if hidden:
            self.whole_button.setFont(Theme.current().font(Size.SMALL))
            self.whole_button.setText(self.tr("Show all %n rows", "", len(part.rows)))

    def height_for(self, width: int) -> int:
        theme = Theme.current()
        columns = len(self._shown[0]) if self._shown else 1
        needed = max(width, min(self._ideal, columns * theme.px(COLUMN_WIDTH)))
        across = self._ideal if self._ideal <= width else needed
        if self.body.lineWrapColumnOrWidth() != across:
            self.body.setLineWrapColumnOrWidth(across)
        bar = theme.px(12) if across > width else 0
        height = round(self.body.document().size().height() + 0.49) + bar
        self.body.setGeometry(QRect(0, 0, min(width, across) if not bar else width, height))
        if not self.whole_button.isHidden():
            size = self.whole_button.sizeHint()
            self.whole_button.setGeometry(
                QRect(0, height + theme.px(4), size.width(), size.height())
            )
            height += size.height() + theme.px(4)
        return height

    def release(self) -> None:
        self._place = None
        if self._formulas is not None:
            self._formulas.rest()
        self.body.setExtraSelections([])
        self.body.horizontalScrollBar().setValue(0)

    def _measure(self) -> int:
        """The width at which no cell has to be broken."""
        self.body.setLineWrapColumnOrWidth(100_000)
        return round(self.body.document().idealWidth() + 1.5)

    def _write(self, shown: tuple[tuple[Cell, ...], ...], kept: int) -> None:
        document = self.body.document()
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        table = self._table_in_document()
        if table is None or not kept or table.columns() != len(shown[0]):
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.removeSelectedText()
            self._unset.clear()
            if self._formulas is not None:
                self._formulas.clear()
            table = cursor.insertTable(len(shown), len(shown[0]), _table_format())
            _flatten(document)
            kept = 0
        elif table.rows() > len(shown):
            table.removeRows(len(shown), table.rows() - len(shown))
        elif table.rows() < len(shown):
            table.appendRows(len(shown) - table.rows())
        self._write_rows(table, shown, range(kept, len(shown)))
        cursor.endEditBlock()

    def _table_in_document(self) -> QTextTable | None:
        frames = self.body.document().rootFrame().childFrames()
        return next((frame for frame in frames if isinstance(frame, QTextTable)), None)

    def _write_rows(
        self, table: QTextTable, shown: tuple[tuple[Cell, ...], ...], numbers: Iterable[int]
    ) -> None:
        self._unset = {number for number in self._unset if number < len(shown)}
        for number in numbers:
            self._unset.discard(number)
            for column, cell in enumerate(shown[number]):
                self._write_cell(table, number, column, cell)

    def _write_cell(self, table: QTextTable, number: int, column: int, cell: Cell) -> None:
        assert self._look is not None
        assert self._table is not None
        place = table.cellAt(number, column)
        form = _cell_format(number == 0)
        place.setFormat(form)
        cursor = place.firstCursorPosition()
        end = place.lastCursorPosition().position()
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        block = QTextBlockFormat()
        minimum = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        block.setLineHeight(Theme.current().px(20), minimum)
        align = self._table.aligns[column] if column < len(self._table.aligns) else ""
        block.setAlignment(_ALIGNS.get(align, Qt.AlignmentFlag.AlignLeft))
        cursor.setBlockFormat(block)
        for span in cell or (Span(""),):
            styled = replace(span, bold=True) if number == 0 else span
            if not (span.math and self._insert_formula(cursor, number, styled)):
                cursor.insertText(plain(span.text), self._look.span_format(styled))

    def _insert_formula(self, cursor: QTextCursor, number: int, span: Span) -> bool:
        assert self._look is not None
        if self._formulas is None:
            body = self.body
            self._formulas = InlineMath(
                body.document(), body.devicePixelRatioF, self._on_formulas_made
            )
        style = self._look.span_format(replace(span, math=False, italic=False))
        if self._formulas.is_settled(span.text, style):
            return self._formulas.insert(cursor, span.text, style)
        self._unset.add(number)
        return False

    def _set_formulas(self) -> bool:
        """Write the rows again whose formulas were awaited. Whether any could be drawn since."""
        table, waiting = self._table_in_document(), sorted(self._unset)
        if table is None:
            return False
        cursor = QTextCursor(self.body.document())
        cursor.beginEditBlock()
        self._write_rows(table, self._shown, waiting)
        cursor.endEditBlock()
        self.body.rest_cursor()
        if self._unset == set(waiting):
            return False
        self._ideal = self._measure()
        return True

    def _on_formulas_made(self) -> None:
        if self._set_formulas() and self._place is not None:
            self._place.hub.resized.emit(self._place.message_id)

    def _on_whole_clicked(self) -> None:
        if self._place is not None and self._table is not None:
            self._place.memory.toggle(self._place, _WHOLE)
            self.show_part(self._table, self._place)
            self._place.hub.resized.emit(self._place.message_id)

    def _on_anchor_clicked(self, url: object) -> None:
        if self._place is not None:
            self._place.hub.link_pressed.emit(bytes(url.toEncoded().data()).decode())  # type: ignore[attr-defined]

    def _on_highlighted(self, url: object) -> None:
        if self._place is not None:
            self._place.hub.link_hovered.emit(bytes(url.toEncoded().data()).decode())  # type: ignore[attr-defined]


def _common(old: tuple[tuple[Cell, ...], ...], new: tuple[tuple[Cell, ...], ...]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _table_format() -> QTextTableFormat:
    made = QTextTableFormat()
    made.setBorder(0)
    made.setBorderCollapse(True)
    made.setCellSpacing(0)
    made.setCellPadding(0)
    made.setMargin(0)
    made.setHeaderRowCount(1)
    return made


def _cell_format(is_header: bool) -> QTextTableCellFormat:
    theme = Theme.current()
    made = QTextTableCellFormat()
    made.setTopPadding(theme.px(6))
    made.setBottomPadding(theme.px(6))
    made.setLeftPadding(theme.px(2))
    made.setRightPadding(theme.px(18))
    made.setBottomBorder(1)
    made.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    made.setBottomBorderBrush(QBrush(theme.color("ink3" if is_header else "line")))
    return made


def _flatten(document: object) -> None:
    """Take the height from the empty paragraphs that Qt keeps around a table."""
    form = QTextBlockFormat()
    fixed = QTextBlockFormat.LineHeightTypes.FixedHeight.value
    form.setLineHeight(1, fixed)
    small = QTextCharFormat()
    small.setFontPointSize(1)
    for block in (document.begin(), document.lastBlock()):  # type: ignore[attr-defined]
        cursor = QTextCursor(block)
        cursor.setBlockFormat(form)
        cursor.setBlockCharFormat(small)
