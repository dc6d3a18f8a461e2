"""The tabs below the bars: models, chats, keys, payers, assistants, every call, and the year.

A list is made when it is first looked at, and filled only while it is.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QTabBar, QWidget

from app.seam.usage_views import UsageLine, UsageScope, UsageSum, UsageView
from app.ui.dialog_pieces import column
from app.ui.theme import Theme
from app.ui.usage.calls import CallTable
from app.ui.usage.lines import LineModel, make_table
from app.ui.usage.table import UsageTable
from app.ui.usage.year_map import YearMap

HEIGHT_MIN = 150
MODELS, CHATS, KEYS, PAYERS, ASSISTANTS, CALLS, YEAR, MEMBERS = range(8)
KINDS = {MODELS: "model", CHATS: "chat", KEYS: "key", PAYERS: "payer"}


class UsageLists(QWidget):
    """`narrowed(kind, id)` by a line, `day_chosen(UsageBar)` by a day of the map.

    `calls_begun` before a list of calls is asked for anew, `calls_wanted(offset, length)` for some;
    `call_entered(UsageCall)` and `receipt_asked(message_id)` by one of its lines.
    """

    narrowed = Signal(str, str)
    day_chosen = Signal(object)
    calls_begun = Signal()
    calls_wanted = Signal(int, int)
    call_entered = Signal(object)
    receipt_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._view: UsageView | None = None
        self._made: dict[int, QWidget] = {}
        self._filled: set[int] = set()
        self._calls_of: tuple[UsageScope, UsageSum] | None = None
        self._build()
        self.tabs.currentChanged.connect(self._on_tab)
        self._on_tab(MODELS)

    def show_view(self, view: UsageView) -> None:
        """Another view; the list in sight is filled now, the others when they are looked at."""
        self._view = view
        self._filled.clear()
        for place, lines in ((MEMBERS, view.members), (ASSISTANTS, view.assistants)):
            if self.tabs.currentIndex() == place and not lines:
                self.tabs.setCurrentIndex(MODELS)
            self.tabs.setTabVisible(place, bool(lines))
        self._fill(self.tabs.currentIndex())

    def page(self, place: int) -> QWidget:
        """The list of a tab."""
        if place not in self._made:
            page = self._made[place] = self._make(place)
            self._stack.addWidget(page)
        return self._made[place]

    @property
    def calls(self) -> CallTable:
        """The list of calls."""
        page = self.page(CALLS)
        assert isinstance(page, CallTable)
        return page

    @property
    def year(self) -> YearMap:
        """The map of the year."""
        page = self.page(YEAR)
        assert isinstance(page, YearMap)
        return page

    def table(self, place: int) -> UsageTable:
        """The table of models, chats, keys, payers, assistants or members."""
        page = self.page(place)
        assert isinstance(page, UsageTable)
        return page

    def look_at(self, place: int) -> None:
        """Bring a list to the front, with the keyboard in it."""
        self.tabs.setCurrentIndex(place)
        self.page(place).setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.tabs.setAccessibleName(self.tr("What is listed"))
        for title in (
            self.tr("Models"), self.tr("Chats"), self.tr("Keys"), self.tr("Payers"),
            self.tr("Assistants"), self.tr("Calls"), self.tr("Year"),
            self.tr("Members, 30 days"),
        ):  # fmt: skip
            self.tabs.addTab(title)
        self.tabs.setTabVisible(MEMBERS, False)
        self.tabs.setTabVisible(ASSISTANTS, False)
        self.tabs.setTabToolTip(
            MEMBERS,
            self.tr(
                "What the server says of the group whose tokens you spend, of the last 30 days"
            ),
        )
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(Theme.current().px(HEIGHT_MIN))
        # As high as there is room for, and no less than a few lines.
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        box = column(self, spacing=10)
        box.addWidget(self.tabs)
        box.addWidget(self._stack, 1)

    def _make(self, place: int) -> QWidget:
        if place == CALLS:
            return self._make_calls()
        if place == YEAR:
            year = YearMap()
            year.chosen.connect(self.day_chosen)
            return year
        heads = {
            MODELS: self.tr("Model"), CHATS: self.tr("Chat"), KEYS: self.tr("Key"),
            PAYERS: self.tr("Payer"), ASSISTANTS: self.tr("Assistant"),
            MEMBERS: self.tr("Member"),
        }  # fmt: skip
        table = make_table(self.tabs.tabText(place), heads[place])
        table.entered.connect(lambda row: self._narrow(place, row))
        return table

    def _make_calls(self) -> CallTable:
        calls = CallTable()
        calls.wanted.connect(self.calls_wanted)
        calls.order_changed.connect(self._begin_calls)
        calls.entered.connect(self._on_call)
        calls.asked_more.connect(self._on_receipt)
        return calls

    def _fill(self, place: int) -> None:
        view = self._view
        if view is None or place in self._filled:
            return
        self._filled.add(place)
        page = self.page(place)
        if isinstance(page, YearMap):
            page.show_days(view.year)
        elif place == CALLS:
            if self._calls_of != (view.scope, view.total):
                self._begin_calls()
        else:
            lines = {
                MODELS: view.models, CHATS: view.chats, KEYS: view.keys, PAYERS: view.payers,
                ASSISTANTS: view.assistants, MEMBERS: view.members,
            }  # fmt: skip
            _show_lines(self.table(place), lines[place])

    def _begin_calls(self) -> None:
        if self._view is not None:
            self._calls_of = (self._view.scope, self._view.total)
            self.calls_begun.emit()
            self.calls.begin(self._view.total.calls)

    def _narrow(self, place: int, row: int) -> None:
        model = self.table(place).model()
        assert isinstance(model, LineModel)
        line = model.line(row)
        if line.id and place in KINDS:
            self.look_at(CALLS)
            self.narrowed.emit(KINDS[place], line.id)

    def _on_tab(self, place: int) -> None:
        self._stack.setCurrentWidget(self.page(place))
        self._fill(place)
        if place == CALLS:
            self.calls.look()

    def _on_call(self, row: int) -> None:
        call = self.calls.calls.call(row)
        if call is not None:
            self.call_entered.emit(call)

    def _on_receipt(self, row: int) -> None:
        call = self.calls.calls.call(row)
        if call is not None and call.has_receipt:
            self.receipt_asked.emit(call.message_id)


def _show_lines(table: UsageTable, lines: tuple[UsageLine, ...]) -> None:
    """Show lines without moving what is being read."""
    model = table.model()
    assert isinstance(model, LineModel)
    if model.shows(lines):
        return
    at = table.verticalScrollBar().value()
    model.show(lines)
    table.verticalScrollBar().setValue(at)
