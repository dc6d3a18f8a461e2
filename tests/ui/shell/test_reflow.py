"""A pane that shows the newest text goes on showing it, whatever happens to its width."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from app.seam import events
from app.seam.views import MessageView
from app.ui.panes.pane import Pane
from app.ui.transcript.code_view import CodeView
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import CLAUDE, GPT, chat, message

KEY = Qt.Key
ZERO = QPoint(0, 0)
CONTROL = Qt.KeyboardModifier.ControlModifier
WORDS = (
    "An unladen swallow weighs about 20 grams, give or take. " * 40
    + "\n\n```python\nprint('hi')\n```\n\n| a | b |\n|---|---|\n| one | two |\n\n"
    + "The end of it."
)


def talk(count: int) -> tuple[MessageView, ...]:
    made = []
    for number in range(count):
        parent = f"m{number - 1}" if number else None
        role = "assistant" if number % 2 else "user"
        text = WORDS if number % 2 else f"question {number}"
        made.append(message(f"m{number}", role, text, parent=parent))
    return tuple(made)


@pytest.fixture
def read(desk: Desk) -> Desk:
    """A long chat, at its end."""
    desk.tell(events.ChatOpened(chat("c1", (GPT, talk(12)))))
    desk.qtbot.wait(50)
    assert is_at_end(desk.frame.panes.panes[0])
    wrap_code(desk)
    return desk


def wrap_code(desk: Desk) -> None:
    """Wrap and unwrap the last code: from then on it is a card that holds still, not the end."""
    transcript = desk.frame.panes.panes[0].transcript
    assert transcript is not None
    code = max(transcript.findChildren(CodeView), key=lambda view: view.mapTo(transcript, ZERO).y())
    for _ in range(2):
        desk.qtbot.mouseClick(code.wrap_button, Qt.MouseButton.LeftButton)
    assert is_at_end(desk.frame.panes.panes[0])


def is_at_end(pane: Pane) -> bool:
    transcript = pane.transcript
    assert transcript is not None
    last = transcript.cards.get(len(transcript.messages) - 1)
    if last is None:
        return False
    below = transcript.viewport().height() - last.geometry().bottom()
    return transcript.at_end and 0 < below < 60


def settle(desk: Desk) -> None:
    desk.qtbot.wait(300)


@pytest.mark.parametrize("width", [800, 1000, 1200, 1900])
def test_in_a_window_of_another_width(read: Desk, width: int) -> None:
    read.window.resize(width, 700)
    settle(read)
    assert is_at_end(read.frame.panes.panes[0])


def test_in_text_of_another_size(read: Desk) -> None:
    for key in (KEY.Key_Plus, KEY.Key_Plus, KEY.Key_Plus, KEY.Key_Minus, KEY.Key_0):
        read.qtbot.keyClick(read.window, key, CONTROL)
        settle(read)
        assert is_at_end(read.frame.panes.panes[0]), key


def test_beside_new_panes(read: Desk) -> None:
    messages = talk(12)
    for models in ((GPT, CLAUDE), (GPT, CLAUDE, GPT), (GPT,), (GPT, CLAUDE, GPT, CLAUDE)):
        panes = [(model, messages) for model in models]
        read.tell(events.ChatOpened(chat("c1", *panes)))
        settle(read)
        for pane in read.frame.panes.panes:
            assert is_at_end(pane)


def test_while_the_composer_grows_and_shrinks(read: Desk) -> None:
    for _ in range(8):
        read.qtbot.keyClick(read.editor, KEY.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        read.qtbot.wait(20)
    assert is_at_end(read.frame.panes.panes[0])
    read.editor.clear()
    read.qtbot.wait(20)
    assert is_at_end(read.frame.panes.panes[0])


def test_after_the_panels_folded(read: Desk) -> None:
    read.frame.toggle_sidebar()
    read.frame.toggle_billing()
    settle(read)
    assert is_at_end(read.frame.panes.panes[0])
