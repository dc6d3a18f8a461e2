"""The usage card: what it says, how it is narrowed, listed, walked through and written out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.seam import commands, events
from app.seam.usage_views import (
    UsageBar,
    UsageCall,
    UsageLine,
    UsageOrder,
    UsagePeriod,
    UsageScope,
    UsageSum,
    UsageView,
)
from app.seam.views import Certainty
from app.ui.theme import Theme
from app.ui.usage import wording
from app.ui.usage.axis import TICKS_MAX, labels_at, ticks_of
from app.ui.usage.calls import PAGE
from app.ui.usage.chart import BarChart
from app.ui.usage.dialog import UsageDialog
from app.ui.usage.lists import CALLS, CHATS, MODELS, YEAR
from app.ui.usage.year_map import YearMap, bounds_of
from tests.ui.dialogs.samples import HOSTILE, NOW, USD, NotingBridge

EXACT, ABOUT, UNKNOWN = Certainty.EXACT, Certainty.ESTIMATED, Certainty.UNKNOWN
FIRST, TODAY = date(2026, 11, 1), date(2026, 11, 21)
DAY = timedelta(days=1)
CALL_COUNT = 1_234


def total(cents: int | None, certainty: Certainty = EXACT, **more: int) -> UsageSum:
    usual = UsageSum(
        None if cents is None else cents * USD // 100, certainty, 0, 0, 12, 12, 9_000, 1_500
    )
    return replace(usual, **more)  # type: ignore[arg-type]


def line(id_: str, label: str, cents: int | None, **more: object) -> UsageLine:
    return replace(UsageLine(id_, label, "OpenAI", total(cents)), **more)  # type: ignore[arg-type]


def bar(day: date, cents: int, estimated: int = 0, unpriced: int = 0) -> UsageBar:
    messages = 3 if cents or estimated or unpriced else 0
    return UsageBar(day, day, cents * USD // 100, estimated * USD // 100, unpriced, messages)


def view(scope: UsageScope | None = None, **more: object) -> UsageView:
    days = tuple(bar(FIRST + n * DAY, 10 + n, n % 4) for n in range(21))
    monday = TODAY - timedelta(days=5 + 52 * 7)
    year = tuple(bar(monday + n * DAY, n % 9, n % 50 == 0) for n in range(370))
    usual = UsageView(
        scope=scope or UsageScope(UsagePeriod.MONTH, FIRST, TODAY),
        total=total(618, ABOUT, estimated_pusd=108 * USD // 100, unpriced=3, calls=CALL_COUNT),
        bars=days,
        bar_unit="day",
        year=year,
        models=(
            line("openai/gpt-4o", "GPT-4o", 402),
            line("anthropic/claude-sonnet-4-5", "Claude Sonnet 4.5", 216, note="Anthropic"),
            line("x/x", "Model X", None, sum=total(None, UNKNOWN)),
        ),
        chats=(line("c1", HOSTILE, 402), line("", "7 more chats", 2)),
        keys=(line("k1", "OpenAI …f3Qk", 618),),
        payers=(line("own:OpenAI", "You, billed by OpenAI", 618),),
        narrowed=(),
        ever_used=True,
        today=TODAY,
        as_of=NOW,
    )
    return replace(usual, **more)  # type: ignore[arg-type]


def call(number: int, **more: object) -> UsageCall:
    usual = UsageCall(
        f"u{number}", f"m{number}", "c1", "Sourdough", "Flour and water", NOW, "GPT-4o",
        "OpenAI …f3Qk", 318, 96, 7 * USD // 1000, EXACT, False, True,
    )  # fmt: skip
    return replace(usual, **more)  # type: ignore[arg-type]


class Page:
    """The card with a bridge that notes what it asks for."""

    def __init__(self, card: UsageDialog, bridge: NotingBridge) -> None:
        self.card, self.bridge = card, bridge

    def asked(self) -> commands.AskUsage:
        asked = self.bridge.of(commands.AskUsage)[-1]
        assert isinstance(asked, commands.AskUsage)
        return asked

    def show(self, shown: UsageView | None = None) -> None:
        self.bridge.event.emit(events.UsageShown(self.asked().serial, shown or view()))
        QApplication.processEvents()

    def calls_asked(self) -> commands.AskUsageCalls:
        asked = self.bridge.of(commands.AskUsageCalls)[-1]
        assert isinstance(asked, commands.AskUsageCalls)
        return asked

    def show_calls(self, calls: tuple[UsageCall, ...]) -> None:
        asked = self.calls_asked()
        self.bridge.event.emit(events.UsageCallsShown(asked.serial, asked.offset, calls))
        QApplication.processEvents()

    def texts(self) -> list[str]:
        labels = self.card.findChildren(QLabel)
        return [label.text() for label in labels if label.isVisibleTo(self.card)]


@pytest.fixture
def page(host: QWidget, bridge: NotingBridge) -> Page:
    card = UsageDialog(host, bridge)  # type: ignore[arg-type]
    card.open()
    return Page(card, bridge)


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme) -> BarChart:
    made = BarChart()
    qtbot.addWidget(made)
    made.resize(600, 180)
    made.show()
    return made


def move_to(widget: QWidget, place: QPointF) -> None:
    none = Qt.MouseButton.NoButton
    plain = Qt.KeyboardModifier.NoModifier
    spot = widget.mapToGlobal(place)
    event = QMouseEvent(QEvent.Type.MouseMove, place, spot, none, none, plain)
    QApplication.sendEvent(widget, event)


def test_it_asks_for_this_month_at_once_and_says_that_it_is_being_added_up(page: Page) -> None:
    assert page.asked().scope == UsageScope()
    assert "Adding up…" in page.texts()


def test_sums_say_what_is_estimated_and_what_has_no_price(page: Page) -> None:
    page.show()
    for text in (
        "about $6.18", "1 – 21 November 2026 (UTC)", "12 messages · 9,000 tokens in · 1,500 out",
        "$1.08 of it is estimated. 3 calls have no known price and are not in the sum.",
        "Hollow bars hold estimates. A ring marks calls without a known price.",
    ):  # fmt: skip
        assert text in page.texts()


def test_an_exact_sum_has_nothing_to_add(page: Page) -> None:
    page.show(view(total=total(402), bars=(bar(TODAY, 402),)))
    assert "$4.02" in page.texts()
    assert not [text for text in page.texts() if "estimated" in text or "about" in text]


def test_unknown_prices_are_never_zero(page: Page) -> None:
    page.show(view(total=total(None, UNKNOWN, unpriced=1)))
    assert "price unknown" in page.texts()
    assert "$0" not in page.texts()


def test_an_unused_program_says_what_will_stand_here(page: Page) -> None:
    page.show(view(ever_used=False, total=total(0, calls=0), bars=(), models=()))
    assert "Nothing spent yet" in page.texts()
    assert not page.card.export_button.isEnabled()
    assert not page.card.scope_bar.isVisible()


def test_a_late_answer_to_an_earlier_question_is_dropped(page: Page) -> None:
    late = page.asked().serial
    page.card.ask(UsageScope(UsagePeriod.YEAR))
    page.bridge.event.emit(events.UsageShown(late, view(total=total(1))))
    assert "Adding up…" in page.texts()


def test_another_period_is_asked_for(qtbot: QtBot, page: Page) -> None:
    page.show()
    period = page.card.scope_bar.period
    qtbot.keyClick(period, Qt.Key.Key_Down)
    assert page.asked().scope.period is UsagePeriod.LAST_MONTH


def test_own_days_begin_with_those_that_are_shown(page: Page) -> None:
    page.show()
    bar_ = page.card.scope_bar
    bar_.period.activated.emit(bar_.period.count() - 1)
    scope = page.asked().scope
    assert (scope.period, scope.first, scope.last) == (UsagePeriod.CUSTOM, FIRST, TODAY)
    page.show(view(scope))
    assert bar_.first.isVisible()
    bar_.first.setDate(wording.qdate(date(2026, 10, 5)))
    assert (page.asked().scope.first, page.asked().scope.last) == (date(2026, 10, 5), TODAY)


def test_a_line_narrows_the_page_and_goes_to_its_calls(qtbot: QtBot, page: Page) -> None:
    page.show()
    table = page.card.lists.table(MODELS)
    table.selectRow(1)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert page.asked().scope.model_id == "anthropic/claude-sonnet-4-5"
    assert page.card.lists.tabs.currentIndex() == CALLS
    assert page.card.lists.calls.hasFocus()


def test_what_it_is_narrowed_to_can_be_taken_off(qtbot: QtBot, page: Page) -> None:
    scope = UsageScope(UsagePeriod.MONTH, FIRST, TODAY, model_id="openai/gpt-4o", chat_id="c1")
    page.show(view(scope, narrowed=(("model", "GPT-4o"), ("chat", HOSTILE))))
    chips = [b for b in page.card.scope_bar.findChildren(QPushButton) if b.text().endswith("×")]
    assert [chip.text()[:13] for chip in chips] == ["Model: GPT-4o", "Chat: <img sr"]
    assert all("\n" not in chip.text() for chip in chips)
    qtbot.mouseClick(chips[0], Qt.MouseButton.LeftButton)
    assert (page.asked().scope.model_id, page.asked().scope.chat_id) == ("", "c1")


def test_others_together_narrow_to_nothing(qtbot: QtBot, page: Page) -> None:
    page.show()
    page.card.lists.tabs.setCurrentIndex(CHATS)
    asked = len(page.bridge.of(commands.AskUsage))
    page.card.lists.table(CHATS).entered.emit(1)
    assert len(page.bridge.of(commands.AskUsage)) == asked


def test_only_the_calls_on_show_are_asked_for(qtbot: QtBot, page: Page) -> None:
    page.show()
    assert page.bridge.of(commands.AskUsageCalls) == []
    page.card.lists.tabs.setCurrentIndex(CALLS)
    QApplication.processEvents()
    first = page.calls_asked()
    assert (first.offset, first.limit, first.order) == (0, PAGE, UsageOrder.NEWEST)
    calls = page.card.lists.calls
    assert calls.calls.rowCount() == CALL_COUNT
    page.show_calls(tuple(call(n) for n in range(PAGE)))
    assert calls.calls.call(3) == call(3)
    calls.scrollToBottom()
    qtbot.waitUntil(lambda: page.calls_asked().offset > 0)
    last = page.calls_asked()
    assert last.offset <= CALL_COUNT - 1 < last.offset + last.limit
    assert len(page.bridge.of(commands.AskUsageCalls)) <= 3


def test_calls_are_sorted_by_time_and_cost_both_ways(qtbot: QtBot, page: Page) -> None:
    page.show()
    page.card.lists.tabs.setCurrentIndex(CALLS)
    calls, found = page.card.lists.calls, []
    for column in (6, 6, 0, 0):
        calls.horizontalHeader().sectionClicked.emit(column)
        QApplication.processEvents()
        found.append(page.calls_asked().order)
    assert found == [
        UsageOrder.DEAREST, UsageOrder.CHEAPEST, UsageOrder.NEWEST, UsageOrder.OLDEST,
    ]  # fmt: skip


def test_pages_of_an_older_order_are_dropped(page: Page) -> None:
    page.show()
    page.card.lists.tabs.setCurrentIndex(CALLS)
    QApplication.processEvents()
    old = page.calls_asked()
    page.card.lists.calls.sort_by(6)
    page.bridge.event.emit(events.UsageCallsShown(old.serial, 0, (call(1),)))
    assert page.card.lists.calls.calls.call(0) is None


@pytest.fixture
def listed(page: Page) -> Page:
    page.show()
    page.card.lists.tabs.setCurrentIndex(CALLS)
    QApplication.processEvents()
    page.show_calls((call(0), call(1, gone=True, has_receipt=False, cost_pusd=None,
                                   certainty=UNKNOWN), call(2, certainty=ABOUT)))  # fmt: skip
    return page


def test_enter_goes_to_the_message_and_closes_the_page(qtbot: QtBot, listed: Page) -> None:
    calls = listed.card.lists.calls
    calls.selectRow(0)
    with qtbot.waitSignal(listed.card.message_asked) as blocker:
        qtbot.keyClick(calls, Qt.Key.Key_Return)
    assert blocker.args == ["c1", "m0"]
    assert not listed.card.isVisible()


def test_space_shows_the_receipt_and_keeps_the_page(qtbot: QtBot, listed: Page) -> None:
    calls = listed.card.lists.calls
    calls.selectRow(2)
    with qtbot.waitSignal(listed.card.receipt_asked) as blocker:
        qtbot.keyClick(calls, Qt.Key.Key_Space)
    assert blocker.args == ["m2"]
    assert listed.card.isVisible()


def test_a_message_that_is_gone_is_not_gone_to(qtbot: QtBot, listed: Page) -> None:
    calls = listed.card.lists.calls
    calls.selectRow(1)
    asked: list[object] = []
    listed.card.message_asked.connect(lambda *found: asked.append(found))
    listed.card.receipt_asked.connect(asked.append)
    qtbot.keyClick(calls, Qt.Key.Key_Return)
    qtbot.keyClick(calls, Qt.Key.Key_Space)
    assert asked == []
    assert listed.card.isVisible()


def test_exact_estimated_and_unknown_calls_are_told_apart(listed: Page) -> None:
    model = listed.card.lists.calls.calls
    costs = [model.data(model.index(row, 6)) for row in range(3)]
    assert costs == ["$0.0070", "price unknown", "about $0.0070"]


def test_a_click_on_the_icon_is_the_receipt_and_elsewhere_the_message(
    qtbot: QtBot, listed: Page
) -> None:
    calls = listed.card.lists.calls

    def click(column: int) -> None:
        spot = calls.visualRect(calls.calls.index(0, column)).center()
        qtbot.mouseClick(calls.viewport(), Qt.MouseButton.LeftButton, pos=spot)

    with qtbot.waitSignal(listed.card.receipt_asked):
        click(7)
    with qtbot.waitSignal(listed.card.message_asked):
        click(1)


def test_what_was_charged_meanwhile_is_added_soon(qtbot: QtBot, page: Page) -> None:
    page.show()
    before = len(page.bridge.of(commands.AskUsage))
    page.bridge.event.emit(events.BillingReady(None))  # type: ignore[arg-type]
    page.bridge.event.emit(events.BillingReady(None))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(page.bridge.of(commands.AskUsage)) > before)
    assert len(page.bridge.of(commands.AskUsage)) == before + 1


def test_an_export_shows_how_far_it_is_and_can_be_stopped(qtbot: QtBot, page: Page) -> None:
    page.show()
    export = page.card.export_line
    assert not export.isVisible()
    export.write(page.card._scope, "/nowhere/usage.csv", "parts")
    order = page.bridge.of(commands.ExportUsage)[-1]
    assert isinstance(order, commands.ExportUsage)
    assert (order.path, order.form, order.scope) == ("/nowhere/usage.csv", "parts", view().scope)
    page.bridge.event.emit(events.UsageExportMoved(order.serial, 500, 1_234))
    assert "Writing 500 of 1,234 calls…" in page.texts()
    qtbot.mouseClick(export.stop_button, Qt.MouseButton.LeftButton)
    assert page.bridge.of(commands.StopUsageExport) == [commands.StopUsageExport(order.serial)]
    page.bridge.event.emit(events.UsageExportEnded(order.serial, "stopped", order.path))
    assert "Stopped. Nothing was written." in page.texts()
    assert not export.is_writing


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("written", "Written to /x.csv."), ("failed", "It cannot be written. The disk is full.")],
)
def test_what_came_of_an_export_is_said(page: Page, outcome: str, said: str) -> None:
    page.show()
    page.card.export_line.write(UsageScope(), "/x.csv", "calls")
    order = page.bridge.of(commands.ExportUsage)[-1]
    assert isinstance(order, commands.ExportUsage)
    page.bridge.event.emit(
        events.UsageExportEnded(
            order.serial, outcome, "/x.csv", "It cannot be written.", "The disk is full."
        )
    )
    assert said in page.texts()


def test_hostile_names_are_plain_text(page: Page) -> None:
    page.show()
    page.card.lists.tabs.setCurrentIndex(CHATS)
    plain = Qt.TextFormat.PlainText
    assert all(label.textFormat() == plain for label in page.card.findChildren(QLabel))
    model = page.card.lists.table(CHATS).model()
    tip = str(model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole))
    assert "&lt;img" in tip
    assert "<img" not in tip
    page.card.grab()


@pytest.mark.parametrize(("width", "height"), [(900, 700), (1440, 900), (720, 480)])
@pytest.mark.parametrize("zoom", [100, 150])
@pytest.mark.parametrize("place", range(6))
def test_nothing_is_cut_off_in_any_window(
    host: QWidget, page: Page, theme: Theme, width: int, height: int, zoom: int, place: int
) -> None:
    theme.set_zoom(zoom)
    host.resize(width, height)
    page.show()
    page.card.lists.tabs.setCurrentIndex(place)
    QApplication.processEvents()
    assert host.rect().contains(page.card.geometry())
    content = page.card.lists.parentWidget()
    assert content is not None
    assert content.minimumSizeHint().width() <= content.width()


def test_the_chart_reads_the_bar_under_the_pointer(chart: BarChart) -> None:
    chart.show_bars(view().bars, "day")
    assert chart.reading() == ""
    move_to(chart, QPointF(chart.width() - 3, 90))
    assert chart.reading() == "Sat 21 Nov 2026: $0.30, 3 messages"
    move_to(chart, QPointF(chart.width() - 30, 90))
    assert chart.reading() == "Fri 20 Nov 2026: about $0.32, 3 messages"


def test_the_arrow_keys_walk_through_the_bars_and_enter_chooses_one(
    qtbot: QtBot, chart: BarChart
) -> None:
    chart.show_bars(view().bars, "day")
    chart.setFocus()
    for key, day in ((Qt.Key.Key_Left, 21), (Qt.Key.Key_Left, 20), (Qt.Key.Key_Home, 1),
                     (Qt.Key.Key_Right, 2), (Qt.Key.Key_End, 21)):  # fmt: skip
        qtbot.keyClick(chart, key)
        assert f" {day} Nov 2026" in chart.accessibleName()
    with qtbot.waitSignal(chart.chosen) as blocker:
        qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert blocker.args == [view().bars[-1]]


def test_a_screen_reader_gets_every_bar_that_cost_something(chart: BarChart) -> None:
    chart.show_bars((*view().bars, bar(TODAY + DAY, 0)), "day")
    assert chart.accessibleName() == "Cost by day"
    assert chart.accessibleDescription().count(" Nov 2026: ") == 21


def test_a_bar_chosen_is_looked_at_alone(page: Page) -> None:
    page.show()
    page.card.chart.chosen.emit(bar(date(2026, 11, 7), 3))
    scope = page.asked().scope
    assert (scope.period, scope.first, scope.last) == (
        UsagePeriod.CUSTOM, date(2026, 11, 7), date(2026, 11, 7),
    )  # fmt: skip


@pytest.mark.parametrize("dark", [False, True])
def test_exact_and_estimated_bars_are_painted_apart(
    chart: BarChart, theme: Theme, dark: bool
) -> None:
    theme.set_mode("dark" if dark else "light")
    pictures = []
    for shown in (bar(TODAY, 50), bar(TODAY, 0, 50), bar(TODAY, 0, 0, 1), bar(TODAY, 0)):
        chart.show_bars((shown,), "day")
        pictures.append(chart.grab().toImage())
    assert len({bytes(picture.constBits()) for picture in pictures}) == 4
    middle = QPoint(chart.width() // 2 + 20, chart.height() - 60)
    solid, hollow = (picture.pixelColor(middle) for picture in pictures[:2])
    assert abs(solid.lightness() - hollow.lightness()) > 60


@pytest.mark.parametrize("most", [0, 1, 10**8, 3 * 10**9, 7 * USD // 100, USD, 999 * USD])
def test_the_axis_has_few_round_amounts_and_holds_the_highest_bar(most: int) -> None:
    ticks = ticks_of(most)
    assert 2 <= len(ticks) <= TICKS_MAX + 1
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert str(ticks[1]).rstrip("0") in ("1", "2", "5")


def test_labels_have_room_for_each_other() -> None:
    assert list(labels_at(21, 210, 30)) == [0, 3, 6, 9, 12, 15, 18]
    assert list(labels_at(3, 10, 30)) == [0]
    assert list(labels_at(0, 100, 30)) == []


def test_the_year_is_walked_by_days_and_weeks(qtbot: QtBot, page: Page) -> None:
    page.show()
    page.card.lists.tabs.setCurrentIndex(YEAR)
    year = page.card.lists.year
    year.setFocus()
    qtbot.keyClick(year, Qt.Key.Key_Up)
    assert "21 Nov 2026" in year.reading()
    qtbot.keyClick(year, Qt.Key.Key_Left)
    assert "14 Nov 2026" in year.reading()
    qtbot.keyClick(year, Qt.Key.Key_Down)
    assert "15 Nov 2026" in year.reading()
    with qtbot.waitSignal(year.chosen):
        qtbot.keyClick(year, Qt.Key.Key_Space)
    assert page.asked().scope.first == date(2026, 11, 15)


def test_dearer_days_are_darker_and_an_unspent_one_is_none_of_them(
    qtbot: QtBot, theme: Theme
) -> None:
    year = YearMap()
    qtbot.addWidget(year)
    year.show_days(tuple(bar(TODAY + n * DAY, n) for n in range(9)))
    levels = [year.level_of(bar(TODAY, cents)) for cents in range(9)]
    assert levels == sorted(levels)
    assert (levels[0], levels[1], levels[-1]) == (0, 1, 4)
    assert bounds_of([0, 0]) == ()


def test_spans_say_what_is_the_same_once() -> None:
    said: Callable[[date, date], str] = wording.span_text
    assert said(FIRST, TODAY) == "1 – 21 November 2026"
    assert said(date(2026, 9, 30), TODAY) == "30 September – 21 November 2026"
    assert said(date(2025, 12, 1), TODAY) == "1 December 2025 – 21 November 2026"
    assert said(TODAY, TODAY) == "21 November 2026"
