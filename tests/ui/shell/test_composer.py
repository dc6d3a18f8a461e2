"""The composer: nothing typed is lost, the cost is there before it is sent."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton, QToolButton

from app.seam import commands, events
from app.seam.quote_views import QuoteView
from app.seam.views import AttachmentView, Certainty, FaultView, MessageState, SettingsView
from app.ui.composer.chips import Chip
from app.ui.composer.quote_line import make_forms
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import CLAUDE, GPT, chat, message, quote

KEY = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def type_text(desk: Desk, text: str) -> None:
    desk.qtbot.keyClicks(desk.editor, text)


def newest_quote_serial(desk: Desk) -> int:
    desk.qtbot.waitUntil(lambda: bool(desk.port.asked(commands.AskQuote)))
    desk.qtbot.wait(40)
    last = desk.port.asked(commands.AskQuote)[-1]
    assert isinstance(last, commands.AskQuote)
    return last.serial


def test_enter_sends_and_the_field_empties_only_when_the_message_is_stored(desk: Desk) -> None:
    type_text(desk, "hello")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    assert desk.port.sent() == [commands.SendMessage("c1", (0,), "hello")]
    assert desk.editor.toPlainText() == "hello"
    desk.tell(events.SendAccepted("c1"))
    assert desk.editor.toPlainText() == ""


def test_shift_and_enter_breaks_the_line(desk: Desk) -> None:
    type_text(desk, "one")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return, SHIFT)
    type_text(desk, "two")
    assert desk.editor.toPlainText() == "one\ntwo"
    assert not desk.port.asked(commands.SendMessage)


def test_where_enter_breaks_the_line_control_and_enter_sends(desk: Desk) -> None:
    desk.tell(events.SettingsChanged(SettingsView(enter_sends=False)))
    type_text(desk, "one")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    assert not desk.port.asked(commands.SendMessage)
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return, CONTROL)
    assert desk.port.asked(commands.SendMessage)


def test_what_is_typed_while_a_message_is_on_its_way_stays(desk: Desk) -> None:
    type_text(desk, "first")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    type_text(desk, " and more")
    desk.tell(events.SendAccepted("c1"))
    assert desk.editor.toPlainText() == " and more"


def test_the_same_message_is_not_sent_twice_while_it_is_on_its_way(desk: Desk) -> None:
    type_text(desk, "once")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    assert len(desk.port.asked(commands.SendMessage)) == 1


def test_an_empty_field_sends_nothing(desk: Desk) -> None:
    type_text(desk, "   ")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    assert not desk.port.asked(commands.SendMessage)


def test_a_refusal_keeps_the_text_and_offers_a_way_on(desk: Desk) -> None:
    type_text(desk, "precious")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    fault = FaultView("KeyRefused", "Your key was refused.", "Add another.", "retry")
    desk.tell(events.SendRefused("c1", 0, fault))
    assert desk.editor.toPlainText() == "precious"
    retry = next(b for b in desk.composer.findChildren(QPushButton) if b.text() == "Try again")
    desk.qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)
    assert len(desk.port.asked(commands.SendMessage)) == 2


def test_a_draft_is_saved_within_half_a_second_though_typing_goes_on(desk: Desk) -> None:
    began = time.monotonic()
    while not desk.port.asked(commands.SaveDraft) and time.monotonic() - began < 2:
        type_text(desk, "x")
        desk.qtbot.wait(40)
    assert desk.port.asked(commands.SaveDraft)
    assert time.monotonic() - began < 0.6


def test_what_was_sent_is_no_draft_though_it_was_saved_while_it_was_on_its_way(desk: Desk) -> None:
    type_text(desk, "hello")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    type_text(desk, " again")
    desk.composer.save_draft_now()
    assert desk.port.asked(commands.SaveDraft)[-1] == commands.SaveDraft("c1", "hello again")
    desk.tell(events.SendAccepted("c1"))
    assert desk.port.asked(commands.SaveDraft)[-1] == commands.SaveDraft("c1", " again")


def test_a_message_that_was_accepted_leaves_no_draft_behind(desk: Desk) -> None:
    type_text(desk, "hello")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    desk.tell(events.SendAccepted("c1"))
    assert desk.port.asked(commands.SaveDraft)[-1] == commands.SaveDraft("c1", "")


def test_another_chat_brings_its_own_draft_and_the_old_one_is_saved_first(desk: Desk) -> None:
    type_text(desk, "for c1")
    desk.tell(events.ChatOpened(chat("c2", draft="for c2")))
    assert desk.editor.toPlainText() == "for c2"
    assert commands.SaveDraft("c1", "for c1") in desk.port.orders


def test_the_same_chat_opened_again_leaves_what_is_typed(desk: Desk) -> None:
    type_text(desk, "typing")
    desk.tell(events.ChatOpened(chat("c1", draft="older")))
    assert desk.editor.toPlainText() == "typing"


def test_the_quote_stands_beside_send(desk: Desk) -> None:
    type_text(desk, "hello")
    desk.tell(events.QuoteReady(newest_quote_serial(desk), "c1", (quote(),)))
    assert desk.composer.box.quote.text() == (
        "about 2,950 tokens in · $0.0060 · at most $0.017 · your OpenAI key"
    )


def test_a_late_quote_is_dropped(desk: Desk) -> None:
    type_text(desk, "a")
    late = newest_quote_serial(desk)
    type_text(desk, "b")
    newest = newest_quote_serial(desk)
    assert newest > late
    desk.tell(events.QuoteReady(late, "c1", (quote(),)))
    assert desk.composer.box.quote.text() == ""


def test_the_quotes_of_several_panes_are_summed_and_told_apart_in_the_tooltip(desk: Desk) -> None:
    desk.tell(events.ChatOpened(chat("c1", (GPT, ()), (CLAUDE, ()))))
    type_text(desk, "hello")
    both = (
        quote(0, tokens=100, likely=10**9, most=2 * 10**9),
        quote(1, tokens=110, likely=3 * 10**9, most=5 * 10**9, name="Claude Sonnet"),
    )
    desk.tell(events.QuoteReady(newest_quote_serial(desk), "c1", both))
    line = desk.composer.box.quote
    assert line.text().startswith("about 210 tokens in · $0.0040 · at most $0.0070")
    assert "Claude Sonnet" in line.toolTip()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (quote(certainty=Certainty.EXACT), "2,947 tokens in · about $0.0060"),
        (quote(likely=None, most=None), "about 2,950 tokens in · price unknown"),
        (quote(likely=0, most=0, payer="this computer"),
         "about 2,950 tokens in · free · this computer"),
        (quote(blocked="The conversation is too long."),
         "about 2,950 tokens in · $0.0060 · Send will refuse: The conversation is too long."),
        (quote(blocked="Too long.", certainty=Certainty.EXACT),
         "2,947 tokens in · about $0.0060 · Send will refuse: Too long."),
    ],
    ids=["exact", "unknown", "free", "blocked", "blocked and exact"],
)  # fmt: skip
def test_exact_estimated_free_and_unknown_are_told_apart(asked: object, said: str) -> None:
    text = "".join(piece for piece, _ in make_forms([asked])[0])  # type: ignore[list-item]
    assert text.startswith(said)


def test_an_estimate_is_about_in_every_form_of_the_line() -> None:
    def said(asked: QuoteView) -> list[str]:
        return ["".join(piece for piece, _ in form) for form in make_forms([asked])]

    assert said(quote())[-1] == "about $0.0060"
    assert said(quote(blocked="Too long."))[1:] == [
        "about $0.0060 · Send will refuse: Too long.",
        "about $0.0060 · Send will refuse",
        "Send will refuse",
    ]
    assert said(quote(likely=0, most=0))[-1] == "free"
    assert said(quote(likely=None, most=None))[-1] == "price unknown"


def test_with_two_panes_one_can_send_to_one_of_them(desk: Desk) -> None:
    desk.tell(events.ChatOpened(chat("c1", (GPT, ()), (CLAUDE, ()))))
    type_text(desk, "hello")
    desk.composer.box.target.choose(1)
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    assert desk.port.sent() == [commands.SendMessage("c1", (1,), "hello")]


def test_a_dropped_file_becomes_a_chip_and_goes_with_the_message(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("x")
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(path))])
    desk.editor.insertFromMimeData(dropped)
    (order,) = desk.port.asked(commands.AttachFile)
    assert order == commands.AttachFile(1, "c1", "notes.txt", str(path))
    desk.tell(events.FileAttached(1, "c1", AttachmentView("f1", "notes.txt", "text/plain", 1)))
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    assert desk.port.sent() == [commands.SendMessage("c1", (0,), "", ("f1",))]


def test_a_pasted_picture_is_attached_as_png(desk: Desk) -> None:
    pasted = QMimeData()
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    pasted.setImageData(picture)
    desk.editor.insertFromMimeData(pasted)
    (order,) = desk.port.asked(commands.AttachFile)
    assert isinstance(order, commands.AttachFile)
    assert order.content.startswith(b"\x89PNG")
    assert order.media_type == "image/png"


def test_a_file_that_cannot_go_along_says_so_in_its_place(desk: Desk) -> None:
    desk.composer.add_files(["/nowhere/huge.bin"])
    desk.tell(events.FileRefused(1, "c1", "huge.bin", "This file is too large.", ""))
    chip = desk.composer.findChild(Chip)
    assert "too large" in desk.composer.findChildren(Chip)[-1].accessibleName()
    assert chip is not None
    assert desk.composer.attachment_ids() == ()


def test_a_removed_file_does_not_go_along(desk: Desk) -> None:
    desk.composer.add_files(["/somewhere/a.txt"])
    desk.tell(events.FileAttached(1, "c1", AttachmentView("f1", "a.txt", "text/plain", 1)))
    close = desk.composer.box.chips.findChildren(QToolButton)[-1]
    desk.qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert desk.composer.attachment_ids() == ()


def test_the_field_grows_to_twelve_lines_and_no_further(desk: Desk) -> None:
    low = desk.editor.height()
    desk.editor.setPlainText("\n".join("line" for _ in range(8)))
    middle = desk.editor.height()
    desk.editor.setPlainText("\n".join("line" for _ in range(12)))
    high = desk.editor.height()
    desk.editor.setPlainText("\n".join("line" for _ in range(40)))
    assert low < middle < high == desk.editor.height()


def test_the_up_key_in_an_empty_field_edits_the_last_message(desk: Desk) -> None:
    asked = message("m1", "user", "old question")
    answer = message("m2", "assistant", "an answer", parent="m1")
    desk.tell(events.ChatOpened(chat("c1", (GPT, (asked, answer)))))
    desk.editor.setFocus()
    desk.qtbot.keyClick(desk.editor, KEY.Key_Up)
    from PySide6.QtWidgets import QApplication

    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus is not desk.editor


def test_stop_stands_beside_send_while_an_answer_is_written(desk: Desk) -> None:
    running = message("m2", "assistant", "…", state=MessageState.STREAMING)
    desk.tell(events.MessageAdded("c1", 0, running))
    desk.qtbot.mouseClick(desk.composer.box.stop_button, Qt.MouseButton.LeftButton)
    assert desk.port.asked(commands.StopTurn)
    done = message("m2", "assistant", "…", state=MessageState.INTERRUPTED)
    desk.tell(events.MessageChanged("c1", 0, done, settled=True))
    assert desk.composer.box.stop_button.isHidden()


def test_a_long_reason_shrinks_and_its_chip_can_still_be_removed(desk: Desk) -> None:
    desk.composer.add_files(["/somewhere/film.bin"])
    why = "“film.bin” is neither text nor an image that models can see. " * 6
    desk.tell(events.FileRefused(1, "c1", "film.bin", why, ""))
    chip = desk.composer.box.chips.findChildren(QToolButton)[-1]
    desk.qtbot.waitUntil(chip.isVisible)
    right = chip.mapTo(desk.composer, chip.rect().topRight()).x()
    assert right <= desk.composer.width()
    assert desk.window.width() == 1440


def test_what_could_not_go_along_is_not_shown_after_the_message_was_sent(desk: Desk) -> None:
    desk.composer.add_files(["/somewhere/film.bin"])
    desk.tell(events.FileRefused(1, "c1", "film.bin", "It is too large.", ""))
    desk.qtbot.keyClicks(desk.editor, "hello")
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Return)
    desk.tell(events.SendAccepted("c1"))
    assert not desk.composer.box.chips.isVisible()


def test_a_price_that_takes_its_time_is_said_to_be_counted(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.editor, "hello")
    line = desk.composer.box.quote
    desk.qtbot.waitUntil(lambda: line.text() == "counting …")
    desk.editor.clear()
    desk.qtbot.waitUntil(lambda: line.text() == "")
