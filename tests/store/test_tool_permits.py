"""What was allowed for a chat: there after a restart, gone with the chat, and never made up."""

from __future__ import annotations

from pathlib import Path

from app.clock import Clock
from app.store.settings import Settings
from app.store.shelves import Shelves, open_shelves
from app.store.tool_permits import NAME, ToolPermits

PAGE = ("read_web_page", "example.org")


def test_what_was_allowed_is_there_after_a_restart_and_gone_with_its_chat(tmp_path: Path) -> None:
    shelves = open_shelves(tmp_path, Clock())
    chat = shelves.chats.create("c1", "Flour", [])
    for chat_id in (chat.id, "gone"):
        shelves.tool_permits.allow(chat_id, PAGE)
        shelves.tool_permits.allow(chat_id, PAGE)
    shelves.database.close()
    shelves = open_shelves(tmp_path, Clock())
    assert shelves.tool_permits.of(chat.id) == shelves.tool_permits.of("gone") == (PAGE,)
    shelves.tool_permits.forget_gone(shelves.chats.get)
    assert ToolPermits(shelves.settings).of("gone") == ()
    shelves.chats.hide(chat.id)
    shelves.tool_permits.forget_gone(shelves.chats.get)
    assert ToolPermits(shelves.settings).of(chat.id) == (PAGE,)
    shelves.tool_permits.take_back(chat.id, ("read_web_page", "another.org"))
    shelves.tool_permits.take_back(chat.id, PAGE)
    assert ToolPermits(shelves.settings).of(chat.id) == ()
    shelves.database.close()


def test_a_damaged_entry_allows_nothing(shelves: Shelves) -> None:
    for damaged in ("all", {"c": "all"}, {"c": [["read_web_page"], 5, ["a", 1]]}, [1], {"c": None}):
        shelves.settings.set(NAME, damaged)  # type: ignore[arg-type]
        assert ToolPermits(Settings(shelves.database)).of("c") == ()
