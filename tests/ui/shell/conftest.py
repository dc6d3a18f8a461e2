"""A window without a core: a port that notes the orders, and events handed in by the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.seam.events import Event
from app.ui.bridge import Bridge
from app.ui.theme import Theme
from app.ui.window import MainWindow
from tests.ui.shell.recording import RecordingPort, started


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The light theme at 100 %, put back afterwards."""
    current = Theme.current()
    current.start(qapp, "light", 100)
    yield current
    current.set_mode("light")
    current.set_zoom(100)


class Desk:
    """A shown window, its port, and the way to tell it something."""

    def __init__(self, qtbot: QtBot, folder: Path, *, demo: bool = False) -> None:
        self.qtbot = qtbot
        self.bridge = Bridge()
        self.port = RecordingPort(self.bridge.wake)
        self.bridge.connect_port(self.port)
        self.window = MainWindow(self.bridge, folder, demo=demo)
        self.frame = self.window.frame
        self.composer = self.frame.composer
        self.editor = self.composer.box.editor
        qtbot.addWidget(self.window, before_close_func=let_go)
        self.window.resize(1440, 900)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()

    def tell(self, *told: Event) -> None:
        """Tell the window, as the core does, and wait until it took it."""
        before = len(self._seen())
        self.port.tell(*told)
        self.qtbot.waitUntil(lambda: len(self._seen()) >= before + len(told))

    def _seen(self) -> list[Event]:
        if not hasattr(self, "_events"):
            self._events: list[Event] = []
            self.bridge.event.connect(self._events.append)
        return self._events


def let_go(window: MainWindow) -> None:
    window.stopped = True


@pytest.fixture
def empty_desk(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Desk:
    """A window whose core has not opened yet."""
    return Desk(qtbot, tmp_path)


@pytest.fixture
def desk(empty_desk: Desk) -> Desk:
    """A window with one empty chat."""
    started(empty_desk.port)
    empty_desk.qtbot.waitUntil(lambda: empty_desk.window.shown.billing is not None)
    return empty_desk
