"""Line icons of one family, drawn in a color token of the theme and sharp at any scale.

An icon is drawn when it is shown, so that it follows the theme without being set again.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QSize
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from shiboken6 import isValid

from app.ui.resources import read_text
from app.ui.theme import Theme


def icon(name: str, tone: str = "ink2", *, filled: bool = False) -> QIcon:
    """A line icon (`resources/icons/<name>.svg`) in a color token; `filled` for a marked star."""
    return QIcon(_LineIcon(name, tone, filled))


def pixmap(
    name: str, tone: str = "ink2", size: int = 16, *, ratio: float = 1.0, filled: bool = False
) -> QPixmap:
    """The icon as a picture of `size` logical pixels for a screen of that ratio; kept."""
    color = getattr(Theme.current().colors, tone)
    return _draw(name, color, round(size * ratio), ratio, filled)


_clones: list[QIconEngine] = []


class _LineIcon(QIconEngine):
    """Draws at the size asked for, in the theme's color of the moment."""

    def __init__(self, name: str, tone: str, filled: bool) -> None:
        super().__init__()
        self._name, self._tone, self._filled = name, tone, filled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF()
        picture = self._picture(min(rect.width(), rect.height()), ratio, mode)
        left = rect.x() + (rect.width() - picture.deviceIndependentSize().width()) / 2
        top = rect.y() + (rect.height() - picture.deviceIndependentSize().height()) / 2
        painter.drawPixmap(QPoint(round(left), round(top)), picture)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._picture(min(size.width(), size.height()), 1.0, mode)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        return self._picture(min(size.width(), size.height()), scale, mode)

    def clone(self) -> QIconEngine:
        engine = _LineIcon(self._name, self._tone, self._filled)
        # Qt takes the engine and Python would let it go: it is held until Qt has deleted it.
        _clones[:] = [clone for clone in _clones if isValid(clone)]
        _clones.append(engine)
        return engine

    def _picture(self, size: float, ratio: float, mode: QIcon.Mode) -> QPixmap:
        tone = "ink3" if mode == QIcon.Mode.Disabled else self._tone
        color = getattr(Theme.current().colors, tone)
        return _draw(self._name, color, round(size * ratio), ratio, self._filled)


@lru_cache(maxsize=512)
def _draw(name: str, color: str, pixels: int, ratio: float, filled: bool) -> QPixmap:
    picture = QPixmap(pixels, pixels)
    picture.fill(QColor(0, 0, 0, 0))
    renderer = QSvgRenderer(QByteArray(_source(name, color, filled)))
    if renderer.isValid():
        painter = QPainter(picture)
        renderer.render(painter)
        painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def _source(name: str, color: str, filled: bool) -> bytes:
    text = read_text("icons", f"{name}.svg").replace("currentColor", color)
    if filled:
        text = text.replace('fill="none"', f'fill="{color}"', 1)
    return text.encode()
