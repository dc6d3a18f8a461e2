"""Models, chats, keys or payers as a table: name, share, cost, calls, tokens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, Qt

from app.seam.usage_views import UsageLine
from app.ui import words
from app.ui.dialog_pieces import plain_tooltip
from app.ui.usage import wording
from app.ui.usage.table import BAR_ROLE, NO_PARENT, NOTE_ROLE, TONE_ROLE, Column, Index, UsageTable

NAME, SHARE, COST, CALLS, INPUT, OUTPUT = range(6)
_TEXTS = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


class LineModel(QAbstractTableModel):
    """The lines as they came, dearest first."""

    def __init__(self, heads: Sequence[str]) -> None:
        super().__init__()
        self._heads = tuple(heads)
        self._lines: tuple[UsageLine, ...] = ()
        self._most = self._most_drawn = 0

    def show(self, lines: Sequence[UsageLine]) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._lines = tuple(lines)
        self._most = max((line.sum.total_pusd or 0 for line in lines), default=0)
        self._most_drawn = max(map(_tokens, lines), default=0)
        self.endResetModel()

    def shows(self, lines: Sequence[UsageLine]) -> bool:
        """Whether these are the lines already."""
        return self._lines == tuple(lines)

    def line(self, row: int) -> UsageLine:
        return self._lines[row]

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._heads)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self._lines):
            return None
        line, column = self._lines[index.row()], index.column()
        if role in _TEXTS:
            return _text(line, column)
        if role == BAR_ROLE and column == SHARE:
            return self._shares(line)
        if role == NOTE_ROLE and column == NAME:
            return wording.grants(line) or line.note
        if role == Qt.ItemDataRole.TextAlignmentRole and column > SHARE:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            tip = f"{line.label}\n{wording.counts(line.sum)}\n{wording.certainty(line.sum)}"
            return plain_tooltip(tip.strip())
        if role == TONE_ROLE:
            return "ink" if column in (NAME, COST) and line.id else "ink2"
        return None

    def _shares(self, line: UsageLine) -> tuple[float, float]:
        # Drawing only: no amount is computed from these.
        total = line.sum.total_pusd or 0
        if not self._most:  # where nothing cost money, tokens are compared
            return (_tokens(line) / self._most_drawn if self._most_drawn else 0.0), 0.0
        estimated = min(line.sum.estimated_pusd, total)
        return (total - estimated) / self._most, estimated / self._most


def make_table(title: str, what: str) -> UsageTable:
    """A table of lines; `what` heads the names."""
    heads = (
        what, wording.tr("Share"), wording.tr("Cost"), wording.tr("Calls"), wording.tr("In"),
        wording.tr("Out"),
    )  # fmt: skip
    columns = (
        Column(what), Column(heads[SHARE], 130, needs=560), Column(heads[COST], 212, True),
        Column(heads[CALLS], 92, True, 400), Column(heads[INPUT], 110, True, 640),
        Column(heads[OUTPUT], 100, True, 740),
    )  # fmt: skip
    return UsageTable(LineModel(heads), columns, title)


def _tokens(line: UsageLine) -> int:
    return sum(each.amount for each in line.sum.drawn if each.unit == "plan_tokens")


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeading if column <= SHARE else Qt.AlignmentFlag.AlignTrailing
    return side | Qt.AlignmentFlag.AlignVCenter


def _text(line: UsageLine, column: int) -> str:
    match column:
        case 0:
            return line.label
        case 2:
            return wording.charge(line.sum)
        case 3:
            return words.count(line.sum.calls)
        case 4:
            return wording.tokens(line.sum.input_tokens, line.sum)
        case 5:
            return wording.tokens(line.sum.output_tokens, line.sum)
        case _:
            return ""
