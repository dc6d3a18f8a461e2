"""The usage card: what it says, how it is narrowed, listed, walked through and written out."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.seam import commands, events
from app.seam.usage_views import (
    UsageCall,
    UsageOrder,
    UsagePeriod,
    UsageScope,
    UsageView,
)
from app.ui.theme import Theme
from app.ui.usage import wording
from app.ui.usage.calls import PAGE
from app.ui.usage.dialog import UsageDialog
from app.ui.usage.lists import CALLS, CHATS, MODELS, YEAR
from tests.ui.dialogs.samples import HOSTILE, NotingBridge
from tests.ui.dialogs.usage_samples import (
    ABOUT,
    CALL_COUNT,
    FIRST,
    TODAY,
    UNKNOWN,
    bar,
    call,
    total,
    view,
)


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


def test_where_to_write_is_asked_and_what_each_line_is(qtbot: QtBot, page: Page) -> None:
    page.show()
    for place, form in ((0, "calls"), (1, "parts")):
        dialog = page.card.export_line.ask(view().scope, wording.file_name(view()))
        assert "usage-2026-11-01-to-2026-11-21.csv" in dialog.selectedFiles()[0]
        dialog.selectNameFilter(dialog.nameFilters()[place])
        dialog.fileSelected.emit("/nowhere/usage.csv")
        dialog.close()
        order = page.bridge.of(commands.ExportUsage)[-1]
        assert isinstance(order, commands.ExportUsage)
        assert (order.path, order.form) == ("/nowhere/usage.csv", form)
        page.bridge.event.emit(events.UsageExportEnded(order.serial, "written", order.path))


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


def test_a_bar_chosen_is_looked_at_alone(page: Page) -> None:
    page.show()
    page.card.chart.chosen.emit(bar(date(2026, 11, 7), 3))
    scope = page.asked().scope
    assert (scope.period, scope.first, scope.last) == (
        UsagePeriod.CUSTOM, date(2026, 11, 7), date(2026, 11, 7),
    )  # fmt: skip


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
