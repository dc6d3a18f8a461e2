"""The billing panel: sums, what is exact and what is not, the chart, what is empty or old."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.seam.views import Certainty, DaySpend
from app.ui.billing.chart import DayChart
from app.ui.billing.panel import BillingPanel
from app.ui.billing.spend_list import ElidedLabel
from app.ui.billing.sums import top_and_rest
from app.ui.theme import Theme
from tests.ui.dialogs.samples import HOSTILE, USD, sample_billing, spend


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> BillingPanel:
    shown = BillingPanel()
    qtbot.addWidget(shown)
    shown.resize(288, 860)
    shown.show()
    return shown


def texts(widget: QWidget) -> list[str]:
    QApplication.processEvents()
    labels = [*widget.findChildren(QLabel), *widget.findChildren(ElidedLabel)]
    return [label.text() for label in labels if label.isVisibleTo(widget) and label.text()]


def test_an_estimated_month_says_about_and_an_exact_one_does_not(panel: BillingPanel) -> None:
    panel.show_billing(sample_billing())
    assert "about $6.18" in texts(panel)
    panel.show_billing(replace(sample_billing(), month=spend("November", 618)))
    assert "$6.18" in texts(panel)
    assert "about $6.18" not in texts(panel)


def test_today_keys_and_models_stand_with_their_sums(panel: BillingPanel) -> None:
    panel.show_billing(sample_billing())
    for text in ("about $0.41", "OpenAI …f3Qk", "$4.02", "GPT-4o", "$3.11", "free"):
        assert text in texts(panel)


def test_the_five_dearest_models_stand_and_the_rest_is_one_line() -> None:
    top, rest = top_and_rest(sample_billing().by_model)
    assert [line.label for line in top][:2] == ["GPT-4o", "Claude Sonnet 4.5"]
    assert len(top) == 5
    assert rest is not None
    assert rest.messages == 15


def test_a_rest_of_unknown_prices_is_not_called_zero() -> None:
    lines = [spend(str(n), 10) for n in range(5)]
    unknown = [spend("x", None, Certainty.UNKNOWN), spend("y", 0)]
    _, rest = top_and_rest([*lines, *unknown])
    assert rest is not None
    assert rest.total_pusd is None


def test_messages_without_a_price_are_said_to_be_left_out(panel: BillingPanel) -> None:
    panel.show_billing(sample_billing())
    assert "3 messages have no known price and are not in these sums." in texts(panel)
    panel.show_billing(replace(sample_billing(), unpriced_messages=0))
    assert not any("no known price" in text for text in texts(panel))


def test_nothing_spent_shows_no_figure(panel: BillingPanel) -> None:
    nothing = spend("x", 0, messages=0)
    days = tuple(
        DaySpend(date(2026, 11, 8) + timedelta(days=n), 0, Certainty.EXACT, 0) for n in range(14)
    )
    panel.show_billing(
        replace(sample_billing(), today=nothing, month=nothing, by_key=(), by_model=(), days=days)
    )
    assert "Nothing spent yet" in texts(panel)
    assert not any("$" in text for text in texts(panel))


def test_old_sums_say_as_of_when(panel: BillingPanel) -> None:
    panel.show_billing(sample_billing())
    assert not any(text.startswith("As of") for text in texts(panel))
    panel.show_billing(replace(sample_billing(), as_of=datetime.now(UTC) - timedelta(hours=3)))
    assert any(text.startswith("As of") for text in texts(panel))


def test_the_fold_button_asks_to_be_folded(qtbot: QtBot, panel: BillingPanel) -> None:
    with qtbot.waitSignal(panel.fold_asked):
        qtbot.mouseClick(panel.findChild(QToolButton), Qt.MouseButton.LeftButton)


def test_hostile_labels_are_plain_text(panel: BillingPanel) -> None:
    panel.show_billing(replace(sample_billing(), by_key=(spend(HOSTILE, 4),)))
    assert all(
        label.textFormat() == Qt.TextFormat.PlainText for label in panel.findChildren(QLabel)
    )
    names = [label.text() for label in panel.findChildren(ElidedLabel)]
    assert any("<img src=" in name and "\n" not in name for name in names)
    panel.grab()
    assert all("<img" not in label.toolTip() for label in panel.findChildren(ElidedLabel))


def test_the_arrow_keys_walk_through_the_days(qtbot: QtBot, panel: BillingPanel) -> None:
    panel.show_billing(sample_billing())
    chart = panel.chart
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert "21 Nov (UTC): about $0.41, 14 messages" in chart.current_text()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert "20 Nov (UTC): $0.29" in chart.current_text()
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert "8 Nov (UTC): $0.12" in chart.accessibleName()


def test_the_pointer_gets_day_and_amount(qtbot: QtBot, panel: BillingPanel) -> None:
    panel.show_billing(sample_billing())
    spot = QPoint(panel.chart.width() - 4, 30)
    event = QHelpEvent(QEvent.Type.ToolTip, spot, panel.chart.mapToGlobal(spot))
    QApplication.sendEvent(panel.chart, event)
    assert "about $0.41" in QToolTip.text()


def test_a_screen_reader_gets_all_days(panel: BillingPanel) -> None:
    panel.show_billing(sample_billing())
    assert panel.chart.accessibleDescription().count("(UTC)") == 14


def test_exact_and_estimated_bars_are_painted_apart(qtbot: QtBot, theme: Theme) -> None:
    chart = DayChart()
    qtbot.addWidget(chart)
    chart.resize(100, 64)
    first = date(2026, 11, 20)
    chart.show_days(
        (
            DaySpend(first, USD, Certainty.EXACT, 1),
            DaySpend(first + timedelta(days=1), USD, Certainty.ESTIMATED, 1),
        )
    )
    picture = chart.grab().toImage()
    solid, hollow = picture.pixelColor(24, 40), picture.pixelColor(76, 40)
    assert hollow == QColor(theme.colors.accent_soft)
    assert abs(solid.lightness() - hollow.lightness()) > 60


def test_models_are_called_by_their_names(panel: BillingPanel) -> None:
    month = (spend("gpt-4o", 311), spend("forgotten-model", 2))
    panel.show_billing(replace(sample_billing(), by_model=month))
    panel.show_names({"gpt-4o": "GPT-4o"})
    assert "GPT-4o" in texts(panel)
    assert "forgotten-model" in texts(panel)


def test_a_month_that_cost_nothing_is_a_figure(panel: BillingPanel) -> None:
    panel.show_billing(replace(sample_billing(), month=spend("November", 0)))
    assert "$0" in texts(panel)


def test_the_legend_stands_only_where_a_bar_is_hollow(panel: BillingPanel) -> None:
    free = DaySpend(date(2026, 11, 21), 0, Certainty.ESTIMATED, 3)
    panel.show_billing(replace(sample_billing(), days=(free,)))
    assert "Hollow bars hold estimates." not in texts(panel)
    panel.show_billing(replace(sample_billing(), days=(replace(free, total_pusd=USD),)))
    assert "Hollow bars hold estimates." in texts(panel)
