"""A mistake of the program's own: said in plain words, with the details only to be copied."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from app.seam import events
from app.ui.slip import SlipLine
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import GPT, chat, message

DETAILS = 'RuntimeError: Failed to connect signal "filesSelected(QStringList)"'


def shown_line(desk: Desk) -> SlipLine:
    line = desk.window.findChild(SlipLine)
    assert line is not None
    desk.qtbot.waitUntil(line.isVisible)
    return line


def place(widget: SlipLine, desk: Desk) -> QRect:
    return QRect(widget.mapTo(desk.window, widget.rect().topLeft()), widget.size())


def test_no_code_is_said_and_all_of_it_can_be_copied(desk: Desk) -> None:
    desk.window.show_crash(DETAILS)
    line = shown_line(desk)
    said = " ".join(label.text() for label in line.findChildren(QLabel))
    assert "did not work" in said
    assert "signal" not in said
    button = line.findChild(QPushButton)
    assert button is not None
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == DETAILS


def test_it_covers_nothing_of_the_chat(desk: Desk) -> None:
    words = message("m1", "assistant", "word " * 2000)
    desk.tell(events.ChatOpened(chat("c1", (GPT, (words,)))))
    desk.window.show_crash(DETAILS)
    line = shown_line(desk)
    desk.qtbot.wait(1)
    panes = desk.frame.panes
    shown = QRect(panes.mapTo(desk.window, panes.rect().topLeft()), panes.size())
    assert not place(line, desk).intersects(shown)


def test_it_goes_away_when_it_is_closed(desk: Desk) -> None:
    desk.window.show_crash(DETAILS)
    line = shown_line(desk)
    button = line.findChild(QToolButton)
    assert button is not None
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert line.isHidden()
