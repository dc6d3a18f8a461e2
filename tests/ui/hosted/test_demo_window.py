"""Where the demo opens: in a window of its own where it has a server, else here."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.seam import commands
from tests.ui.hosted.test_start_free import first_run
from tests.ui.shell.conftest import Desk


def demo_button(desk: Desk) -> QPushButton:
    buttons = desk.window.findChildren(QPushButton)
    return next(one for one in buttons if one.text() == "Try the offline demo")


def test_the_demo_opens_elsewhere_and_the_choice_stays_here(empty_desk: Desk) -> None:
    opened: list[bool] = []
    empty_desk.window.open_demo = lambda: not opened.append(True)
    first_run(empty_desk)
    empty_desk.qtbot.mouseClick(demo_button(empty_desk), Qt.MouseButton.LeftButton)
    assert opened == [True]
    assert empty_desk.window.dialogs.first_run is not None
    assert not empty_desk.port.asked(commands.StartDemo)
    labels = empty_desk.window.findChildren(QLabel)
    assert any("window of its own" in label.text() for label in labels)


def test_without_a_server_the_scripted_model_answers_here(empty_desk: Desk) -> None:
    first_run(empty_desk)
    empty_desk.qtbot.mouseClick(demo_button(empty_desk), Qt.MouseButton.LeftButton)
    assert empty_desk.window.dialogs.first_run is None
    assert empty_desk.port.asked(commands.StartDemo)


def test_the_demo_offers_no_other_demo(empty_desk: Desk) -> None:
    empty_desk.window.shown.demo = True
    first_run(empty_desk)
    empty_desk.qtbot.wait(20)
    assert not demo_button(empty_desk).isVisible()
