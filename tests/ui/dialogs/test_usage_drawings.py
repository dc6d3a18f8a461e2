"""The drawings of the usage page: bars with their axis and the map of the year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from app.ui.usage import wording
from app.ui.usage.axis import TICKS_MAX, labels_at, ticks_of
from app.ui.usage.chart import BarChart
from app.ui.usage.year_map import YearMap, bounds_of
from tests.ui.dialogs.samples import USD
from tests.ui.dialogs.usage_samples import (
    DAY,
    FIRST,
    TODAY,
    bar,
    view,
)


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


def test_the_chart_reads_the_bar_under_the_pointer(chart: BarChart) -> None:
    chart.show_bars(view().bars, "day")
    assert chart.reading() == ""
    move_to(chart, QPointF(chart.width() - 3, 90))
    assert chart.reading() == "Sat 21 Nov 2026: $0.30, 3 messages"
    move_to(chart, QPointF(chart.width() - 30, 90))
    assert chart.reading() == "Fri 20 Nov 2026: about $0.32, 3 messages"


def test_a_day_on_which_an_answer_only_went_on_names_no_messages(chart: BarChart) -> None:
    chart.show_bars((replace(bar(TODAY, 5), messages=0),), "day")
    move_to(chart, QPointF(chart.width() / 2, 90))
    assert chart.reading() == "Sat 21 Nov 2026: $0.050"


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


def test_a_screen_reader_gets_every_bar_that_cost_something(chart: BarChart, qtbot: QtBot) -> None:
    chart.show_bars((*view().bars, bar(TODAY + DAY, 0)), "day")
    assert chart.accessibleName() == "Cost by day"
    qtbot.waitUntil(lambda: chart.accessibleDescription().count(" Nov 2026: ") == 21)


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


@pytest.mark.parametrize("cents", [(7,), (7, 7, 7), (1, 9), (1, 1, 1, 9), (1, 2, 3, 4, 5, 90)])
def test_the_dearest_day_is_always_the_darkest(qtbot: QtBot, cents: tuple[int, ...]) -> None:
    year = YearMap()
    qtbot.addWidget(year)
    year.show_days(tuple(bar(TODAY + n * DAY, amount) for n, amount in enumerate(cents)))
    levels = [year.level_of(bar(TODAY, amount)) for amount in cents]
    assert levels == sorted(levels)
    assert levels[-1] == 4


def test_spans_say_what_is_the_same_once() -> None:
    said: Callable[[date, date], str] = wording.span_text
    assert said(FIRST, TODAY) == "1 – 21 November 2026"
    assert said(date(2026, 9, 30), TODAY) == "30 September – 21 November 2026"
    assert said(date(2025, 12, 1), TODAY) == "1 December 2025 – 21 November 2026"
    assert said(TODAY, TODAY) == "21 November 2026"
