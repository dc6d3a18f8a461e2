"""Every call as a table of any length: what is on show is asked for, the rest stays in the core."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent

from app.seam.usage_views import UsageCall, UsageOrder
from app.seam.views import Certainty
from app.ui.dialog_pieces import plain_tooltip
from app.ui.usage import wording
from app.ui.usage.table import (
    ICON_ROLE,
    NO_PARENT,
    NOTE_ROLE,
    TONE_ROLE,
    Column,
    Index,
    UsageTable,
)

TIME, CHAT, MODEL, KEY, INPUT, OUTPUT, COST, RECEIPT = range(8)
PAGE = 100
PAUSE_MS = 25  # a thumb that is dragged passes thousands of rows that nobody reads
WAITING = "…"
_TEXTS = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
_FIGURES = (INPUT, OUTPUT, COST)


class CallModel(QAbstractTableModel):
    """Knows how many calls there are and those pages that came."""

    def __init__(self, heads: Sequence[str]) -> None:
        super().__init__()
        self._heads = tuple(heads)
        self._count = 0
        self._pages: dict[int, tuple[UsageCall, ...]] = {}
        self._asked: set[int] = set()

    def begin(self, count: int) -> None:
        """Another list, of so many calls, none of which is known yet."""
        self.beginResetModel()
        self._count = count
        self._pages.clear()
        self._asked.clear()
        self.endResetModel()

    def missing(self, first: int, last: int) -> list[tuple[int, int]]:
        """What rows from `first` to `last` still lack, as places and lengths; it is asked now."""
        found: list[tuple[int, int]] = []
        for page in range(first // PAGE, min(last, self._count - 1) // PAGE + 1):
            if page in self._asked:
                continue
            self._asked.add(page)
            if found and sum(found[-1]) == page * PAGE:
                found[-1] = (found[-1][0], found[-1][1] + PAGE)
            else:
                found.append((page * PAGE, PAGE))
        return found

    def take(self, offset: int, calls: Sequence[UsageCall]) -> None:
        """Pages that came."""
        for start in range(0, len(calls), PAGE):
            self._pages[(offset + start) // PAGE] = tuple(calls[start : start + PAGE])
        if calls:
            last = self.index(min(offset + len(calls), self._count) - 1, len(self._heads) - 1)
            self.dataChanged.emit(self.index(offset, 0), last)

    def call(self, row: int) -> UsageCall | None:
        """The call of a row; None where it has not come yet."""
        page = self._pages.get(row // PAGE, ())
        place = row % PAGE
        return page[place] if 0 <= place < len(page) else None

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._heads)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section] if section != RECEIPT else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.ToolTipRole and section in (TIME, COST):
            return wording.tr("Sort by this")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        call, column = self.call(index.row()), index.column()
        if call is None:
            waits = role == Qt.ItemDataRole.DisplayRole and column == CHAT
            return WAITING if waits else None
        if role in _TEXTS:
            return _text(call, column)
        if role == NOTE_ROLE and column == CHAT:
            return call.text
        if role == ICON_ROLE and column == RECEIPT:
            return "receipt-text" if call.has_receipt else ""
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _FIGURES:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(wording.call_tip(call))
        if role == TONE_ROLE:
            return _tone(call, column)
        return None


class CallTable(UsageTable):
    """`wanted(offset, length)` asks for calls; `order_changed(UsageOrder)` for another order."""

    wanted = Signal(int, int)
    order_changed = Signal(object)

    def __init__(self) -> None:
        heads = (
            wording.tr("Time"), wording.tr("Chat"), wording.tr("Model"), wording.tr("Key"),
            wording.tr("In"), wording.tr("Out"), wording.tr("Cost"), wording.tr("Receipt"),
        )  # fmt: skip
        columns = (
            Column(heads[TIME], 158), Column(heads[CHAT]), Column(heads[MODEL], 150, needs=560),
            Column(heads[KEY], 130, needs=880), Column(heads[INPUT], 82, True, 760),
            Column(heads[OUTPUT], 74, True, 760), Column(heads[COST], 124, True),
            Column(heads[RECEIPT], 40),
        )  # fmt: skip
        self.calls = CallModel(heads)
        super().__init__(self.calls, columns, wording.tr("Calls"))
        self.order = UsageOrder.NEWEST
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.verticalScrollBar().valueChanged.connect(self.look)
        head = self.horizontalHeader()
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(True)
        head.sectionClicked.connect(self._on_head_clicked)
        self._show_order()

    def begin(self, count: int) -> None:
        """Show a list of so many calls from its top."""
        self.calls.begin(count)
        self.scrollToTop()
        self._ask()

    def look(self) -> None:
        """Ask for what is on show: at once, then again when the scrolling paused."""
        if not self._pause.isActive():
            self._ask()
        self._pause.start()

    def sort_by(self, column: int) -> None:
        """By time or by cost; the same one again turns the list round."""
        turns = {
            TIME: (UsageOrder.NEWEST, UsageOrder.OLDEST),
            COST: (UsageOrder.DEAREST, UsageOrder.CHEAPEST),
        }
        if column in turns:
            first, second = turns[column]
            self.order = second if self.order is first else first
            self.order_changed.emit(self.order)
        self._show_order()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.look()

    def _on_head_clicked(self, column: int) -> None:
        self.sort_by(column)

    def _show_order(self) -> None:
        by_cost = self.order in (UsageOrder.DEAREST, UsageOrder.CHEAPEST)
        down = self.order in (UsageOrder.NEWEST, UsageOrder.DEAREST)
        kind = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(COST if by_cost else TIME, kind)

    def _ask(self) -> None:
        if not self.isVisible() or not self.calls.rowCount():
            return
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        last = last if last >= 0 else self.calls.rowCount() - 1
        for offset, length in self.calls.missing(first, min(last, first + 2 * PAGE)):
            self.wanted.emit(offset, length)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignTrailing if column in _FIGURES else Qt.AlignmentFlag.AlignLeading
    return side | Qt.AlignmentFlag.AlignVCenter


def _tone(call: UsageCall, column: int) -> str:
    if call.gone and column == CHAT:
        return "ink3"
    if column == COST and call.certainty is Certainty.UNKNOWN:
        return "warn"
    return "ink" if column in (CHAT, COST) else "ink2"


def _text(call: UsageCall, column: int) -> str:
    texts = {
        TIME: lambda: wording.moment(call.at),
        CHAT: lambda: call.chat_title,
        MODEL: lambda: call.model,
        KEY: lambda: call.key,
        INPUT: lambda: wording.call_tokens(call.input_tokens, call),
        OUTPUT: lambda: wording.call_tokens(call.output_tokens, call),
        COST: lambda: wording.call_charge(call),
        RECEIPT: lambda: wording.tr("Receipt") if call.has_receipt else "",
    }
    return texts[column]() if column in texts else ""
