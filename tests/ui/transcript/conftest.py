"""A started application in the product's look, and messages to show."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.seam.views import Certainty, CostLine, MessageState, MessageView
from app.ui.resources import load_more_fonts
from app.ui.theme import Theme
from app.ui.transcript.view import TranscriptView

AT = datetime(2026, 11, 21, tzinfo=UTC)
MessageMaker = Callable[..., MessageView]


@pytest.fixture
def message() -> MessageMaker:
    """Makes a message: odd numbers are the user's, even ones are answers."""

    def make(number: int, text: str, **changes: object) -> MessageView:
        values: dict[str, object] = {
            "id": f"m{number}",
            "parent_id": f"m{number - 1}" if number > 1 else None,
            "role": "user" if number % 2 else "assistant",
            "text": text,
            "state": MessageState.COMPLETE,
            "created_at": AT,
        }
        return MessageView(**{**values, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def cost() -> CostLine:
    return CostLine(5_600_000_000, Certainty.EXACT, 318, 96, 214, "your Anthropic key", 4.1)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    used = Theme.current()
    used.start(qapp, "light")
    load_more_fonts()
    yield used
    used.set_mode("light")
    used.set_zoom(100)


@pytest.fixture
def make_view(qtbot: QtBot, theme: Theme) -> Iterator[Callable[..., TranscriptView]]:
    """Makes views on screen and deletes them on this thread.

    Left to the garbage collector they could go while the thread of the lexers runs, and a timer
    that dies on another thread takes the program with it.
    """
    made: list[TranscriptView] = []

    def make(width: int = 480, height: int = 640) -> TranscriptView:
        view = TranscriptView()
        made.append(view)
        view.resize(width, height)
        view.show()
        qtbot.waitExposed(view)
        return view

    yield make
    for view in made:
        view.close()
        delete(view)


@pytest.fixture
def view(make_view: Callable[..., TranscriptView]) -> TranscriptView:
    """A view of 480 by 640 pixels on screen, empty."""
    return make_view()
