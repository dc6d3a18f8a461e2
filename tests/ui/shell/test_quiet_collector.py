from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.ui import collector
from app.ui.collector import QuietCollector


class Knot:
    """In a cycle with itself."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QObject]:
    was = gc.isenabled()
    yield QObject()
    gc.unfreeze()
    if was:
        gc.enable()


def test_no_other_thread_collects_while_the_window_lives(parent: QObject) -> None:
    QuietCollector(parent)
    phases: list[str] = []

    def on_collect(phase: str, details: dict[str, int]) -> None:
        phases.append(phase)

    gc.callbacks.append(on_collect)
    try:
        work = threading.Thread(target=lambda: [Knot() for _ in range(20_000)])
        work.start()
        work.join()
    finally:
        gc.callbacks.remove(on_collect)
    assert phases == []


def test_cycles_are_collected_in_time_on_the_windows_thread(
    qtbot: QtBot, parent: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "LOOK_INTERVAL_MS", 10)
    quiet = QuietCollector(parent)
    quiet.start()
    knots = [Knot() for _ in range(collector.YOUNG_OBJECTS_MAX + 500)]
    gone = weakref.ref(knots[0])
    knots.clear()
    qtbot.waitUntil(lambda: gone() is None)
