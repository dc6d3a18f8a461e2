"""Prose: paragraphs in one text document, written through a cursor and never read as markup.

Foreign text reaches Qt only as plain strings with formats, so no tag, address or file name in it
can mean anything. The document's resources are refused all the same.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QMimeData, QPointF, QRect, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QTextBrowser, QWidget

from app.ui.theme import Theme
from app.ui.transcript.inline_math import InlineMath, selected_text
from app.ui.transcript.look import QUOTE, Look, current_look
from app.ui.transcript.parts import Part, Place
from app.ui.transcript.pieces import Paragraph, Prose, Span, span_style

# Characters that mean something to a QTextDocument: ends of blocks and frames, objects.
_CONTROLS = {0xFDD0: "\ufffd", 0xFDD1: "\ufffd", 0xFFFC: "\ufffd", 0x2029: "\n", 0: "\ufffd"}
_SCROLL_KEYS = (
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Space,
)  # fmt: skip


def plain(text: str) -> str:
    """Text that a document takes as one stretch: lines broken without new paragraphs."""
    text = text.translate(_CONTROLS) if not text.isascii() or "\0" in text else text
    return text.replace("\n", "\u2028")


class LockedBrowser(QTextBrowser):
    """A text browser that loads nothing, opens nothing and does not scroll by itself."""

    loads_refused = 0  # how often a document asked for a resource; none of ours ever should

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        self.setAcceptDrops(False)
        # The card's own menu: this one would offer to undo and to paste.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        # Returning nothing would let Qt look for the file itself.
        LockedBrowser.loads_refused += 1
        placeholder = QImage(1, 1, QImage.Format.Format_ARGB32)
        placeholder.fill(Qt.GlobalColor.transparent)
        return placeholder

    def wrap_at(self, width: int) -> None:
        """Break lines at this width, whatever size the widget has until it is placed."""
        if self.lineWrapMode() != QTextBrowser.LineWrapMode.FixedPixelWidth:
            self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        if self.lineWrapColumnOrWidth() != width:
            self.setLineWrapColumnOrWidth(width)

    def rest_cursor(self) -> None:
        """Put our own cursor at the beginning, so that new text never scrolls to it."""
        cursor = self.textCursor()
        if not cursor.hasSelection() and cursor.position():
            cursor.setPosition(0)
            self.setTextCursor(cursor)

    def createMimeDataFromSelection(self) -> QMimeData:
        data = super().createMimeDataFromSelection()
        text = selected_text(self.textCursor())
        if text != data.text():  # formulas; the markup of the rest would lack them
            data.removeFormat("text/html")
            data.setText(text)
        return data

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain_key = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier
        )  # fmt: skip
        if (event.key() in _SCROLL_KEYS and plain_key) or _is_of_card(event):
            event.ignore()
            return
        super().keyPressEvent(event)


class ProseView(LockedBrowser):
    """One run of paragraphs. New text at its end touches only the paragraphs that changed."""

    muted = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self._paragraphs: tuple[Paragraph, ...] = ()
        self._starts: list[int] = []  # where each paragraph begins in the document
        self._look: Look | None = None
        self._place: Place | None = None
        self._quoted = False
        self._formulas: InlineMath | None = None  # made for the first text that has one
        self._unset: set[int] = set()  # paragraphs in which a formula still stands as TeX
        self._open_number = -1  # the paragraph that is being written
        self.anchorClicked.connect(self._on_anchor_clicked)
        self.highlighted.connect(self._on_highlighted)

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Prose)
        self._place = place
        self.show_paragraphs(part.paragraphs)

    def show_paragraphs(self, paragraphs: tuple[Paragraph, ...]) -> None:
        """Make the document say this, keeping the paragraphs that it says already."""
        look = current_look(muted=self.muted)
        kept = _common(self._paragraphs, paragraphs) if look is self._look else 0
        is_open = self._place is not None and self._place.open
        self._open_number = len(paragraphs) - 1 if is_open else -1
        if not kept == len(paragraphs) == len(self._paragraphs):
            self._change(paragraphs, look, kept)
        if self._unset:
            self._set_formulas()

    def _change(
        self, paragraphs: tuple[Paragraph, ...], look: Look, kept: int, *, grows: bool = True
    ) -> None:
        """Write what comes after the paragraphs that are kept."""
        selected = self.textCursor() if self.textCursor().hasSelection() else None
        chosen = (selected.anchor(), selected.position()) if selected else (0, 0)
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        grows = grows and look is self._look
        if grows and self._grow_last(cursor, kept, paragraphs, look):
            kept = len(paragraphs)
        else:
            self._cut(cursor, kept)
        for number in range(kept, len(paragraphs)):
            self._write(cursor, number, paragraphs, look)
        cursor.endEditBlock()
        if selected and kept:
            # Text that was inserted where the selection ends would have become part of it.
            selected.setPosition(min(chosen[0], cursor.position()))
            keep = QTextCursor.MoveMode.KeepAnchor
            selected.setPosition(min(chosen[1], cursor.position()), keep)
            self.setTextCursor(selected)
        self._paragraphs, self._look = paragraphs, look
        self._quoted = any(paragraph.quote for paragraph in paragraphs)
        linked = any(span.link for paragraph in paragraphs for span in paragraph.spans)
        # Only text with links is a stop for the Tab key.
        policy = Qt.FocusPolicy.StrongFocus if linked else Qt.FocusPolicy.ClickFocus
        if policy != self.focusPolicy():
            self.setFocusPolicy(policy)
        self.rest_cursor()

    def height_for(self, width: int) -> int:
        self.wrap_at(width)
        return round(self.document().size().height() + 0.49)

    def caret_rect(self) -> QRect:
        """Where the next character will stand."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return self.cursorRect(cursor)

    def release(self) -> None:
        self._place = None
        if self._formulas is not None:
            self._formulas.rest()
        self.setExtraSelections([])
        cursor = self.textCursor()
        if cursor.hasSelection():
            cursor.clearSelection()
            self.setTextCursor(cursor)

    def _grow_last(
        self, cursor: QTextCursor, kept: int, paragraphs: tuple[Paragraph, ...], look: Look
    ) -> bool:
        """Add to the end of the last paragraph where nothing else changed."""
        old = self._paragraphs
        if not (old and kept == len(old) - 1 == len(paragraphs) - 1):
            return False
        before, after = old[-1], paragraphs[-1]
        count = len(before.spans)
        same_style = _style(before) == _style(after) and 0 < count <= len(after.spans)
        if not same_style or before.spans[:-1] != after.spans[: count - 1]:
            return False
        last, grown = before.spans[-1], after.spans[count - 1]
        if not grown.text.startswith(last.text) or span_style(last) != span_style(grown):
            return False
        cursor.movePosition(QTextCursor.MoveOperation.End)
        rest = Span(grown.text[len(last.text) :], *span_style(grown))
        for span in (rest, *after.spans[count:]):
            cursor.insertText(plain(span.text), look.span_format(span, after.heading, after.quote))
        if any(span.math for span in after.spans):
            self._unset.add(kept)
        return True

    def _cut(self, cursor: QTextCursor, kept: int) -> None:
        begin = max(0, self._starts[kept] - 1) if kept < len(self._starts) else None
        if kept == 0:
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.removeSelectedText()
            if self._formulas is not None:
                self._formulas.clear()
        elif begin is not None:
            cursor.setPosition(begin)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        del self._starts[kept:]
        self._unset = {number for number in self._unset if number < kept}

    def _write(
        self, cursor: QTextCursor, number: int, paragraphs: tuple[Paragraph, ...], look: Look
    ) -> None:
        paragraph = paragraphs[number]
        form = look.block_format(paragraph, paragraphs[number - 1] if number else None)
        marker = look.marker_format(paragraph)
        if number:
            cursor.insertBlock(form, marker)
        else:
            cursor.setBlockFormat(form)
            cursor.setBlockCharFormat(marker)
        self._starts.append(cursor.position())
        if paragraph.marker:
            cursor.insertText(paragraph.marker + "\t", marker)
        for span in paragraph.spans:
            if span.math and self._insert_formula(cursor, number, span, paragraph, look):
                continue
            style = look.span_format(span, paragraph.heading, paragraph.quote)
            cursor.insertText(plain(span.text), style)

    def _insert_formula(
        self, cursor: QTextCursor, number: int, span: Span, paragraph: Paragraph, look: Look
    ) -> bool:
        if self._formulas is None:
            document, changed = self.document(), self._on_formulas_made
            self._formulas = InlineMath(document, self.devicePixelRatioF, changed)
        style = _style_of_formula(span, paragraph, look)
        if number != self._open_number and self._formulas.insert(cursor, span.text, style):
            return True
        self._unset.add(number)
        return False

    def _set_formulas(self) -> bool:
        """Draw the formulas whose images are there; ask for the others. Whether text changed."""
        look = self._look
        assert look is not None
        closed = sorted(self._unset - {self._open_number})
        settled = [number for number in closed if self._is_settled(number, look)]
        if not settled:
            return False
        waiting = self._unset - set(settled)
        self._change(self._paragraphs, look, settled[0], grows=False)
        # What was refused stays as TeX for good.
        self._unset &= waiting
        return True

    def _is_settled(self, number: int, look: Look) -> bool:
        if self._formulas is None:
            return False
        paragraph = self._paragraphs[number]
        formulas = [span for span in paragraph.spans if span.math]
        looks = [_style_of_formula(span, paragraph, look) for span in formulas]
        # Each is asked, so that all are made together.
        found = map(self._formulas.is_settled, (span.text for span in formulas), looks)
        return all(list(found))

    def _on_formulas_made(self) -> None:
        if self._set_formulas() and self._place is not None:
            self._place.hub.resized.emit(self._place.message_id)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._quoted:
            self._paint_quotes()
        super().paintEvent(event)

    def _paint_quotes(self) -> None:
        painter = QPainter(self.viewport())
        block: QTextBlock = self.document().begin()
        line = Theme.current().color("line")
        width = Theme.current().px(3)
        for number, paragraph in enumerate(self._paragraphs):
            rect = self.document().documentLayout().blockBoundingRect(block)
            joined = number and self._paragraphs[number - 1].quote >= paragraph.quote
            top = rect.top() - (block.blockFormat().topMargin() if joined else 0)
            for depth in range(paragraph.quote):
                left = depth * Theme.current().px(QUOTE)
                bar = QRectF(QPointF(left, top), QPointF(left + width, rect.bottom()))
                painter.fillRect(bar, line)
            block = block.next()
        painter.end()

    def _on_anchor_clicked(self, url: QUrl) -> None:
        if self._place is not None:
            self._place.hub.link_pressed.emit(
                url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
            )

    def _on_highlighted(self, url: QUrl) -> None:
        if self._place is not None:
            self._place.hub.link_hovered.emit(
                url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
            )


def _style_of_formula(span: Span, paragraph: Paragraph, look: Look) -> QTextCharFormat:
    """As the text around it: the mathematical font and its slant are its own."""
    around = replace(span, math=False, italic=False)
    return look.span_format(around, paragraph.heading, paragraph.quote)


def _is_of_card(event: QKeyEvent) -> bool:
    """A message is selected and copied as a whole, over all its parts."""
    keys = QKeySequence.StandardKey
    return event.matches(keys.Copy) or event.matches(keys.SelectAll)


def _common(old: tuple[Paragraph, ...], new: tuple[Paragraph, ...]) -> int:
    """How many paragraphs at the beginning are the same."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one is not other and one != other:
            break
        count += 1
    return count


def _style(paragraph: Paragraph) -> tuple[object, ...]:
    return paragraph.heading, paragraph.indent, paragraph.quote, paragraph.marker
