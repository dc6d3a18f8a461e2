"""The base of all dialogs: Esc, focus, shortcuts, size, what is below."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.dialog import Dialog


@pytest.fixture
def card(host: QWidget) -> Dialog:
    dialog = Dialog(host, "A card")
    dialog.body.addWidget(QLineEdit(objectName="first"))
    dialog.body.addWidget(QPushButton("Last", objectName="last"))
    return dialog


def test_escape_closes_the_card_and_the_focus_goes_back(
    qtbot: QtBot, host: QWidget, card: Dialog
) -> None:
    below = host.findChild(QPushButton, "below")
    below.setFocus()
    card.open()
    with qtbot.waitSignal(card.finished):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is below


def test_tab_goes_round_inside_the_card(qtbot: QtBot, host: QWidget, card: Dialog) -> None:
    card.open()
    seen = set()
    for _ in range(8):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.add(QApplication.focusWidget())
    assert seen == {
        card.close_button, card.findChild(QLineEdit, "first"), card.findChild(QPushButton, "last")
    }  # fmt: skip


def test_backtab_goes_round_inside_the_card(qtbot: QtBot, card: Dialog) -> None:
    card.open()
    for _ in range(8):
        qtbot.keyClick(
            QApplication.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier
        )
        assert card.isAncestorOf(QApplication.focusWidget())


def test_the_windows_shortcuts_are_out_of_reach(qtbot: QtBot, host: QWidget, card: Dialog) -> None:
    started = []
    action = QAction(host, shortcut=QKeySequence("Ctrl+N"))
    action.triggered.connect(lambda: started.append("new"))
    host.addAction(action)
    qtbot.keyClick(host, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    card.open()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert started == ["new"]


def test_enter_in_a_field_presses_no_button(qtbot: QtBot, card: Dialog) -> None:
    pressed = []
    card.findChild(QPushButton, "last").clicked.connect(lambda: pressed.append(1))
    card.open()
    field = card.findChild(QLineEdit, "first")
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert pressed == []
    assert card.isVisible()


def test_a_click_beside_the_card_reaches_nothing_below(
    qtbot: QtBot, host: QWidget, card: Dialog
) -> None:
    below = host.findChild(QPushButton, "below")
    clicked = []
    below.clicked.connect(lambda: clicked.append(1))
    card.open()
    spot = below.mapTo(host, QPoint(5, 5))
    QTest.mouseClick(host.childAt(spot), Qt.MouseButton.LeftButton, pos=spot)
    assert clicked == []
    assert card.isVisible()


def test_the_card_stays_inside_a_window_that_shrinks(
    qtbot: QtBot, host: QWidget, card: Dialog
) -> None:
    card.open()
    host.resize(300, 180)
    qtbot.waitUntil(lambda: host.rect().contains(card.geometry()))


def test_a_card_that_is_done_goes_away(qtbot: QtBot, host: QWidget, card: Dialog) -> None:
    card.open()
    with qtbot.waitSignal(card.destroyed):
        card.accept()


def test_what_happens_below_does_not_draw_the_keyboard_away(
    qtbot: QtBot, host: QWidget, card: Dialog
) -> None:
    card.open()
    field = card.findChild(QLineEdit, "first")
    field.setFocus()
    host.findChild(QPushButton, "below").setFocus()
    qtbot.keyClicks(QApplication.focusWidget(), "secret")
    assert field.text() == "secret"


def test_after_the_card_the_keyboard_is_free(qtbot: QtBot, host: QWidget, card: Dialog) -> None:
    card.open()
    card.accept()
    below = host.findChild(QPushButton, "below")
    below.setFocus()
    assert QApplication.focusWidget() is below


def test_return_presses_the_button_that_has_the_keyboard(qtbot: QtBot, card: Dialog) -> None:
    card.open()
    last = card.findChild(QPushButton, "last")
    assert last is not None
    last.setFocus()
    with qtbot.waitSignal(last.clicked):
        qtbot.keyClick(last, Qt.Key.Key_Return)
    pressed: list[bool] = []
    last.clicked.connect(pressed.append)
    card.findChild(QLineEdit, "first").setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert not pressed


def test_enter_in_a_field_presses_no_button_that_gets_the_keyboard_by_it(
    qtbot: QtBot, card: Dialog
) -> None:
    card.open()
    field, last = card.findChild(QLineEdit, "first"), card.findChild(QPushButton, "last")
    assert last is not None
    pressed: list[str] = []
    last.clicked.connect(lambda: pressed.append("last"))
    field.returnPressed.connect(last.setFocus)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is last
    assert not pressed
    qtbot.keyClick(last, Qt.Key.Key_Return)
    assert len(pressed) == 1
