"""What is typed and sent while another chat is on its way, or while none ever comes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from app.seam import commands, events
from app.ui.theme import Theme
from app.ui.window_state import read_state
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import chat, message, ready

KEY, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def test_what_is_typed_after_a_new_chat_was_asked_for_stands_in_it(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window, KEY.Key_N, CONTROL)
    desk.qtbot.keyClicks(desk.editor, "quick words")
    desk.tell(events.ChatOpened(chat("c2")))
    assert desk.editor.toPlainText() == "quick words"
    assert commands.SaveDraft("c2", "quick words") in desk.port.orders


def test_the_old_chats_draft_does_not_come_along(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.editor, "old")
    desk.qtbot.keyClick(desk.window, KEY.Key_N, CONTROL)
    desk.editor.moveCursor(QTextCursor.MoveOperation.End)
    desk.qtbot.keyClicks(desk.editor, "new")
    desk.tell(events.ChatOpened(chat("c2")))
    assert desk.editor.toPlainText() == "new"
    assert commands.SaveDraft("c1", "old") in desk.port.orders


def test_a_draft_that_waits_in_the_other_chat_is_kept_too(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window, KEY.Key_N, CONTROL)
    desk.qtbot.keyClicks(desk.editor, "new")
    desk.tell(events.ChatOpened(chat("c2", draft="waiting")))
    assert desk.editor.toPlainText() == "waiting\nnew"


def test_no_question_goes_to_a_chat_that_is_being_left(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window, KEY.Key_N, CONTROL)
    desk.port.orders.clear()
    desk.qtbot.keyClicks(desk.editor, "how much?")
    desk.qtbot.wait(500)
    assert not desk.port.asked(commands.AskQuote)
    assert not desk.port.asked(commands.SaveDraft)
    desk.tell(events.ChatOpened(chat("c2")))
    desk.qtbot.waitUntil(lambda: bool(desk.port.asked(commands.AskQuote)))
    assert desk.port.asked(commands.AskQuote)[0].chat_id == "c2"


def test_a_message_sent_while_its_chat_is_opened_goes_there(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window, KEY.Key_N, CONTROL)
    desk.qtbot.keyClicks(desk.editor, "hello")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    assert not desk.port.asked(commands.SendMessage)
    desk.tell(events.ChatOpened(chat("c2")))
    assert desk.port.sent() == [commands.SendMessage("c2", (0,), "hello")]


def test_a_pane_asked_for_while_its_chat_is_opened_is_added_there(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window, KEY.Key_N, CONTROL)
    desk.qtbot.keyClick(desk.window, KEY.Key_T, CONTROL)
    assert not desk.port.asked(commands.AddPane)
    desk.tell(events.ChatOpened(chat("c2")))
    assert desk.port.asked(commands.AddPane) == [commands.AddPane("c2", 0)]
    desk.tell(events.ChatOpened(chat("c3")))
    assert len(desk.port.asked(commands.AddPane)) == 1


def test_a_pane_for_a_chat_that_never_comes_is_added_to_no_other(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window, KEY.Key_N, CONTROL)
    desk.qtbot.keyClick(desk.window, KEY.Key_T, CONTROL)
    desk.composer._leaving.timeout.emit()
    desk.tell(events.ChatOpened(chat("c3")))
    assert not desk.port.asked(commands.AddPane)


def test_what_is_typed_before_a_core_that_never_opens_is_there_at_the_next_start(
    empty_desk: Desk, qtbot: QtBot, tmp_path: Path, theme: Theme
) -> None:
    empty_desk.qtbot.keyClicks(empty_desk.editor, "do not lose me")
    empty_desk.tell(events.EngineFailed("The disk is full.", "Make room."))
    empty_desk.window.close()
    assert read_state(tmp_path).unsaved_text == "do not lose me"
    again = Desk(qtbot, tmp_path)
    assert again.editor.toPlainText() == "do not lose me"
    again.tell(ready(), events.ChatOpened(chat("c1")))
    assert commands.SaveDraft("c1", "do not lose me") in again.port.orders
    again.window.close()
    assert read_state(tmp_path).unsaved_text == ""


def test_escape_closes_find_and_lets_the_answer_go_on(desk: Desk) -> None:
    desk.tell(events.MessageAdded("c1", 0, message("m1", "user", "water")))
    desk.qtbot.keyClick(desk.window, KEY.Key_F, CONTROL)
    finding = desk.frame.panes.panes[0].need_transcript().finding
    desk.qtbot.waitUntil(finding.bar.line.hasFocus)
    desk.qtbot.keyClick(finding.bar.line, KEY.Key_Escape)
    assert finding.bar.isHidden()
    assert not desk.port.asked(commands.StopTurn)


def test_another_chat_closes_find(desk: Desk) -> None:
    desk.tell(events.MessageAdded("c1", 0, message("m1", "user", "water")))
    desk.qtbot.keyClick(desk.window, KEY.Key_F, CONTROL)
    finding = desk.frame.panes.panes[0].need_transcript().finding
    shown = chat("c2", ("key1/gpt-4o", (message("n1", "user", "fire"),)))
    desk.tell(events.ChatOpened(shown))
    assert finding.bar.isHidden()
