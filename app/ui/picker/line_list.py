"""The list of the picker: moves over headings, knows a click on the star from one on the model."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from app.seam.views import ModelRow
from app.ui.picker.columns import ColumnHeads
from app.ui.picker.delegate import LineDelegate
from app.ui.picker.line_model import LineModel
from app.ui.theme import Theme, set_look


class LineList(QListView):
    """`heads` are the columns' names, to be put above."""

    picked = Signal(QModelIndex)
    star_clicked = Signal(QModelIndex)

    def __init__(self, model: LineModel) -> None:
        super().__init__()
        self._lines = model
        self._delegate = LineDelegate(self)
        self.heads = ColumnHeads()
        self._build()

    @property
    def current_ref(self) -> str:
        """The model in use, which carries the check mark."""
        return self._delegate.current_ref

    def set_current_ref(self, ref: str) -> None:
        self._delegate.current_ref = ref
        self.viewport().update()

    def show_costs(self, costs: bool) -> None:
        """Whether the lines say what the message would cost."""
        self._delegate.shows_costs = costs
        self.heads.show_costs(costs)
        self.viewport().update()

    def current_row(self) -> ModelRow | None:
        """The model that Enter would choose."""
        return self._lines.row_at(self.currentIndex())

    def select(self, ref: str = "") -> None:
        """Go to a model, or to the first."""
        place = self._lines.place_of(ref) if ref else -1
        self._go(place if place >= 0 else self._lines.next_row(0, 1))
        if place < 0:
            self.scrollToTop()

    def move_by(self, step: int) -> None:
        """So many lines up or down; headings are stepped over, the ends hold."""
        direction = 1 if step > 0 else -1
        last = self._lines.rowCount() - 1
        wanted = max(0, min(last, self.currentIndex().row() + step))
        place = self._lines.next_row(wanted, direction)
        if place < 0:
            place = self._lines.next_row(wanted, -direction)
            # The heading over the first line is worth seeing, too.
            self.scrollToTop() if direction < 0 else self.scrollToBottom()
        self._go(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move_by(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() == Qt.Key.Key_D and event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier
        ):
            self.star_clicked.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or self._lines.row_at(index) is None:
            return
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        star = self._delegate.star_rect(self.visualRect(index), mirrored=mirrored)
        on_star = star.contains(event.position().toPoint())
        (self.star_clicked if on_star else self.picked).emit(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.heads.set_space_right(self.width() - self.viewport().width())

    def _build(self) -> None:
        self.setModel(self._lines)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A bar that comes and goes would move the columns under the pointer.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.setStyleSheet('QScrollBar[idle="true"]::handle { background: transparent; }')
        bar.rangeChanged.connect(self._on_range_changed)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setAccessibleName(self.tr("Models"))
        self.heads.setFixedHeight(Theme.current().px(30))

    def _on_range_changed(self, low: int, high: int) -> None:
        idle = "true" if high <= low else "false"
        if self.verticalScrollBar().property("idle") != idle:
            set_look(self.verticalScrollBar(), idle=idle)

    def _go(self, place: int) -> None:
        if place >= 0:
            self.setCurrentIndex(self._lines.index(place))
