from __future__ import annotations

from datetime import timedelta

import pytest

from app.errors import StoreError
from app.store.records import ChatGroup, PaneRecord, State
from app.store.shelves import Shelves
from app.store.sums import rebuild_sums
from tests.store.given import Records, SetClock


def titles(shelves: Shelves) -> list[str]:
    return [chat.title for chat in shelves.chats.rows()]


def test_pinned_chats_come_first_then_the_newest(shelves: Shelves, set_clock: SetClock) -> None:
    for title in ("old", "new"):
        set_clock.advance(minutes=1)
        shelves.chats.create(title, title, [])
    shelves.chats.pin("old", True)
    assert titles(shelves) == ["old", "new", "A chat"]


def test_a_touched_chat_moves_up_and_a_clock_set_back_moves_none_down(
    shelves: Shelves, set_clock: SetClock
) -> None:
    set_clock.advance(minutes=1)
    shelves.chats.create("new", "new", [])
    shelves.chats.touch("chat", set_clock.at + timedelta(minutes=1))
    assert titles(shelves) == ["A chat", "new"]
    shelves.chats.touch("chat", set_clock.at - timedelta(days=9))
    assert titles(shelves) == ["A chat", "new"]


def test_a_title_of_the_users_own_is_never_replaced(shelves: Shelves) -> None:
    shelves.chats.rename("chat", "Mine", own=True)
    shelves.chats.rename("chat", "Found by itself", own=False)
    chat = shelves.chats.get("chat")
    assert (chat.title, chat.title_is_own) == ("Mine", True)


def test_a_hidden_chat_is_out_of_the_list_and_can_come_back(shelves: Shelves) -> None:
    shelves.chats.hide("chat")
    assert titles(shelves) == []
    assert shelves.chats.get("chat").hidden_at is not None
    shelves.chats.restore("chat")
    assert titles(shelves) == ["A chat"]


def test_purging_deletes_what_was_hidden_long_ago_and_keeps_its_spend(
    shelves: Shelves, records: Records, set_clock: SetClock
) -> None:
    done = records.message("answer", state=State.COMPLETE)
    shelves.messages.finish(done, [records.usage("call")], None)
    shelves.chats.hide("chat")
    set_clock.advance(days=31)
    shelves.chats.create("young", "young", [])
    shelves.chats.hide("young")
    assert shelves.chats.purge_hidden(set_clock.at - timedelta(days=30)) == 1
    assert shelves.chats.get("chat") is None
    assert shelves.chats.get("young") is not None
    assert shelves.messages.get("answer") is None
    spent = shelves.usage.totals(records.noon, records.noon + timedelta(days=1))
    assert spent.total_pusd == 1_000_000
    assert shelves.database.integrity() == ()


def test_a_chat_of_thousands_in_one_line_can_be_purged(
    shelves: Shelves, records: Records, set_clock: SetClock
) -> None:
    with shelves.database.transaction():
        for number in range(3000):
            parent = f"m{number - 1}" if number else None
            shelves.messages.add(records.message(f"m{number}", parent))
    shelves.chats.hide("chat")
    assert shelves.chats.purge_hidden(set_clock.at + timedelta(days=1)) == 1
    assert shelves.database.rows("SELECT count(*) FROM messages") == [(0,)]


def test_panes_are_replaced_together(shelves: Shelves) -> None:
    panes = (PaneRecord(0, "key/a", None), PaneRecord(1, "key/b", "leaf"))
    shelves.chats.set_panes("chat", panes)
    assert shelves.chats.get("chat").panes == panes


def test_a_pane_gets_another_leaf_and_another_model(shelves: Shelves) -> None:
    shelves.chats.set_leaf("chat", 0, "leaf")
    shelves.chats.set_model("chat", 0, "key/other")
    assert shelves.chats.get("chat").panes == (PaneRecord(0, "key/other", "leaf"),)


def test_a_pane_that_is_not_there_is_an_error(shelves: Shelves) -> None:
    with pytest.raises(StoreError):
        shelves.chats.set_leaf("chat", 3, "leaf")


def test_sums_count_each_answer_once_and_can_be_rebuilt(shelves: Shelves, records: Records) -> None:
    calls = {
        "one": [records.usage("1", "one", cost_pusd=5), records.usage("2", "one", cost_pusd=6)],
        "two": [
            records.usage("3", "two", cost_pusd=None),
            records.usage("4", "two", cost_pusd=None),
        ],
        "three": [records.usage("5", "three", certainty="estimated", cost_pusd=9)],
    }
    for id_, usage in calls.items():
        shelves.messages.finish(records.message(id_), usage, None)
    kept = shelves.chats.get("chat")
    assert (kept.total_pusd, kept.unpriced, kept.estimated) == (20, 1, 1)
    shelves.database.write("UPDATE chats SET total_pusd = 0, unpriced = 0, estimated = 0")
    rebuild_sums(shelves.database)
    assert shelves.chats.get("chat") == kept


@pytest.mark.parametrize(
    ("state", "extras_json", "unfinished"),
    [
        (State.STREAMING, None, True),
        (State.INCOMPLETE, None, True),
        (State.INCOMPLETE, '{"host": "openai"}', True),
        (State.INCOMPLETE, '{"kept": true}', False),
        (State.INTERRUPTED, None, False),
        (State.COMPLETE, None, False),
    ],
)
def test_a_chat_is_unfinished_where_a_pane_stands_on_a_broken_answer(
    shelves: Shelves, records: Records, state: State, extras_json: str | None, unfinished: bool
) -> None:
    shelves.messages.add(records.message("answer", state=state, extras_json=extras_json))
    shelves.chats.set_leaf("chat", 0, "answer")
    assert shelves.chats.rows()[0].unfinished is unfinished
    assert shelves.chats.get("chat").unfinished is unfinished


CREW = ChatGroup("server", "o_crew", "The Crew")


def test_a_chat_belongs_to_its_group_until_it_is_purged(
    shelves: Shelves, set_clock: SetClock
) -> None:
    made = shelves.chats.create("shared", "Shared", [], CREW)
    assert made.group == CREW
    assert {chat.id: chat.group for chat in shelves.chats.rows()} == {"shared": CREW, "chat": None}
    shelves.chats.hide("shared")
    shelves.chats.purge_hidden(set_clock.at + timedelta(days=1))
    assert shelves.database.rows("SELECT * FROM chat_groups") == []


def test_the_chats_of_a_group_bear_its_name_of_today(shelves: Shelves) -> None:
    shelves.chats.create("shared", "Shared", [], CREW)
    assert shelves.chats.rename_group("elsewhere", "o_crew", "Another") == 0
    assert shelves.chats.rename_group("server", "o_crew", "The Ship") == 1
    assert shelves.chats.rename_group("server", "o_crew", "The Ship") == 0
    chat = shelves.chats.get("shared")
    assert chat is not None
    assert chat.group is not None
    assert chat.group.name == "The Ship"
