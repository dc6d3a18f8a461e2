"""What the user sent: the bubble and attached files."""

from __future__ import annotations

import math

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from app.seam.views import AttachmentView
from app.ui import words
from app.ui.theme import Size, Theme, set_look
from app.ui.thumbnail import Thumbnail, file_icon
from app.ui.transcript.folded import plain_paragraphs
from app.ui.transcript.parts import Attachments, Bubble, Part, Place
from app.ui.transcript.prose import ProseView

SHARE = 0.82  # of the card's width, at most
LINES_MAX, LENGTH_MAX = 40, 4_000
_PAD_X, _PAD_Y, _RADIUS, _RADIUS_SMALL = 14, 10, 14, 4
_WHOLE = "whole"
_THUMBNAIL = QSize(80, 40)


class BubbleView(QWidget):
    """What the user wrote, at the right; a long text is folded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._part: Bubble | None = None
        self._frame = QRect()
        self.body = ProseView(self)
        self.body.setAccessibleName(self.tr("Your message"))
        self.whole_button = QPushButton(self)
        set_look(self.whole_button, look="link")
        self.whole_button.hide()
        self.whole_button.clicked.connect(self._on_whole_clicked)

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Bubble)
        self._place, self._part = place, part
        folded = _folded(part.text)
        whole = place.memory.has(place, _WHOLE)
        self.body.show_paragraphs(plain_paragraphs(part.text if whole else folded))
        self.whole_button.setVisible(len(folded) < len(part.text))
        self.whole_button.setText(self.tr("Show less") if whole else self.tr("Show all"))

    def height_for(self, width: int) -> int:
        theme = Theme.current()
        pad_x, pad_y = theme.px(_PAD_X), theme.px(_PAD_Y)
        inner_max = max(1, int(width * SHARE) - 2 * pad_x)
        self.body.height_for(inner_max)
        inner = min(inner_max, math.ceil(self.body.document().idealWidth()) + 1)
        height = self.body.height_for(inner)
        button = self.whole_button.sizeHint() if not self.whole_button.isHidden() else QSize()
        inner = max(inner, button.width())
        left = width - inner - 2 * pad_x
        self.body.setGeometry(left + pad_x, pad_y, inner, height)
        total = height + 2 * pad_y
        if not button.isEmpty():
            self.whole_button.setGeometry(
                QRect(left + pad_x - 4, total - pad_y // 2, button.width(), button.height())
            )
            total += button.height() + pad_y // 2
        self._frame = QRect(left, 0, inner + 2 * pad_x, total)
        return total

    def release(self) -> None:
        self._place = None
        self.body.release()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(_bubble(QRectF(self._frame), theme), theme.color("user"))
        painter.end()

    def _on_whole_clicked(self) -> None:
        if self._place is not None and self._part is not None:
            place = self._place
            place.memory.toggle(place, _WHOLE)
            self.show_part(self._part, place)
            place.hub.resized.emit(place.message_id)


class AttachmentsView(QWidget):
    """Attached files as chips, images with their small picture, in lines that end at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[_Chip] = []

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Attachments)
        self.release()
        for file in part.files:
            chip = _Chip(file, self)
            chip.show()
            self._chips.append(chip)

    def height_for(self, width: int) -> int:
        gap, top = Theme.current().space(2), 0
        for line in self._lines(int(width * SHARE), gap):
            sizes = [chip.sizeHint() for chip in line]
            tall = max(size.height() for size in sizes)
            wide = [min(size.width(), int(width * SHARE)) for size in sizes]
            left = width - sum(wide) - gap * (len(wide) - 1)
            for chip, its_width in zip(line, wide, strict=True):
                chip.setGeometry(left, top, its_width, tall)
                left += its_width + gap
            top += tall + gap
        return max(0, top - gap)

    def _lines(self, width: int, gap: int) -> list[list[_Chip]]:
        """As many chips in a line as fit; one that is too wide has a line of its own."""
        lines: list[list[_Chip]] = []
        left = 0
        for chip in self._chips:
            wanted = chip.sizeHint().width()
            if not lines or wanted > left:
                lines.append([])
                left = width
            lines[-1].append(chip)
            left -= wanted + gap
        return lines

    def release(self) -> None:
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = []


class _Chip(QFrame):
    """One file: a picture or an icon, its name and its size, as plain text."""

    def __init__(self, file: AttachmentView, parent: QWidget) -> None:
        super().__init__(parent)
        theme = Theme.current()
        set_look(self, look="chip")
        picture = Thumbnail(file.preview, _THUMBNAIL, file_icon(file))
        name = QLabel(self)
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setFont(theme.font(Size.NOTE))
        shown = " ".join(file.name.split())
        metrics = name.fontMetrics()
        name.setText(metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, theme.px(220)))
        size = QLabel(words.file_size(file), self)
        set_look(size, tone="3", size="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(8), theme.px(4), theme.px(10), theme.px(4))
        row.setSpacing(theme.px(8))
        for widget in (picture, name, size):
            row.addWidget(widget)
        self.setAccessibleName(f"{shown}, {size.text()}")


def _folded(text: str) -> str:
    lines = text.split("\n")
    if len(lines) <= LINES_MAX and len(text) <= LENGTH_MAX:
        return text
    return "\n".join(lines[: LINES_MAX // 2])[: LENGTH_MAX // 2] + " …"


def _bubble(rect: QRectF, theme: Theme) -> QPainterPath:
    """A rectangle with round corners, the lower right one nearly sharp."""
    path = QPainterPath()
    radius, small = theme.px(_RADIUS), theme.px(_RADIUS_SMALL)
    path.addRoundedRect(rect, radius, radius)
    corner = QRectF(rect.right() - radius * 2, rect.bottom() - radius * 2, radius * 2, radius * 2)
    sharp = QPainterPath()
    sharp.addRoundedRect(corner, small, small)
    return path.united(sharp)
