"""A long text that is pasted is a file at once, and text again where that is wanted."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QPushButton

from app.seam import commands, events
from app.seam.views import AttachmentView, DraftView
from app.ui.composer.chips import LINE_CHARS_MAX
from app.ui.composer.editor import LONG_TEXT_CHARS
from app.ui.composer.gradual_insert import PIECE_CHARS
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import GPT, chat

TEXT = "marmalade and toast for breakfast, please\n" * 120_000  # 5 MB


def paste(desk: Desk, text: str) -> None:
    pasted = QMimeData()
    pasted.setText(text)
    desk.editor.insertFromMimeData(pasted)


def paste_as_file(desk: Desk, text: str) -> None:
    """Paste, and have the core answer that the file is there."""
    paste(desk, text)
    size = len(text.encode("utf-8", "replace"))
    view = AttachmentView("f1", "Pasted text.txt", "text/plain", size)
    desk.tell(events.FileAttached(1, "c1", view))


def way_back(desk: Desk) -> QPushButton | None:
    buttons = desk.composer.findChildren(QPushButton)
    shown = [one for one in buttons if one.text() == "Show in the message"]
    return shown[0] if shown else None


def show_in_message(desk: Desk) -> None:
    button = way_back(desk)
    assert button is not None
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_long_text_becomes_a_file_and_the_field_stays_as_it_was(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.editor, "Look: ")
    paste_as_file(desk, TEXT)
    (order,) = desk.port.asked(commands.AttachFile)
    assert isinstance(order, commands.AttachFile)
    assert order.content == TEXT.encode()
    assert desk.editor.toPlainText() == "Look: "
    assert desk.editor.document().blockCount() == 1
    assert desk.composer.attachment_ids() == ("f1",)


@pytest.mark.parametrize(("length", "as_file"), [(LONG_TEXT_CHARS, 0), (LONG_TEXT_CHARS + 1, 1)])
def test_what_is_long_begins_at_fifty_thousand_characters(
    desk: Desk, length: int, as_file: int
) -> None:
    assert LONG_TEXT_CHARS == 50_000
    paste(desk, "line\n" * (length // 5) + "x" * (length % 5))
    assert len(desk.port.asked(commands.AttachFile)) == as_file
    assert len(desk.editor.toPlainText()) == (0 if as_file else length)


def test_half_a_character_does_not_keep_a_text_from_being_pasted(desk: Desk) -> None:
    paste(desk, "a\n" * 30_000 + "\ud83d")
    assert len(desk.port.asked(commands.AttachFile)) == 1


def test_shown_in_the_message_it_comes_in_pieces_and_is_no_file_any_more(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.editor, "Look: ")
    paste_as_file(desk, TEXT)
    sizes = [desk.editor.document().characterCount()]
    desk.editor.document().contentsChange.connect(
        lambda at, removed, added: sizes.append(desk.editor.document().characterCount())
    )
    show_in_message(desk)
    assert desk.composer.attachment_ids() == ()
    desk.qtbot.waitUntil(lambda: not desk.editor.is_inserting())
    steps = [after - before for before, after in itertools.pairwise(sizes)]
    assert max(steps) <= PIECE_CHARS
    assert len(steps) >= len(TEXT) // PIECE_CHARS
    assert desk.composer.text() == "Look: " + TEXT
    desk.editor.undo()
    assert desk.composer.text() == "Look: "


def test_neither_draft_nor_quote_wants_it_whole_before_it_is(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.editor, "Look: ")
    paste_as_file(desk, TEXT)
    show_in_message(desk)
    desk.composer._draft_pause.timeout.emit()
    desk.composer._quote_pause.timeout.emit()
    assert desk.editor.is_inserting()


def test_while_it_comes_nothing_is_typed_into_it_and_nothing_is_sent(desk: Desk) -> None:
    paste_as_file(desk, TEXT)
    show_in_message(desk)
    assert desk.editor.is_inserting()
    desk.qtbot.keyClicks(desk.editor, "x")
    desk.composer.send()
    assert not desk.port.asked(commands.SendMessage)
    desk.qtbot.waitUntil(lambda: not desk.editor.is_inserting())
    assert desk.composer.text() == TEXT
    assert not desk.editor.isReadOnly()
    desk.composer.send()
    (sent,) = desk.port.asked(commands.SendMessage)
    assert isinstance(sent, commands.SendMessage)
    assert sent.text == TEXT


def test_a_draft_that_is_saved_while_it_comes_has_all_of_it(desk: Desk) -> None:
    paste_as_file(desk, TEXT)
    show_in_message(desk)
    desk.composer.save_draft_now()
    saved = desk.port.asked(commands.SaveDraft)[-1]
    assert isinstance(saved, commands.SaveDraft)
    assert saved.text == TEXT


def test_another_chat_gets_nothing_of_what_still_comes(desk: Desk) -> None:
    paste_as_file(desk, TEXT)
    show_in_message(desk)
    desk.tell(events.ChatOpened(chat("c2", (GPT, ()))))
    desk.qtbot.waitUntil(lambda: not desk.editor.is_inserting())
    assert desk.composer.text() == ""


def test_one_line_that_no_field_can_lay_out_stays_a_file(desk: Desk) -> None:
    paste_as_file(desk, "x" * (LINE_CHARS_MAX + 1))
    assert way_back(desk) is None
    assert desk.composer.attachment_ids() == ("f1",)


def test_a_file_of_a_draft_offers_no_way_back(desk: Desk) -> None:
    view = AttachmentView("f1", "Pasted text.txt", "text/plain", 70_000)
    desk.composer.show_draft(DraftView("", (view,)))
    assert way_back(desk) is None
