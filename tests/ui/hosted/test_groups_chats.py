"""Whose tokens are spent, in the window: the sidebar's chats, the switch, and the chip."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QApplication

from app.seam import commands, events, hosted
from tests.ui.hosted.group_samples import CREW, accounts
from tests.ui.hosted.test_groups import click, says
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import chat, chat_row


def rows(desk: Desk) -> list[str]:
    return [line.id for line in desk.frame.sidebar.chats.rows()]


def test_the_sidebar_shows_the_chats_of_whoever_pays_and_loses_none(desk: Desk) -> None:
    mine, shared, lost = chat_row("m", "m"), chat_row("s", "s"), chat_row("l", "l")
    shared = replace(shared, group_id=CREW.id, group_name="The Crew")
    lost = replace(lost, group_id="o_gone", group_name="Gone")
    desk.tell(accounts(CREW), events.ChatsListed((mine, shared, lost)))
    assert sorted(rows(desk)) == ["l", "m"]
    desk.tell(accounts(CREW, acts_for=CREW.id))
    assert rows(desk) == ["s"]
    assert says(desk.frame.sidebar, "Chats of The Crew")
    desk.tell(events.ChatRowChanged(replace(chat_row("new", "new"), group_id=CREW.id)))
    desk.tell(events.ChatRowChanged(replace(mine, title="Renamed")))
    assert sorted(rows(desk)) == ["new", "s"]
    # Whoever left it still finds its chats.
    desk.tell(accounts())
    assert sorted(rows(desk)) == ["l", "m", "new", "s"]
    assert not says(desk.frame.sidebar, "Chats of The Crew")


def test_a_chat_of_another_says_who_pays_and_lets_them(desk: Desk) -> None:
    shared = replace(chat_row("s", "Plans"), group_id=CREW.id, group_name="The Crew")
    desk.tell(accounts(CREW), events.ChatsListed((chat_row("c1", "c1"), shared)))
    desk.tell(events.ChatOpened(chat("s")))
    assert desk.port.asked(hosted.ActFor) == [hosted.ActFor(CREW.id)]
    text = "“Plans” belongs to The Crew: new messages in it are paid from those tokens."
    assert says(desk.frame.notices, text)
    before = len(desk.port.asked(commands.NewChat))
    desk.tell(accounts(CREW, acts_for=CREW.id))
    assert len(desk.port.asked(commands.NewChat)) == before
    desk.tell(accounts(CREW))
    # Switched away by hand: what is typed now is for a chat of whoever pays.
    assert len(desk.port.asked(commands.NewChat)) == before + 1


def test_what_is_typed_stays_when_the_payer_changes(desk: Desk) -> None:
    desk.tell(accounts(CREW))
    desk.qtbot.keyClicks(desk.editor, "Half a thought")
    before = len(desk.port.asked(commands.NewChat))
    desk.tell(accounts(CREW, acts_for=CREW.id))
    assert desk.editor.toPlainText() == "Half a thought"
    # The chat has no message yet: it goes along.
    assert len(desk.port.asked(commands.NewChat)) == before


def test_the_chip_leads_to_the_account_where_there_is_no_choice(desk: Desk) -> None:
    desk.tell(accounts())
    click(desk, desk.window, "account")
    assert QApplication.activePopupWidget() is None
    assert desk.port.asked(hosted.AskAccounts)
