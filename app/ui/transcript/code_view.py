"""A code block: its language, Copy, a switch for wrapping, and the code in its colors."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QBrush,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPen,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QTextBrowser, QToolButton, QWidget

from app.ui.icons import icon
from app.ui.theme import Size, Theme
from app.ui.transcript.coloring import Coloring, ColoringQueue
from app.ui.transcript.look import CODE_LINE_HEIGHT, code_font
from app.ui.transcript.parts import Part, Place
from app.ui.transcript.pieces import Code, Formula
from app.ui.transcript.prose import LockedBrowser

LINES_MAX, LENGTH_MAX = 400, 60_000
WHOLE_LINES_MAX, WHOLE_LENGTH_MAX = 5_000, 500_000
COPIED_MS = 1500
_HEADER, _PAD_X, _PAD_Y, _BAR = 31, 12, 9, 10
_WRAPPED, _WHOLE = "wrapped", "whole"


class CodeBody(LockedBrowser):
    """The text of a code block; scrolls sideways only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setLineWrapMode(QTextBrowser.LineWrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        sideways = abs(delta.x()) > abs(delta.y()) and self.horizontalScrollBar().maximum() > 0
        if sideways:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (event.pixelDelta().x() or delta.x() // 2))
            event.accept()
            return
        event.ignore()


class CodeView(QFrame):
    """Shows a `Code` or a `Formula`; very long ones only in part until they are asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._part: Code | Formula | None = None
        self._language = ""
        self._text = ""  # all of it, for Copy
        self._shown = ""  # what the document holds
        self._theme_key: tuple[object, ...] = ()
        self._build()
        self._connect()

    def _build(self) -> None:
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.body = CodeBody(self)
        self.wrap_button = QToolButton(self)
        self.wrap_button.setCheckable(True)
        self.wrap_button.setIcon(icon("wrap-text", "ink2"))
        self.copy_button = QToolButton(self)
        self.copy_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.whole_button = QToolButton(self)
        self.whole_button.hide()
        self.coloring = Coloring(self.body)
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(COPIED_MS)
        self.wrap_button.setToolTip(self.tr("Wrap long lines"))
        self.wrap_button.setAccessibleName(self.tr("Wrap long lines"))
        self._name_copy(self.tr("Copy"))

    def _connect(self) -> None:
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.wrap_button.clicked.connect(self._on_wrap_clicked)
        self.whole_button.clicked.connect(self._on_whole_clicked)
        self._copied.timeout.connect(lambda: self._name_copy(self.tr("Copy")))

    @property
    def text(self) -> str:
        """The whole code, as Copy takes it."""
        return self._text

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Code | Formula)
        self._place, self._part = place, part
        self._language = part.language if isinstance(part, Code) else ""
        name = self.tr("formula") if isinstance(part, Formula) else self._language
        self.label.setText(name or self.tr("text"))
        self.body.setAccessibleName(self.tr("Code, %1").replace("%1", self.label.text()))
        self._text = part.text
        self._dress()
        self._show_text()
        wrapped = place.memory.has(place, _WRAPPED)
        if wrapped != self.wrap_button.isChecked():
            self.wrap_button.setChecked(wrapped)
        if self.coloring.show(self._language, self._shown, is_open=place.open):
            ColoringQueue.current().add(self)

    def color_more(self, budget_s: float) -> bool:
        return self._place is not None and self.coloring.run(budget_s)

    def height_for(self, width: int) -> int:
        theme = Theme.current()
        header, pad_x, pad_y = theme.px(_HEADER), theme.px(_PAD_X), theme.px(_PAD_Y)
        inner = max(1, width - 2 * pad_x)
        document = self.body.document()
        self._place_header(width, header)
        if self.wrap_button.isChecked():
            self.body.wrap_at(inner)
        elif self.body.lineWrapMode() != QTextBrowser.LineWrapMode.NoWrap:
            self.body.setLineWrapMode(QTextBrowser.LineWrapMode.NoWrap)
        height = round(document.size().height() + 0.49)
        wide = not self.wrap_button.isChecked() and document.idealWidth() > inner
        bar = theme.px(_BAR) if wide else 0
        self.body.setGeometry(QRect(pad_x, header + pad_y, inner, height + bar))
        total = header + pad_y + height + max(bar, pad_y) + 1
        if not self.whole_button.isHidden():
            size = self.whole_button.sizeHint()
            self.whole_button.setGeometry(QRect(pad_x, total, size.width(), size.height()))
            total += size.height() + pad_y
        return total

    def caret_rect(self) -> QRect:
        cursor = QTextCursor(self.body.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return self.body.cursorRect(cursor).translated(self.body.pos())

    def release(self) -> None:
        ColoringQueue.current().remove(self)
        self._place = None
        self._copied.stop()
        self._name_copy(self.tr("Copy"))
        self.body.setExtraSelections([])
        self.body.horizontalScrollBar().setValue(0)
        cursor = self.body.textCursor()
        if cursor.hasSelection():
            cursor.clearSelection()
            self.body.setTextCursor(cursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("code"))
        radius = theme.px(10)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        y = theme.px(_HEADER)
        painter.drawLine(1, y, self.width() - 2, y)
        painter.end()

    def _show_text(self) -> None:
        assert self._place is not None
        is_long = self._text.count("\n") > LINES_MAX or len(self._text) > LENGTH_MAX
        if self._place.open and is_long and not self._place.memory.has(self._place, _WHOLE):
            # A block that was watched as it grew is not folded when it is done.
            self._place.memory.toggle(self._place, _WHOLE)
        whole = self._place.memory.has(self._place, _WHOLE)
        shown = _bounded(self._text, whole)
        self._write(shown)
        hidden = len(shown) < len(self._text)
        self.whole_button.setVisible(hidden)
        if hidden:
            lines = self._text.count("\n") + 1
            words = self.tr("Too long to show whole; Copy takes all %n lines", "", lines)
            self.whole_button.setText(words if whole else self.tr("Show all %n lines", "", lines))
            self.whole_button.setEnabled(not whole)

    def _write(self, shown: str) -> None:
        cursor = QTextCursor(self.body.document())
        if self._shown and shown.startswith(self._shown):
            if len(shown) > len(self._shown):
                cursor.movePosition(QTextCursor.MoveOperation.End)
                cursor.insertText(_displayed(shown[len(self._shown) :]))
        elif shown != self._shown or not self._theme_key:
            cursor.beginEditBlock()
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.removeSelectedText()
            cursor.setBlockFormat(_line_format())
            cursor.setCharFormat(_char_format())
            cursor.setBlockCharFormat(_char_format())
            cursor.insertText(_displayed(shown), _char_format())
            cursor.endEditBlock()
            self.coloring.forget()
        self._shown = shown
        self.body.rest_cursor()

    def _dress(self) -> None:
        theme = Theme.current()
        key = (theme.dark, theme.zoom_percent)
        if key == self._theme_key:
            return
        self._theme_key = key
        font = code_font()
        self.body.setFont(font)
        self.body.document().setDefaultFont(font)
        self.label.setFont(theme.font(Size.SMALL))
        self._shown = "\0"  # written anew, in the new colors
        for button in (self.copy_button, self.whole_button):
            button.setFont(theme.font(Size.SMALL))
        self.wrap_button.setIconSize(QSize(theme.px(14), theme.px(14)))

    def _place_header(self, width: int, header: int) -> None:
        theme = Theme.current()
        right = width - theme.px(4)
        for button in (self.copy_button, self.wrap_button):
            size = button.sizeHint()
            tall = min(size.height(), header - 3)
            right -= size.width()
            button.setGeometry(right, (header - tall) // 2 + 1, size.width(), tall)
        self.label.setGeometry(theme.px(_PAD_X), 1, max(0, right - theme.px(_PAD_X)), header)

    def _name_copy(self, words: str) -> None:
        self.copy_button.setText(words)
        self.copy_button.setAccessibleName(self.tr("Copy this code") if words else "")

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.copy_button.setText(self.tr("Copied"))
        self._copied.start()

    def _on_wrap_clicked(self) -> None:
        self._toggle(_WRAPPED)

    def _on_whole_clicked(self) -> None:
        self._toggle(_WHOLE)

    def _toggle(self, mark: str) -> None:
        if self._place is None:
            return
        place = self._place
        place.memory.toggle(place, mark)
        assert self._part is not None
        self.show_part(self._part, place)
        place.hub.resized.emit(place.message_id)


def _bounded(text: str, whole: bool) -> str:
    """The beginning of a long text, as many whole lines as may be shown."""
    lines_max, length_max = (
        (WHOLE_LINES_MAX, WHOLE_LENGTH_MAX) if whole else (LINES_MAX, LENGTH_MAX)
    )
    text = text[:length_max]
    place = -1
    for _ in range(lines_max):
        place = text.find("\n", place + 1)
        if place < 0:
            return text
    return text[:place]


def _displayed(text: str) -> str:
    if text.isascii() and "\0" not in text:
        return text
    # Each becomes one character again, so that places in the text stay true.
    controls = {0xFDD0: "\ufffd", 0xFDD1: "\ufffd", 0xFFFC: "\ufffd", 0x2029: "\u2028", 0: "\ufffd"}
    return text.translate(controls)


def _line_format() -> QTextBlockFormat:
    made = QTextBlockFormat()
    minimum = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
    made.setLineHeight(Theme.current().px(CODE_LINE_HEIGHT), minimum)
    return made


def _char_format() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFont(code_font())
    made.setForeground(QBrush(Theme.current().color("ink")))
    return made
