from __future__ import annotations

from datetime import UTC, datetime

from app.metering.budgets import Budget, Period, Scope, window_at
from app.metering.hold import HoldState
from app.store.assistants import AssistantRecord
from app.store.records import HoldRecord
from app.store.shelves import Shelves

TUTOR = AssistantRecord("a1", "Tutor", "openai", "key/gpt-4o", "Be patient.", ("calculator",))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def hold(hold_id: str, amount: int) -> HoldRecord:
    return HoldRecord(
        hold_id, "m1", "c1", "key", "key/gpt-4o", HoldState.HELD, amount, None, 10, 100, NOW
    )


def test_an_assistant_comes_back_as_it_was_kept(shelves: Shelves) -> None:
    shelves.assistants.save(TUTOR)
    assert shelves.assistants.rows() == [TUTOR]
    assert shelves.assistants.get("a1") == TUTOR


def test_one_that_was_taken_away_keeps_its_name_and_leaves_its_chats(shelves: Shelves) -> None:
    shelves.assistants.save(TUTOR)
    shelves.setups.choose_assistant("c1", "a1")
    assert shelves.setups.assistant_id("c1") == "a1"
    shelves.assistants.remove("a1")
    shelves.setups.forget()
    assert shelves.assistants.rows() == []
    kept = shelves.assistants.get("a1")
    assert kept is not None
    assert (kept.name, kept.removed) == ("Tutor", True)
    assert shelves.setups.assistant_id("c1") == ""


def test_a_chat_has_the_tools_of_its_assistant_until_it_chose_its_own(shelves: Shelves) -> None:
    shelves.assistants.save(TUTOR)
    assert shelves.setups.get("c1") is None
    shelves.setups.choose_assistant("c1", "a1")
    found = shelves.setups.get("c1")
    assert found is not None
    assert (found.tools, found.own_tools) == (("calculator",), False)
    shelves.setups.choose_tools("c1", ["date_and_time"])
    found = shelves.setups.get("c1")
    assert found is not None
    assert (found.assistant, found.tools, found.own_tools) == (TUTOR, ("date_and_time",), True)


def test_setups_of_chats_that_were_never_written_in_are_dropped(shelves: Shelves) -> None:
    shelves.setups.choose_tools("never", ["calculator"])
    shelves.chats.create("c1", "Chat", ())
    shelves.setups.choose_tools("c1", ["calculator"])
    shelves.setups.purge_unused()
    assert shelves.setups.get("never") is None
    assert shelves.setups.get("c1") is not None


def test_an_assistants_budget_counts_its_calls_and_no_others(shelves: Shelves) -> None:
    shelves.assistants.save(TUTOR)
    for hold_id, amount in (("h1", 500), ("h2", 300), ("h3", 100)):
        with shelves.database.transaction():
            shelves.holds.admit(hold(hold_id, amount))
            if hold_id != "h3":
                shelves.assistants.note_call(hold_id, "a1", "m1")
    shelves.holds.dispatch("h1")
    shelves.holds.settle("h1", 200, "provider_usage")
    window = window_at(Budget("b", Scope.ASSISTANT, 1_000, True, "a1", Period.DAY), NOW)
    use = shelves.budgets.use(window)
    # Made after the calls, it counts them all the same.
    assert (use.spent_pusd, use.held_pusd) == (200, 300)
    assert shelves.budgets.held_elsewhere(window) == 300
