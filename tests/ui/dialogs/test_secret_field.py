"""A field for secrets: its eye is reached and pressed by key."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.settings.secret_field import SecretField
from app.ui.theme import Theme


def test_the_eye_is_reached_by_tab_shows_a_ring_and_is_pressed_by_space(
    qtbot: QtBot, theme: Theme
) -> None:
    page = QWidget()
    column = QVBoxLayout(page)
    field, following = SecretField("Passphrase"), QLineEdit()
    column.addWidget(field)
    column.addWidget(following)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    field.setFocus()
    qtbot.keyClicks(field, "secret")
    eye = field.findChild(QToolButton)
    plain = field.grab().toImage()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is eye
    assert field.grab().toImage() != plain
    qtbot.keyClick(eye, Qt.Key.Key_Space)
    assert field.echoMode() is QLineEdit.EchoMode.Normal
    qtbot.keyClick(eye, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is following
