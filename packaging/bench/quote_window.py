"""The real window over the real core with one long chat: how long each key waits for its quote.

A process of its own, offscreen; `python quote_window.py HOME KEYS` prints one line of JSON.
Nothing of the program is replaced; the keys are typed at the pace of somebody in a hurry.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.chat.routes import NO_SECRET
from app.clock import Clock
from app.store.records import KeyRecord, MessageRecord, PaneRecord, State
from app.store.shelves import open_shelves

MODEL_REF = "key/gpt-5"
CHAT_ID = f"{1:032x}"
PACE_S = 0.09  # a key every 90 milliseconds
LIMIT_S = 30
TEXT = "And now the next question about the price of a long conversation, word for word. "


def fill(home: Path, texts: list[str]) -> None:
    """Write a profile with one key and one chat of these texts."""
    shelves = open_shelves(home, Clock())
    at = datetime.now(UTC) - timedelta(hours=1)
    with shelves.database.transaction():
        shelves.keys.save(
            KeyRecord(
                id="key", provider="openai", label="", ends_in="3Qk", base_url="",
                where=NO_SECRET, state="works", detail="", checked_at=at, created_at=at,
                models_json="[]",
            )
        )  # fmt: skip
        shelves.settings.set("default_model_ref", MODEL_REF)
        shelves.chats.create(CHAT_ID, "A long chat", ())
        leaf = None
        for place, text in enumerate(texts):
            row = MessageRecord(
                f"{place + 1:032x}", CHAT_ID, leaf, "assistant" if place % 2 else "user", text,
                State.COMPLETE, at + timedelta(seconds=place),
            )  # fmt: skip
            shelves.messages.add(row)
            leaf = row.id
        shelves.chats.set_panes(CHAT_ID, [PaneRecord(0, MODEL_REF, leaf)])
    shelves.database.close()


def main(home: Path, keys: int) -> None:
    """Open the window on a profile, type, and tell what was measured, in milliseconds."""
    os.environ["TUPPENCE_HOME"] = str(home)
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app.desktop import open_window

    wait_for_events = QApplication.exec
    measured: dict[str, object] = {}

    def type_keys() -> None:
        try:
            measured.update(_use_window(keys))
        except BaseException:
            # Qt would go on after an exception in a slot, and nobody would hear of it.
            QApplication.exit(1)
            raise

    def with_typist(*_: object) -> int:
        QTimer.singleShot(0, type_keys)
        return wait_for_events()

    QApplication.exec = with_typist  # type: ignore[method-assign, assignment]
    open_window()
    if measured:
        print(json.dumps(measured))


def _use_window(keys: int) -> dict[str, object]:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.seam import commands, events
    from app.ui.window import MainWindow

    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    _wait(lambda: window.shown.ready)
    window.orders.open_chat(CHAT_ID)
    _wait(lambda: window.shown.chat is not None and window.shown.chat.id == CHAT_ID)
    quoted: list[float] = []
    others: dict[type, float] = {}

    def note(event: object) -> None:
        others[type(event)] = time.perf_counter()
        if isinstance(event, events.QuoteReady):
            quoted.append(time.perf_counter())

    window.bridge.event.connect(note)
    editor, line = window.frame.composer.box.editor, window.frame.composer.box.quote

    def press(letter: str) -> tuple[float, float]:
        """Milliseconds until the quote is shown, and of them on the processor for the window."""
        before, began, used = len(quoted), time.perf_counter(), time.thread_time()
        QTest.keyClick(editor, letter)
        _wait(lambda: len(quoted) > before)
        line.repaint()
        return (quoted[-1] - began) * 1000, (time.thread_time() - used) * 1000

    first_ms, _ = press("A")
    QTest.qWait(1000)
    times = []
    for number in range(keys):
        times.append(press(TEXT[number % len(TEXT)]))
        QTest.qWait(max(0, round(PACE_S * 1000 - times[-1][0])))
    bare_ms = [_bare_key_ms(window) for _ in range(keys)]
    said = {}
    for kind, command in (
        (events.ModelCostsReady, commands.AskModelCosts(1, CHAT_ID, 0, editor.toPlainText())),
        (events.CheaperFound, commands.AskCheaper(1, CHAT_ID, 0, editor.toPlainText())),
    ):
        began = time.perf_counter()
        window.bridge.submit(command)
        _wait(lambda kind=kind: kind in others)  # type: ignore[misc]
        said[kind.__name__] = (others[kind] - began) * 1000
    tokens = line.quotes[0].input_tokens
    window.close()
    return {
        "first_ms": first_ms, "keys_ms": [wall for wall, _ in times],
        "window_ms": [used for _, used in times], "bare_ms": bare_ms, "tokens": tokens,
        "models": len(window.shown.models), **said,
    }  # fmt: skip


def _bare_key_ms(window: QWidget) -> float:
    """What a key costs the window's thread in an editor of Qt's own, painted."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QPlainTextEdit

    editor = window.findChild(QPlainTextEdit, "bare")
    if editor is None:
        editor = QPlainTextEdit(window, objectName="bare")
        editor.setGeometry(300, 300, 700, 60)
        editor.show()
        editor.setFocus()
        QTest.qWait(100)
    used = time.thread_time()
    QTest.keyClick(editor, "a")
    QApplication.processEvents()
    used = (time.thread_time() - used) * 1000
    QTest.qWait(20)
    return used


def _wait(holds: Callable[[], bool]) -> None:
    """Let the window run, asleep between events, until something is true."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    # Wakes the loop once, so that a window that says nothing more is not waited for for ever.
    late: list[bool] = []
    limit = QTimer(singleShot=True, interval=LIMIT_S * 1000)
    limit.timeout.connect(lambda: late.append(True))
    limit.start()
    wait = QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    while not holds():
        if late:
            raise TimeoutError("the window did not answer")
        QApplication.processEvents(wait)
    limit.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
