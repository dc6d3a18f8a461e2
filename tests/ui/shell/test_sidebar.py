"""The sidebar: chats by day with what they cost, search as one types, all by keyboard."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from app.seam import commands, events
from app.seam.views import Certainty, SearchHit
from app.ui.sidebar.chat_list import ChatList
from app.ui.sidebar.chat_model import (
    ROW_ROLE,
    Heading,
    group_rows,
    row_cost,
    tooltip,
    whole_cost,
)
from app.ui.sidebar.hits import HitList, split_marks
from app.ui.words import short_cost
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import GPT, chat, chat_row

KEY = Qt.Key


def select(desk: Desk, row: int) -> None:
    chats = desk.frame.sidebar.chats
    chats.setFocus()
    chats.setCurrentIndex(chats.model().index(row, 0))


def test_chats_stand_under_their_day_with_the_pinned_ones_first() -> None:
    rows = [chat_row("a", "A", pinned=True), chat_row("b", "B"), chat_row("c", "C", days=1),
            chat_row("d", "D", days=400)]  # fmt: skip
    today = rows[0].updated_at.astimezone().date()
    headings = [line.text for line in group_rows(rows, today) if isinstance(line, Heading)]
    assert headings[:3] == ["Pinned", "Today", "Yesterday"]
    assert headings[3].split()[-1].isdigit()


def test_a_chats_cost_says_whether_it_is_exact_estimated_free_or_unknown() -> None:
    assert short_cost(21 * 10**9, Certainty.EXACT) == "$0.021"
    assert short_cost(21 * 10**9, Certainty.ESTIMATED) == "~$0.021"
    assert short_cost(0, Certainty.EXACT) == "free"
    assert short_cost(None, Certainty.UNKNOWN) == "?"
    assert "not known" in tooltip(chat_row("a", "A", None, certainty=Certainty.UNKNOWN))


def test_a_chat_that_tokens_paid_is_not_called_free() -> None:
    paid = replace(chat_row("a", "A", 0), drawn_tokens=2_947)
    assert (row_cost(paid), whole_cost(paid)) == ("2,947 tokens", "2,947 tokens")
    both = replace(chat_row("b", "B", 21_000_000_000), drawn_tokens=208_412)
    assert row_cost(both) == "$0.021 + 208k tokens"
    assert "208,412 tokens" in tooltip(both)
    assert row_cost(chat_row("c", "C", 0)) == "free"


def test_a_click_opens_a_chat(desk: Desk) -> None:
    desk.tell(events.ChatsListed((chat_row("a", "A"), chat_row("b", "B"))))
    chats = desk.frame.sidebar.chats
    place = chats.visualRect(chats.model().index(2, 0)).center()
    desk.qtbot.mouseClick(chats.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.port.asked(commands.OpenChat) == [commands.OpenChat("b")]


def test_f2_renames_in_place(desk: Desk) -> None:
    desk.tell(events.ChatsListed((chat_row("a", "A"),)))
    select(desk, 1)
    desk.qtbot.keyClick(desk.frame.sidebar.chats, KEY.Key_F2)
    editor = desk.frame.sidebar.chats.viewport().findChild(QLineEdit)
    assert editor is not None
    desk.qtbot.keyClicks(editor, "Better name")
    desk.qtbot.keyClick(editor, KEY.Key_Return)
    desk.qtbot.waitUntil(lambda: bool(desk.port.asked(commands.RenameChat)))
    assert desk.port.asked(commands.RenameChat) == [commands.RenameChat("a", "Better name")]


def test_delete_can_be_undone_from_the_notice_and_by_key(desk: Desk) -> None:
    desk.tell(events.ChatsListed((chat_row("a", "A"),)))
    select(desk, 1)
    desk.qtbot.keyClick(desk.frame.sidebar.chats, KEY.Key_Delete)
    assert desk.port.asked(commands.DeleteChat) == [commands.DeleteChat("a")]
    desk.tell(events.Notice("info", "“A” was deleted.", undo_chat_id="a"))
    desk.qtbot.keyClick(desk.frame.sidebar.chats, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.port.asked(commands.RestoreChat) == [commands.RestoreChat("a")]


def test_deleting_the_open_chat_opens_a_new_one(desk: Desk) -> None:
    desk.tell(events.ChatsListed((chat_row("c1", "A"),)))
    desk.port.orders.clear()
    select(desk, 1)
    desk.qtbot.keyClick(desk.frame.sidebar.chats, KEY.Key_Delete)
    assert [type(order) for order in desk.port.orders] == [commands.DeleteChat, commands.NewChat]


def test_search_asks_as_one_types_and_a_hit_opens_its_message(desk: Desk) -> None:
    sidebar = desk.frame.sidebar
    desk.qtbot.keyClicks(sidebar.search, "lock")
    desk.qtbot.waitUntil(lambda: bool(desk.port.asked(commands.SearchChats)))
    asked = desk.port.asked(commands.SearchChats)[-1]
    assert isinstance(asked, commands.SearchChats)
    hit = SearchHit("a", "m7", "Postgres", "the row \x02lock\x03", datetime.now().astimezone())
    desk.tell(events.SearchFound(asked.serial, (hit,)))
    assert desk.frame.sidebar.findChild(HitList) is not None
    desk.qtbot.keyClick(sidebar.search, KEY.Key_Return)
    assert desk.port.asked(commands.OpenChat) == [commands.OpenChat("a", "m7")]


def test_hits_of_an_older_search_are_dropped(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.frame.sidebar.search, "lock")
    hit = SearchHit("a", "m7", "Postgres", "late", datetime.now().astimezone())
    desk.tell(events.SearchFound(1, (hit,)))
    assert desk.frame.sidebar.findChild(HitList) is None


def test_escape_clears_the_search(desk: Desk) -> None:
    search = desk.frame.sidebar.search
    search.setFocus()
    desk.qtbot.keyClicks(search, "lock")
    desk.qtbot.keyClick(search, KEY.Key_Escape)
    assert search.text() == ""


def test_the_marks_of_a_snippet_become_places_in_plain_text() -> None:
    text, marks = split_marks("one \x02two\x03 three \x02four\x03")
    assert text == "one two three four"
    assert [text[start : start + length] for start, length in marks] == ["two", "four"]


def test_a_snippet_with_broken_marks_loses_no_text() -> None:
    assert split_marks("a \x02b")[0] == "a b"
    assert split_marks("a\x03 b")[0] in ("a\x03 b", "a b")


def test_the_open_chat_is_selected_and_stays_so_when_others_change(desk: Desk) -> None:
    desk.tell(
        events.ChatsListed((chat_row("a", "A"), chat_row("b", "B"))),
        events.ChatOpened(chat("b", title="B")),
        events.ChatRowChanged(chat_row("a", "A2", streaming=True)),
    )
    selected = desk.frame.sidebar.chats.selectedIndexes()
    assert [index.data() for index in selected] == ["B"]


def test_a_thousand_chats_are_listed_at_once(desk: Desk) -> None:
    rows = tuple(chat_row(str(n), f"Chat {n}", n * 10**9, days=n // 10) for n in range(1000))
    began = time.thread_time()  # what other programs take of the processor is not counted
    desk.frame.sidebar.show_rows(rows)
    desk.frame.sidebar.chats.doItemsLayout()
    assert time.thread_time() - began < 0.25
    assert len(desk.frame.sidebar.chats.rows()) == 1000


def marked(desk: Desk) -> list[str]:
    """The titles of the rows that are drawn as chosen."""
    selected = desk.frame.sidebar.chats.selectionModel().selectedIndexes()
    return [index.data(ROW_ROLE).title for index in selected]


def open_first_of_two(desk: Desk) -> ChatList:
    desk.tell(
        events.ChatsListed((chat_row("a", "A"), chat_row("b", "B"))),
        events.ChatOpened(chat("a", title="A")),
    )
    return desk.frame.sidebar.chats


def test_the_menu_of_another_chat_leaves_the_open_one_marked(desk: Desk) -> None:
    chats = open_first_of_two(desk)
    place = chats.visualRect(chats.model().index(2, 0)).center()
    desk.qtbot.mouseClick(chats.viewport(), Qt.MouseButton.RightButton, pos=place)
    chats.customContextMenuRequested.emit(place)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    desk.qtbot.keyClick(menu, KEY.Key_Escape)
    assert marked(desk) == ["A"]
    assert not desk.port.asked(commands.OpenChat)


def test_a_row_that_the_keys_reached_is_marked_until_one_goes_elsewhere(desk: Desk) -> None:
    chats = open_first_of_two(desk)
    chats.setFocus()
    desk.qtbot.keyClick(chats, KEY.Key_Down)
    assert marked(desk) == ["B"]
    desk.editor.setFocus()
    assert marked(desk) == ["A"]


def test_a_press_that_ends_elsewhere_chooses_nothing(desk: Desk) -> None:
    chats = open_first_of_two(desk)
    below = chats.visualRect(chats.model().index(2, 0))
    desk.qtbot.mousePress(chats.viewport(), Qt.MouseButton.LeftButton, pos=below.center())
    desk.qtbot.mouseRelease(
        chats.viewport(), Qt.MouseButton.LeftButton, pos=below.center() + QPoint(0, 300)
    )
    assert marked(desk) == ["A"]


def test_another_chat_than_the_open_one_can_be_renamed_by_key(desk: Desk) -> None:
    chats = open_first_of_two(desk)
    chats.setFocus()
    desk.qtbot.keyClick(chats, KEY.Key_Down)
    desk.qtbot.keyClick(chats, KEY.Key_F2)
    editor = chats.viewport().findChild(QLineEdit)
    assert editor is not None
    desk.qtbot.keyClicks(editor, "Better")
    desk.qtbot.keyClick(editor, KEY.Key_Return)
    desk.qtbot.waitUntil(lambda: bool(desk.port.asked(commands.RenameChat)))
    assert desk.port.asked(commands.RenameChat) == [commands.RenameChat("b", "Better")]


def test_the_window_is_called_as_its_chat_is_from_the_moment_it_has_a_title(desk: Desk) -> None:
    desk.tell(events.ChatOpened(chat("a", title="New chat")))
    assert desk.window.windowTitle() == "New chat – Tuppence"
    desk.tell(events.ChatsListed((chat_row("b", "Other"), chat_row("a", "Locks"))))
    assert desk.window.windowTitle() == "Locks – Tuppence"
    desk.tell(events.ChatRowChanged(chat_row("b", "Else")))
    desk.tell(events.ChatRowChanged(chat_row("a", "Row locks")))
    assert desk.window.windowTitle() == "Row locks – Tuppence"


def test_a_deletion_outlives_other_notices_and_its_own(desk: Desk) -> None:
    desk.tell(events.ChatsListed((chat_row("b", "B"),)))
    notices = desk.frame.notices
    deleted = events.Notice("info", "“A” was deleted.", undo_chat_id="a")
    desk.tell(deleted, events.Notice("info", "Something else."))
    assert notices.isVisible()
    notices._close_button.click()
    # What was pushed aside comes back.
    assert notices.isVisible()
    assert notices._undo_button.isVisible()
    notices._close_button.click()
    assert not notices.isVisible()
    desk.frame.sidebar.chats.setFocus()
    desk.qtbot.keyClick(desk.frame.sidebar.chats, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.port.asked(commands.RestoreChat) == [commands.RestoreChat("a")]
    # Once is enough; then it is said that there is nothing more.
    desk.window.shortcuts.actions["restore_chat"].trigger()
    assert desk.port.asked(commands.RestoreChat) == [commands.RestoreChat("a")]
    assert notices.isVisible()


def test_a_fifth_pane_is_refused_in_passing_and_without_alarm(desk: Desk) -> None:
    desk.tell(events.ChatOpened(chat("c1", *((GPT, ()),) * 4)))
    desk.window.shortcuts.actions["add_pane"].trigger()
    assert not desk.port.asked(commands.AddPane)
    assert desk.frame.notices.isVisible()
    assert desk.frame.notices._timer.isActive()
