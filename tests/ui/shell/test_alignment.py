"""What stands in line, is round, or has a place of its own, at each size of the text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.seam import events
from app.ui.theme import Theme
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import CLAUDE, GPT, billing, chat, message

SIZES = (90, 100, 110, 125, 130, 150, 175, 200)


def place(widget: QWidget) -> QRect:
    """Where a widget is in its window."""
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("zoom", SIZES)
def test_the_round_mark_of_the_account_is_round(desk: Desk, zoom: int) -> None:
    desk.window.resize(2880, 1800)  # so that the sidebar does not fold
    Theme.current().set_zoom(zoom)
    badge = next(
        label for label in desk.frame.sidebar.chip.findChildren(QLabel) if label.text() == "T"
    )
    picture = desk.window.grab(place(badge)).toImage()
    soft = Theme.current().color("accent_soft")
    assert picture.pixelColor(picture.width() // 2, 2) == soft
    for x, y in ((2, 2), (picture.width() - 3, picture.height() - 3)):
        assert picture.pixelColor(x, y) != soft


@pytest.mark.parametrize("zoom", SIZES)
def test_the_pill_of_the_panes_is_round(desk: Desk, zoom: int) -> None:
    desk.tell(events.ChatOpened(chat("c1", (GPT, ()), (CLAUDE, ()))))
    Theme.current().set_zoom(zoom)
    target = desk.composer.box.target
    picture = desk.window.grab(place(target)).toImage()
    edge = picture.pixelColor(picture.width() // 2, 0)
    assert edge != picture.pixelColor(picture.width() // 2, picture.height() // 2)
    assert picture.pixelColor(0, 0) != edge


def test_the_links_of_the_panel_begin_where_its_headings_do(desk: Desk) -> None:
    desk.qtbot.waitUntil(lambda: desk.window.dialogs._billing is not None)
    desk.tell(events.BillingReady(billing()))
    panel = desk.window.dialogs._billing
    assert panel is not None
    heading = next(
        label for label in panel.findChildren(QLabel)
        if label.text() == "Last 14 days" and label.isVisible()
    )  # fmt: skip
    links = [link for link in panel.findChildren(QPushButton) if link.isVisible()]
    assert len(links) > 1
    for link in links:
        picture = link.grab().toImage()
        ground = picture.pixelColor(picture.width() - 1, 0)
        ink = next(
            x for x in range(picture.width())
            if any(picture.pixelColor(x, y) != ground for y in range(picture.height()))
        )  # fmt: skip
        assert place(link).left() + ink - place(heading).left() <= 2, link.text()


def test_a_button_without_a_mark_keeps_no_room_for_one(desk: Desk) -> None:
    desk.tell(events.ChatOpened(chat("c1", ("", ()))))
    button = desk.frame.panes.panes[0].header.model_button
    assert button.text().startswith("Choose a model")


def test_a_notice_covers_no_text(desk: Desk) -> None:
    words = (message("m1", "user", "one"), message("m2", "assistant", "two", parent="m1"))
    desk.tell(events.ChatOpened(chat("c1", (GPT, words))))
    box = place(desk.composer.box)
    desk.tell(events.Notice("error", "A long word. " * 30))
    bar = desk.frame.notices
    desk.qtbot.waitUntil(lambda: place(bar).bottom() < place(desk.composer.box).top())
    assert bar.isVisible()
    assert not place(bar).intersects(place(desk.frame.panes))
    assert place(desk.composer.box) == box


def test_the_keyboard_in_the_chart_is_seen_on_a_day(desk: Desk) -> None:
    desk.qtbot.waitUntil(lambda: desk.window.dialogs._billing is not None)
    desk.tell(events.BillingReady(billing()))
    panel = desk.window.dialogs._billing
    assert panel is not None
    chart = panel.chart
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    assert chart.current_text() == chart.day_text(billing().days[-1])


def test_a_notice_keeps_the_end_of_the_chat_in_view(desk: Desk) -> None:
    words = tuple(message(f"m{n}", ("user", "assistant")[n % 2], "A line.") for n in range(40))
    desk.tell(events.ChatOpened(chat("c1", (GPT, words))))
    transcript = desk.frame.panes.panes[0].transcript
    assert transcript is not None
    bar = transcript.verticalScrollBar()
    desk.qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    before = transcript.height()
    desk.tell(events.Notice("info", "Copied."))
    desk.qtbot.waitUntil(lambda: transcript.height() < before)
    desk.qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    assert words[-1].id in transcript.visible_message_ids()
