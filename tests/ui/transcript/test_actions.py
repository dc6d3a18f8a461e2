"""What one can do with a card, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from app.seam.views import (
    CostLine,
    FaultView,
    MessageState,
    MessageView,
)
from app.ui.transcript.editor_view import EditorView
from app.ui.transcript.user_parts import BubbleView
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.cards import LEFT, footer, part


def test_the_buttons_come_with_the_pointer_and_move_nothing(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
    cost: CostLine,
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello", cost=cost)))
    before = [(card.geometry(), card.footer().geometry()) for card in view.cards.values()]
    card = view.cards[1]
    card.enterEvent(None)  # type: ignore[arg-type]
    assert footer(view, 1).buttons["regenerate"].isVisible()
    assert [(c.geometry(), c.footer().geometry()) for c in view.cards.values()] == before
    card.leaveEvent(None)  # type: ignore[arg-type]
    assert not footer(view, 1).buttons["regenerate"].isVisible()


@pytest.mark.parametrize(
    ("name", "signal"),
    [("regenerate", "regenerate_requested"), ("continue", "continue_requested")],
)
def test_buttons_of_an_answer_say_what_is_wanted_for_which_message(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
    name: str,
    signal: str,
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello")))
    view.cards[1].set_active(True)
    with qtbot.waitSignal(getattr(view, signal)) as caught:
        qtbot.mouseClick(footer(view, 1).buttons[name], LEFT)
    assert caught.args == ["m2"]


def test_tab_reaches_the_buttons_of_the_focused_card(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello")))
    view.activateWindow()
    view.cards[1].setFocus(Qt.FocusReason.TabFocusReason)
    copy = footer(view, 1).buttons["copy"]
    assert copy.isVisible()
    for _ in range(6):
        if copy.hasFocus():
            break
        qtbot.keyClick(QGuiApplication.focusObject(), Qt.Key.Key_Tab)
    assert copy.hasFocus()
    qtbot.keyClick(copy, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == "Hello"


def test_copy_takes_the_markdown_and_ctrl_c_on_a_card_does_the_same(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    text = "a **b**\n\n```py\nc\n```\n"
    view.show_messages((message(1, "Hi"), message(2, text)))
    view.cards[1].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view.cards[1], Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == text


def test_every_button_has_a_name(
    view: TranscriptView, message: Callable[..., MessageView], cost: CostLine
) -> None:
    text = "```py\nx\n```\n\n![p](https://p.example/q.png)"
    fault = FaultView("x", "Broke.", "Try.", "retry")
    view.show_messages(
        (
            message(1, "Hi"),
            message(2, text, cost=cost, thinking="t", fault=fault, siblings=("m2", "m9"),
                    state=MessageState.INCOMPLETE),
        )
    )  # fmt: skip
    view.cards[1].set_active(True)
    buttons = [b for b in view.findChildren(QAbstractButton) if b.isVisible()]
    assert len(buttons) > 8
    assert all(button.accessibleName() or button.text() for button in buttons)


def test_editing_sends_the_new_text_and_closes_the_editor(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello")))
    view.cards[0].set_active(True)
    qtbot.mouseClick(footer(view, 0).buttons["edit"], LEFT)
    editor = part(view, 0, EditorView)
    assert isinstance(editor, EditorView)
    assert editor.text.toPlainText() == "Hi"
    qtbot.keyClicks(editor.text, " there")
    with qtbot.waitSignal(view.edit_requested) as caught:
        qtbot.keyClick(editor.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert caught.args == ["m1", "Hi there"]
    assert not editor.send_button.isEnabled()
    view.add_message(message(3, "Hi there", parent_id=None))
    assert [message.text for message in view.messages] == ["Hi there"]
    assert any(isinstance(widget, BubbleView) for widget in view.cards[0].widgets())


def test_a_new_version_that_is_refused_stays_to_be_changed(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello")))
    view.start_editing("m1")
    editor = part(view, 0, EditorView)
    assert isinstance(editor, EditorView)
    qtbot.keyClicks(editor.text, " there")
    qtbot.mouseClick(editor.send_button, LEFT)
    view.keep_editing()
    qtbot.keyClicks(editor.text, "!")
    with qtbot.waitSignal(view.edit_requested) as caught:
        qtbot.mouseClick(editor.send_button, LEFT)
    assert caught.args == ["m1", "Hi there!"]


def test_escape_leaves_the_message_as_it_was(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello")))
    view.start_editing("m1")
    editor = part(view, 0, EditorView)
    assert isinstance(editor, EditorView)
    qtbot.keyClicks(editor.text, "!!")
    with qtbot.assertNotEmitted(view.edit_requested):
        qtbot.keyClick(editor.text, Qt.Key.Key_Escape)
    bubble = part(view, 0, BubbleView)
    assert isinstance(bubble, BubbleView)
    assert bubble.body.toPlainText() == "Hi"


def test_what_was_changed_outlives_its_widget(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    talk = (message(1, "Hi"), message(2, "Hello"))
    view.show_messages(talk)
    view.start_editing("m1")
    editor = part(view, 0, EditorView)
    assert isinstance(editor, EditorView)
    qtbot.keyClicks(editor.text, " there")
    view.show_messages(talk)  # as when another pane comes beside it
    again = part(view, 0, EditorView)
    assert isinstance(again, EditorView)
    assert again.text.toPlainText() == "Hi there"
    qtbot.keyClick(again.text, Qt.Key.Key_Escape)
    view.start_editing("m1")
    third = part(view, 0, EditorView)
    assert isinstance(third, EditorView)
    assert third.text.toPlainText() == "Hi"


def test_an_answer_that_arrives_does_not_disturb_the_editor(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "", state=MessageState.STREAMING)))
    view.start_editing("m1")
    editor = part(view, 0, EditorView)
    assert isinstance(editor, EditorView)
    qtbot.keyClicks(editor.text, " and more")
    view.append_text("m2", "text\n\n" * 30)
    view.flush()
    view.change_message(message(2, "text\n\n" * 30))
    assert editor.text.toPlainText() == "Hi and more"
