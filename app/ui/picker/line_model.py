"""The picker's lines as Qt's model sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.seam.quote_views import ModelCostView
from app.seam.views import ModelRow
from app.ui.dialog_pieces import plain_tooltip
from app.ui.picker.listing import Heading, Line
from app.ui.picker.wording import spoken, tooltip

Index = QModelIndex | QPersistentModelIndex
LINE_ROLE = Qt.ItemDataRole.UserRole
COST_ROLE = Qt.ItemDataRole.UserRole + 1
_NO_PARENT = QModelIndex()


class LineModel(QAbstractListModel):
    """Headings cannot be chosen; models that are not available can be read, not chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._costs: dict[str, ModelCostView] = {}

    def show(self, lines: Sequence[Line]) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._lines = list(lines)
        self.endResetModel()

    def show_costs(self, costs: Mapping[str, ModelCostView]) -> None:
        """What the message would cost, by the models' references; the lines stay."""
        self._costs = dict(costs)
        if self._lines:
            self.dataChanged.emit(self.index(0), self.index(len(self._lines) - 1))

    def row_at(self, index: Index) -> ModelRow | None:
        """The model of a line; None for a heading."""
        line = self._lines[index.row()] if 0 <= index.row() < len(self._lines) else None
        return line if isinstance(line, ModelRow) else None

    def place_of(self, ref: str) -> int:
        """The first line of a model; -1 where it is not shown."""
        places = (n for n, line in enumerate(self._lines) if getattr(line, "ref", None) == ref)
        return next(places, -1)

    def next_row(self, place: int, step: int) -> int:
        """The nearest line with a model from `place` on, in the direction of `step`; or -1."""
        while 0 <= place < len(self._lines):
            if isinstance(self._lines[place], ModelRow):
                return place
            place += step
        return -1

    def set_favorite(self, ref: str, favorite: bool) -> None:
        """Fill or empty the star where the line stands; the sections wait for the next showing."""
        place = self.place_of(ref)
        line = self._lines[place] if place >= 0 else None
        if isinstance(line, ModelRow):
            self._lines[place] = replace(line, favorite=favorite)
            self.dataChanged.emit(self.index(place), self.index(place))

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.row_at(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if isinstance(line, Heading):
            asked = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            return line.text if role in asked else None
        cost = self._costs.get(line.ref)
        if role == COST_ROLE:
            return cost
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return spoken(line, cost)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(tooltip(line, cost))
            case _:
                return None
