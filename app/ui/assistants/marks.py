"""The mark of an assistant: a rounded square in its color with its first letter."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from app.ui.theme import LIGHT, PROVIDER_MARKS, Size, Theme

COLORS = tuple(str(place) for place in range(len(PROVIDER_MARKS)))


def mark_color(name: str) -> QColor:
    """The color of a name; the first one for a name that is none."""
    return QColor(PROVIDER_MARKS[int(name) if name in COLORS else 0])


def mark_icon(color: str, name: str, side: int = 16) -> QIcon:
    """The mark as an icon, sharp at twice its size."""
    ratio = 2.0
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    ground = mark_color(color)
    painter.setBrush(ground)
    box = QRectF(0, 0, side, side)
    painter.drawRoundedRect(box, 5, 5)
    font = Theme.current().font(Size.SMALL, strong=True)
    font.setPixelSize(max(8, round(side * 0.62)))
    painter.setFont(font)
    # The mark is the same in light and dark, and so is the letter on it.
    painter.setPen(QColor(LIGHT.on_accent))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name.strip()[:1].upper())
    painter.end()
    return QIcon(picture)
