"""The keyboard is where one wants to write on, after each thing one does; no letter is lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from app.seam import commands, events
from app.seam.views import MessageState, SettingsView
from app.ui.settings.dialog import SettingsDialog
from app.ui.transcript.editor_view import EditorView
from app.ui.transcript.footer import FooterView
from app.ui.transcript.notes import HalfAnswerBox
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import CLAUDE, GPT, chat, chat_row, message, ready

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def half(desk: Desk) -> Desk:
    """A chat whose answer was stopped."""
    question = message("m1", "user", "one")
    answer = message("m2", "assistant", "two", parent="m1", state=MessageState.INTERRUPTED)
    desk.tell(events.ChatOpened(chat("c1", (GPT, (question, answer)))))
    return desk


def type_anywhere(desk: Desk, letters: str) -> None:
    """Type as a keyboard does: to what has the focus, else to the window."""
    for letter in letters:
        focus = QApplication.focusWidget()
        desk.qtbot.keyClicks(focus if focus is not None else desk.window, letter)


def typed(desk: Desk) -> str:
    return desk.editor.toPlainText()


@pytest.mark.parametrize("name", ["resume_button", "retry_button", "keep_button"])
def test_one_writes_on_after_resume_retry_and_keep(half: Desk, name: str) -> None:
    box = half.window.findChild(HalfAnswerBox)
    assert box is not None
    half.qtbot.mouseClick(getattr(box, name), LEFT)
    again = message("m2", "assistant", "two", parent="m1", state=MessageState.STREAMING)
    half.tell(events.MessageChanged("c1", 0, again))
    type_anywhere(half, "next")
    assert typed(half) == "next"


def test_one_writes_on_after_an_edited_message_was_sent(half: Desk) -> None:
    half.qtbot.keyClick(half.editor, KEY.Key_Up)
    view = half.window.findChild(EditorView)
    assert view is not None
    half.qtbot.mouseClick(view.send_button, LEFT)
    assert half.port.asked(commands.EditMessage)
    type_anywhere(half, "next")
    assert typed(half) == "next"


def test_one_writes_on_after_another_answer_was_asked_for(half: Desk) -> None:
    footers = [view for view in half.window.findChildren(FooterView) if view.isVisible()]
    footers[-1].set_active(True)
    half.qtbot.mouseClick(footers[-1].buttons["regenerate"], LEFT)
    assert half.port.asked(commands.Regenerate)
    type_anywhere(half, "next")
    assert typed(half) == "next"


def test_one_writes_after_the_first_key_was_added(empty_desk: Desk) -> None:
    desk = empty_desk
    desk.tell(ready(first_run=True), events.ChatOpened(chat("c1")))
    page = desk.frame.shown_page()
    assert page is not None
    add = next(b for b in page.findChildren(QPushButton) if b.text() == "Add a key")
    desk.qtbot.mouseClick(add, LEFT)
    dialog = desk.window.findChild(SettingsDialog)
    assert dialog is not None
    desk.tell(events.KeyChecked(1, True, "OpenAI", "This key works."))
    desk.qtbot.keyClick(dialog, KEY.Key_Escape)
    type_anywhere(desk, "next")
    assert typed(desk) == "next"


def test_the_key_of_a_pane_leads_to_the_composer_and_then_into_the_pane(desk: Desk) -> None:
    words = (message("m1", "user", "one"),)
    desk.tell(events.ChatOpened(chat("c1", (GPT, words), (CLAUDE, words))))
    desk.qtbot.keyClick(desk.window, KEY.Key_2, CONTROL)
    type_anywhere(desk, "next")
    assert (typed(desk), desk.frame.panes.current) == ("next", 1)
    desk.qtbot.keyClick(desk.window, KEY.Key_2, CONTROL)
    assert desk.frame.panes.panes[1].isAncestorOf(QApplication.focusWidget())


def test_a_letter_for_nobody_is_the_composers(desk: Desk) -> None:
    desk.tell(events.ChatsListed((chat_row("a", "next one"), chat_row("b", "B"))))
    for widget in (desk.frame.sidebar.new_button, desk.frame.sidebar.chats,
                   desk.frame.panes.panes[0].header.model_button):  # fmt: skip
        desk.editor.clear()
        widget.setFocus()
        type_anywhere(desk, "next")
        assert typed(desk) == "next"
    desk.editor.clear()
    focus = QApplication.focusWidget()
    assert focus is not None
    focus.clearFocus()
    type_anywhere(desk, "next")
    assert typed(desk) == "next"


def test_letters_stay_in_a_card_that_is_open(desk: Desk) -> None:
    desk.tell(events.SettingsChanged(SettingsView()))
    desk.window.dialogs.open_settings()
    type_anywhere(desk, "next")
    assert typed(desk) == ""


def test_keys_with_control_write_nothing(desk: Desk) -> None:
    desk.frame.sidebar.new_button.setFocus()
    desk.qtbot.keyClick(desk.window, KEY.Key_Y, CONTROL)
    assert typed(desk) == ""
