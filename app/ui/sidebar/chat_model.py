"""The chats as a flat list of headings and rows, grouped by pin and by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.ui import words

if TYPE_CHECKING:
    from app.seam.views import ChatRow

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
HEADING_ROLE = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True, slots=True)
class Heading:
    """A line between groups: Pinned, Today, November."""

    text: str


class ChatModel(QAbstractListModel):
    """Headings and chats in the order they are shown. `renamed(chat_id, title)` on an edit."""

    renamed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Heading | ChatRow] = []
        self._places: dict[str, int] = {}

    def show(self, rows: Sequence[ChatRow], today: date) -> None:
        """Take all chats, pinned first and newest first."""
        lines = group_rows(rows, today)
        if lines == self._lines:
            return
        self.beginResetModel()
        self._lines = lines
        self._places = {
            line.id: place for place, line in enumerate(lines) if not isinstance(line, Heading)
        }
        self.endResetModel()

    def change(self, row: ChatRow, today: date) -> None:
        """Take one chat as it is now; it moves where its group or time changed."""
        place = self._places.get(row.id)
        old = self._lines[place] if place is not None else None
        if (
            place is not None
            and old is not None
            and not isinstance(old, Heading)
            and _sort_key(old) == _sort_key(row)
        ):
            self._lines[place] = row
            self.dataChanged.emit(self.index(place), self.index(place))
            return
        others = [chat for chat in self.rows() if chat.id != row.id]
        self.show(sorted([*others, row], key=_sort_key), today)

    def rows(self) -> list[ChatRow]:
        """The chats without the headings."""
        return [line for line in self._lines if not isinstance(line, Heading)]

    def place_of(self, chat_id: str) -> int | None:
        """The line of a chat; None where it is not listed."""
        return self._places.get(chat_id)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        if isinstance(line, Heading):
            return line.text if role in (Qt.ItemDataRole.DisplayRole, HEADING_ROLE) else None
        return _chat_value(line, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self._lines[index.row()]
        title = " ".join(str(value).split())
        if isinstance(row, Heading) or not title or title == row.title:
            return False
        self.renamed.emit(row.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        line = self._lines[index.row()] if 0 <= index.row() < len(self._lines) else None
        if line is None or isinstance(line, Heading):
            return Qt.ItemFlag.ItemNeverHasChildren
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemNeverHasChildren
        )


def group_rows(rows: Sequence[ChatRow], today: date) -> list[Heading | ChatRow]:
    """The rows with a heading before each group, in the order given."""
    lines: list[Heading | ChatRow] = []
    heading = ""
    for row in rows:
        group = words.tr("Pinned") if row.pinned else words.day_group(row.updated_at, today)
        if group != heading:
            heading = group
            lines.append(Heading(group))
        lines.append(row)
    return lines


def _sort_key(row: ChatRow) -> tuple[bool, float]:
    return not row.pinned, -row.updated_at.timestamp()


def _chat_value(row: ChatRow, role: int) -> object:
    match role:
        case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
            return row.title
        case Qt.ItemDataRole.ToolTipRole:
            return tooltip(row)
        case Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.title}, {whole_cost(row)}"
        case _:
            return row if role == ROW_ROLE else None


def row_cost(row: ChatRow) -> str:
    """What a chat cost, for a narrow column: `$0.021`, `2,947 tokens`, both where both paid."""
    money = words.short_cost(row.total_pusd, row.certainty)
    if not row.drawn_tokens:
        return money
    from app.ui.hosted.wording import short_number

    tokens = words.tr("{0} tokens").format(short_number(row.drawn_tokens))
    return f"{money} + {tokens}" if row.total_pusd else tokens


def whole_cost(row: ChatRow) -> str:
    """As `row_cost`, to the token."""
    money = words.cost(row.total_pusd, row.certainty)
    if not row.drawn_tokens:
        return money
    tokens = words.tr("{0} tokens").format(words.count(row.drawn_tokens))
    return f"{money} + {tokens}" if row.total_pusd else tokens


def tooltip(row: ChatRow) -> str:
    """The whole title and, where the figure is not plain, what it means; plain text."""
    if row.drawn_tokens:
        meaning = whole_cost(row)
    elif row.total_pusd is None or row.certainty == "unknown":
        meaning = words.tr("The price of some answers here is not known.")
    elif row.certainty != "exact":
        meaning = words.tr("Part of this sum is estimated: {0}").format(
            words.cost(row.total_pusd, row.certainty)
        )
    else:
        meaning = ""
    if row.unfinished:
        meaning = f"{meaning}\n{words.tr('An answer here was not finished.')}".strip()
    return f"{row.title}\n{meaning}".strip()
