"""The virtual column: few cards, a still anchor, the end that stays in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QTextBrowser, QToolButton
from pytestqt.qtbot import QtBot

from app.seam.views import MessageState, MessageView
from app.ui.theme import Theme
from app.ui.transcript.user_parts import BubbleView
from app.ui.transcript.view import TranscriptView

TEXT = "Some words of an answer that fill more than one line of the card. " * 4


def chat(message: Callable[..., MessageView], count: int) -> tuple[MessageView, ...]:
    return tuple(
        message(number, f"{number}: {TEXT * (1 + number % 5)}") for number in range(1, count + 1)
    )


def top_on_screen(view: TranscriptView, index: int) -> int:
    return view.cards[index].y()


def test_ten_thousand_messages_make_only_the_cards_near_the_eye(
    view: TranscriptView,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages(chat(message, 10_000))
    assert len(view.cards) < 20
    assert view.at_end
    assert "m10000" in view.visible_message_ids()


@pytest.mark.parametrize("target", [1, 40, 77, 200])
def test_scrolling_to_a_message_brings_its_beginning_to_the_top(
    view: TranscriptView,
    message: Callable[..., MessageView],
    target: int,
) -> None:
    view.show_messages(chat(message, 200))
    view.scroll_to(f"m{target}")
    assert f"m{target}" in view.visible_message_ids()
    at_end = view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    assert at_end or 0 <= top_on_screen(view, target - 1) <= 40


def test_opening_at_a_message_shows_it_at_once(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    view.show_messages(chat(message, 500), "m250")
    assert "m250" in view.visible_message_ids()


def test_the_card_under_the_eye_stays_still_when_heights_above_are_corrected(
    view: TranscriptView,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages(chat(message, 300), "m150")
    bar = view.verticalScrollBar()
    for _ in range(60):
        seen = view.visible_indices()[-1]
        before = top_on_screen(view, seen)
        bar.setValue(bar.value() - 37)
        assert top_on_screen(view, seen) == before + 37


def test_preparing_cards_while_idle_moves_nothing_that_is_seen(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages(chat(message, 300), "m150")
    before = {index: top_on_screen(view, index) for index in view.visible_indices()}
    qtbot.wait(200)
    assert {index: top_on_screen(view, index) for index in before} == before
    assert len(view.cards) > len(before)


def test_the_end_stays_in_view_while_an_answer_grows(
    view: TranscriptView,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((*chat(message, 21), message(22, "", state=MessageState.STREAMING)))
    for _ in range(30):
        view.append_text("m22", TEXT + "\n\n")
        view.flush()
        assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_a_reader_who_scrolled_up_is_left_in_peace_and_can_jump_back(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((*chat(message, 21), message(22, "", state=MessageState.STREAMING)))
    bar = view.verticalScrollBar()
    bar.setValue(bar.value() - 900)
    seen = view.visible_indices()[0]
    before = top_on_screen(view, seen)
    for _ in range(10):
        view.append_text("m22", TEXT + "\n\n")
        view.flush()
    assert top_on_screen(view, seen) == before
    assert view.overlay.jump_button.isVisible()
    qtbot.mouseClick(view.overlay.jump_button, Qt.MouseButton.LeftButton)
    assert view.at_end
    assert not view.overlay.jump_button.isVisible()


def test_a_new_message_replaces_everything_after_its_parent(
    view: TranscriptView,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages(chat(message, 6))
    view.add_message(message(9, "other way", parent_id="m4"))
    assert [shown.id for shown in view.messages] == ["m1", "m2", "m3", "m4", "m9"]
    view.add_message(message(10, "answer", parent_id="m9"))
    assert view.visible_message_ids()[-1] == "m10"


def test_a_narrower_view_keeps_the_card_under_the_eye(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages(chat(message, 200), "m100")
    view.resize(360, 640)
    qtbot.wait(300)
    assert "m100" in view.visible_message_ids()


def test_zoom_measures_everything_again_and_keeps_the_place(
    view: TranscriptView,
    theme: Theme,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages(chat(message, 200), "m100")
    before = view.heights[99]
    theme.set_zoom(150)
    assert view.heights[99] > before
    assert "m100" in view.visible_message_ids()


def test_a_card_is_no_taller_for_having_been_recycled(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    messages = tuple(
        message(n, f"text {n}\n\n```py\nx = {n}\n```\n\n| a |\n|---|\n| {n} |\n\n" * (n % 3 + 1))
        for n in range(1, 61)
    )
    view.show_messages(messages)
    view.scroll_to("m30")
    first = view.heights[29]
    for target in (60, 1, 45, 10):
        view.scroll_to(f"m{target}")
    view.scroll_to("m30")
    assert view.heights[29] == first


def test_arrows_go_from_card_to_card_and_keys_scroll(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages(chat(message, 50))
    view.activateWindow()
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.verticalScrollBar().value() == 0
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.focused_index() == 0
    qtbot.keyClick(view.cards[0], Qt.Key.Key_Down)
    assert view.focused_index() == 1
    qtbot.keyClick(view.cards[1], Qt.Key.Key_Up)
    assert view.focused_index() == 0
    qtbot.keyClick(view.cards[0], Qt.Key.Key_PageDown)
    assert view.verticalScrollBar().value() > 400
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.at_end


def test_every_card_has_a_name_for_screen_readers(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "a question"), message(2, "an answer", model_name="GPT")))
    assert view.cards[0].accessibleName() == "You: a question"
    assert view.cards[1].accessibleName() == "GPT: an answer"


def test_a_text_leaves_the_wheel_to_the_column(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    view.show_messages(chat(message, 50))
    bar = view.verticalScrollBar()
    before = bar.value()
    text = view.cards[49].findChild(QTextBrowser).viewport()
    for target in (text, view.viewport()):  # Qt itself goes from one to the other
        place = QPointF(5, 5)
        event = QWheelEvent(
            place, target.mapToGlobal(place), QPoint(0, 0), QPoint(0, 120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(target, event)
        assert event.isAccepted() == (target is view.viewport())
    assert bar.value() < before


def test_a_chat_that_is_shown_again_stays_where_the_reader_is(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    messages = chat(message, 100)
    view.show_messages(messages, "m40")
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() + 55)
    seen = view.visible_message_ids()
    before = top_on_screen(view, view.visible_indices()[0])
    view.show_messages((*messages, message(101, "new")))
    assert view.visible_message_ids() == seen
    assert top_on_screen(view, view.visible_indices()[0]) == before


def test_another_chat_is_shown_at_its_end(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    view.show_messages(chat(message, 100), "m40")
    view.show_messages(tuple(message(n, TEXT, id=f"x{n}") for n in range(1, 60)))
    assert view.at_end


def test_a_chat_that_one_comes_back_to_is_where_it_was_left(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    first = chat(message, 100)
    second = tuple(message(n, TEXT, id=f"x{n}") for n in range(1, 60))
    view.show_messages(first, "m40")
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() + 55)
    seen = view.visible_message_ids()
    before = top_on_screen(view, view.visible_indices()[0])
    view.show_messages(second)
    view.show_messages(())
    view.show_messages((*first, message(101, "new")))
    assert view.visible_message_ids() == seen
    assert top_on_screen(view, view.visible_indices()[0]) == before
    view.show_messages(second)
    assert view.at_end
    view.show_messages(first, "m70")
    assert "m70" in view.visible_message_ids()


def test_a_chat_that_is_left_at_its_end_is_shown_there_with_what_is_new(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    first = chat(message, 100)
    view.show_messages(first, "m40")
    view.go_to_end()
    view.show_messages((message(1, TEXT, id="x1"),))
    view.show_messages((*first, message(101, "new")))
    assert view.at_end
    view.show_messages((message(1, TEXT, id="x1"),))
    view.show_messages(first[:30])
    assert view.at_end


def test_no_messages_are_shown_as_nothing(view: TranscriptView) -> None:
    view.show_messages(())
    assert view.visible_message_ids() == ()
    assert not view.overlay.jump_button.isVisible()


def test_below_a_question_there_are_eighteen_pixels_and_its_buttons_fit_into_them(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    question, answer = chat(message, 2)
    view.show_messages((replace(question, role="user"), answer))
    bubble = view.cards[0].findChild(BubbleView)
    assert bubble is not None
    below = bubble.mapTo(view.viewport(), QPoint(0, bubble.height())).y()
    assert view.cards[1].y() - below == 18
    view.cards[0].set_active(True)
    copy = view.cards[0].findChild(QToolButton)
    assert copy is not None
    assert copy.height() == 18
    assert copy.iconSize().height() == 14
