"""A formula that stands alone: set as mathematics, or its TeX where it cannot be.

While it is being written its source is shown, so nothing flickers; the image takes its place
once, when both are there. Copying gives the TeX.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from app.ui.icons import icon
from app.ui.theme import Size, Theme
from app.ui.transcript.code_view import CodeView
from app.ui.transcript.math_shelf import FormulaImage, FormulaKey, formula_shelf
from app.ui.transcript.parts import Part, Place
from app.ui.transcript.pieces import Formula

_PAD_Y = 6
_SMALLEST = 0.6  # a wide formula is made smaller down to this, then its source scrolls


class MathView(QWidget):
    """Shows a `Formula`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._part: Formula | None = None
        self._key: FormulaKey | None = None
        self._image: FormulaImage | None = None
        self._scale = 1.0
        self._build()
        formula_shelf().made.connect(self._on_made)

    def _build(self) -> None:
        self.source = CodeView(self)
        self.copy_button = QToolButton(self)
        self.copy_button.setIcon(icon("copy", "ink2"))
        self.copy_button.setAutoRaise(True)
        self.copy_button.setToolTip(self.tr("Copy the formula as TeX"))
        self.copy_button.setAccessibleName(self.tr("Copy the formula as TeX"))
        self.copy_button.clicked.connect(self._on_copy)
        self.copy_button.hide()

    @property
    def is_set(self) -> bool:
        """Whether mathematics is shown, not its source."""
        return self._image is not None and self._scale >= _SMALLEST

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Formula)
        self._place, self._part = place, part
        self.source.show_part(part, place)
        self.setAccessibleName(self.tr("Formula: {0}").format(part.text))
        self._image = None if place.open else self._ask()

    def height_for(self, width: int) -> int:
        theme = Theme.current()
        button = self.copy_button.sizeHint()
        room = max(1, width - button.width() - theme.px(8))
        self._scale = min(1.0, room / self._image.width) if self._image is not None else 1.0
        self.source.setVisible(not self.is_set)
        self.copy_button.setVisible(self.is_set)
        if not self.is_set or self._image is None:
            height = self.source.height_for(width)
            self.source.setGeometry(QRect(0, 0, width, height))
            return height
        high = round(self._image.height * self._scale + 2 * theme.px(_PAD_Y) + 0.5)
        high = max(high, button.height())
        top = (high - button.height()) // 2
        self.copy_button.setGeometry(width - button.width(), top, button.width(), button.height())
        return high

    def caret_rect(self) -> QRect:
        return self.source.caret_rect().translated(self.source.pos())

    def release(self) -> None:
        self._place = self._part = self._key = self._image = None
        self.source.release()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.is_set or self._image is None:
            return
        if self._ask() is not self._image and self._place is not None:
            # Another theme, zoom or screen: the old image stays until the new one is there.
            self._image = self._ask() or self._image
        wide, high = self._image.width * self._scale, self._image.height * self._scale
        room = self.width() - self.copy_button.width()
        left = max(0.0, (room - wide) / 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._scale < 1)
        at = QPointF(left, (self.height() - high) / 2)
        ratio = self._image.image.devicePixelRatio()
        part = QRectF(0, 0, self._image.width * ratio, self._image.height * ratio)
        painter.drawImage(QRectF(at.x(), at.y(), wide, high), self._image.image, part)
        painter.end()

    def _ask(self) -> FormulaImage | None:
        if self._part is None:
            return None
        theme = Theme.current()
        self._key = FormulaKey(
            self._part.text,
            float(theme.px(Size.TEXT) * 1.2),
            theme.color("ink").name(),
            self.devicePixelRatioF(),
        )
        return formula_shelf().ask(self._key)

    def _on_made(self, key: FormulaKey) -> None:
        if key != self._key or self._place is None or self._place.open:
            return
        image = formula_shelf().ask(key)
        if image is None:
            return
        self._image = image
        self._place.hub.resized.emit(self._place.message_id)
        self.update()

    def _on_copy(self) -> None:
        if self._part is not None:
            QGuiApplication.clipboard().setText(self._part.text)
