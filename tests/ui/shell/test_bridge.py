"""The bridge: quick where little happens, at an even pace while an answer streams."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.seam import events
from app.ui.bridge import INTERVAL_MS, STREAMING_INTERVAL_MS, Bridge
from tests.ui.shell.recording import RecordingPort

SAVED = events.DraftSaved("c1")
TEXT = events.TextArrived("c1", 0, "m1", "word")


def drained_at(qtbot: QtBot, first: events.Event) -> list[float]:
    """When two events reached the window, the second of which came right after the first."""
    bridge = Bridge()
    port = RecordingPort(bridge.wake)
    bridge.connect_port(port)
    times: list[float] = []

    def note(event: object) -> None:
        times.append(time.monotonic())
        if len(times) == 1:
            port.tell(SAVED)

    bridge.event.connect(note)
    port.tell(first)
    qtbot.waitUntil(lambda: len(times) == 2)
    return times


def test_after_a_piece_of_an_answer_the_next_events_wait_for_a_frame(
    qtbot: QtBot, qapp: QApplication
) -> None:
    first, second = drained_at(qtbot, TEXT)
    assert (second - first) * 1000 >= STREAMING_INTERVAL_MS - 2


def test_after_anything_else_they_come_much_sooner(qtbot: QtBot, qapp: QApplication) -> None:
    # On a busy machine one of them may be late; never all.
    waits_ms = [
        (second - first) * 1000 for first, second in (drained_at(qtbot, SAVED) for _ in range(10))
    ]
    assert INTERVAL_MS - 2 <= min(waits_ms) < STREAMING_INTERVAL_MS / 2
