"""Lists that drop down show every line whole, at each size of the text."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.ui.choices import LINES_MAX, ChoiceBox
from app.ui.theme import Theme


@pytest.fixture
def box(qtbot: QtBot, theme: Theme) -> ChoiceBox:
    made = ChoiceBox()
    qtbot.addWidget(made)
    made.resize(260, 36)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize("zoom", [100, 130, 150, 200])
@pytest.mark.parametrize("count", [1, 3, 6, LINES_MAX])
def test_the_last_line_is_not_cut_off(box: ChoiceBox, theme: Theme, zoom: int, count: int) -> None:
    theme.set_zoom(zoom)
    box.addItems([f"Choice {number}" for number in range(count)])
    box.showPopup()
    view = box.view()
    last = view.visualRect(box.model().index(count - 1, 0))
    assert view.viewport().rect().contains(last)
    assert view.verticalScrollBar().maximum() == 0
    box.hidePopup()


def test_more_lines_than_fit_can_be_scrolled(box: ChoiceBox) -> None:
    box.addItems([f"Choice {number}" for number in range(LINES_MAX * 3)])
    box.showPopup()
    assert box.view().verticalScrollBar().isVisible()
    box.hidePopup()
