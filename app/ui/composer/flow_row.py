"""A row of widgets that goes on in the next line where the width ends.

A widget that places its children, not a `QLayout` of our own: the items of a layout belong to Qt
and to Python at once, and the first of the two that lets go of one leaves the other a dead one.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme


class FlowRow(QWidget):
    """Lays its children out like words; one that is hidden takes no room."""

    def __init__(self, gap: int = 8) -> None:
        super().__init__()
        self._gap = gap  # pixels at 100 %
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end of the row, and show it."""
        widget.setParent(self)
        widget.show()
        self._place_again()

    def drop(self, widget: QWidget) -> None:
        """Take a widget out of the row, for good."""
        widget.hide()
        widget.deleteLater()
        self._place_again()

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width, move=False)

    def sizeHint(self) -> QSize:
        width = sum(_hint(child).width() for child in self._shown())
        width += self._space() * max(0, len(self._shown()) - 1)
        return QSize(width, self._arrange(width, move=False))

    def minimumSizeHint(self) -> QSize:
        size = QSize(0, 0)
        for child in self._shown():
            size = size.expandedTo(_least(child))
        return size

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            # A child has another size now, came or went.
            self._place_again()
        return handled

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width(), move=True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange(self.width(), move=True)

    def _place_again(self) -> None:
        self._arrange(self.width(), move=True)
        self.updateGeometry()

    def _shown(self) -> list[QWidget]:
        children = (child for child in self.children() if isinstance(child, QWidget))
        return [child for child in children if not child.isHidden()]

    def _space(self) -> int:
        return Theme.current().px(self._gap)

    def _arrange(self, width: int, *, move: bool) -> int:
        """Place the children in lines of this width; returns the height of all lines."""
        x, y, line_height = 0, 0, 0
        from_right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for child in self._shown():
            hint = _hint(child)
            # What is wider than the room shrinks, rather than being cut off at its end.
            hint.setWidth(min(hint.width(), max(width, _least(child).width())))
            if x and x + hint.width() > width:
                x, y, line_height = 0, y + line_height + self._space(), 0
            if move:
                left = width - x - hint.width() if from_right else x
                child.setGeometry(QRect(QPoint(left, y), hint))
            x += hint.width() + self._space()
            line_height = max(line_height, hint.height())
        return y + line_height


def _least(widget: QWidget) -> QSize:
    return widget.minimumSizeHint().expandedTo(widget.minimumSize())


def _hint(widget: QWidget) -> QSize:
    wanted = widget.sizeHint().expandedTo(_least(widget))
    return wanted.boundedTo(widget.maximumSize())
