"""The theme, a window to open cards in, and a bridge without a core."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from tests.ui.dialogs.samples import NotingBridge, make_host


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The light theme at 100 %, put back afterwards."""
    # Widgets of earlier tests still wait to be deleted; dressing them anew takes a second.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    current = Theme.current()
    current.start(qapp, "light", 100)
    yield current
    current.set_mode("light")
    current.set_zoom(100)


@pytest.fixture
def bridge(qapp: QApplication) -> NotingBridge:
    return NotingBridge()


@pytest.fixture
def host(qtbot: QtBot, theme: Theme) -> QWidget:
    """A shown window with one button, to open cards in."""
    window = make_host()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window
