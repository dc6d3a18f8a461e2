"""What each assistant came to: its calls once, within the span, and what they drew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.store.assistants import AssistantRecord
from app.store.database import Database
from app.store.hosted_calls import CallPlace, DrawRecord, HostedCall
from app.store.schema_assistant_days import REBUILD_ASSISTANT_DAYS
from app.store.shelves import Shelves
from app.store.usage_assistants import AssistantSums
from app.store.usage_records import UsageSpan
from tests.store.given import NOON, Records
from tests.store.test_migrations import lay_down
from tests.store.test_usage_days import DAY, EVER, TODAY, spent

FREE = DrawRecord("g1", "Free", "plan_tokens", 1_588)
PACK = DrawRecord("g2", "Starter pack", "plan_tokens", 347)


@pytest.fixture
def made(shelves: Shelves, records: Records) -> Shelves:
    """Of five answers one was made by Tutor in two calls, two by one who was taken away."""
    spent(shelves, records)
    for assistant_id in ("tutor", "gone"):
        shelves.assistants.save(AssistantRecord(assistant_id, assistant_id.title()))
    shelves.assistants.remove("gone")
    for hold_id, assistant_id, message_id in (
        ("h1", "tutor", "one"),
        ("h2", "tutor", "one"),
        ("h3", "gone", "two"),
        ("h4", "gone", "five"),
    ):
        shelves.assistants.note_call(hold_id, assistant_id, message_id)
    return shelves


def told(found: list[AssistantSums]) -> list[tuple[str, bool, int, int, int]]:
    return [
        (one.name, one.removed, one.sums.calls, one.sums.messages, one.sums.pusd) for one in found
    ]


def test_each_call_counts_once_with_its_assistant_and_others_in_none(made: Shelves) -> None:
    assert told(made.usage_assistants.sums_of(EVER)) == [
        ("Gone", True, 2, 2, 2_000_000),
        ("Tutor", False, 2, 1, 1_500_000),
    ]


def test_a_span_holds_whole_days_and_can_be_narrowed(made: Shelves) -> None:
    sums_of = made.usage_assistants.sums_of
    assert told(sums_of(UsageSpan(TODAY, TODAY))) == [("Tutor", False, 2, 1, 1_500_000)]
    yesterday = UsageSpan(TODAY - DAY, TODAY - DAY)
    assert told(sums_of(yesterday)) == [("Gone", True, 1, 1, 1_000_000)]
    narrowed = UsageSpan(TODAY, TODAY, key_id="other")
    assert told(sums_of(narrowed)) == [("Tutor", False, 1, 0, 500_000)]
    assert told(sums_of(UsageSpan(date.min, date.max, chat_id="second"))) == [
        ("Gone", True, 1, 1, 1_000_000)
    ]
    assert sums_of(UsageSpan(TODAY + DAY, date.max)) == []


def test_draws_are_told_by_assistant_and_unit(made: Shelves) -> None:
    call = HostedCall("h1", "one", "s1", "a1", "gpt-4o", NOON)
    made.hosted_calls.begin(call)
    made.hosted_calls.end(call, "{}", (FREE, PACK), CallPlace("chat", "openai", NOON))
    assert made.usage_assistants.drawn(EVER) == {"tutor": {"plan_tokens": 1_935}}
    assert made.usage_assistants.drawn(UsageSpan(TODAY - DAY, TODAY - DAY)) == {}
    other = UsageSpan(TODAY, TODAY, key_id="hosted:s1:a2")
    assert made.usage_assistants.drawn(other) == {}


def contents(database: Database) -> list[tuple[object, ...]]:
    return [
        *database.rows("SELECT * FROM assistant_days ORDER BY 1, 2, 3, 4, 5, 6"),
        *database.rows("SELECT * FROM assistant_draw_days ORDER BY 1, 2, 3, 4, 5, 6, 7"),
    ]


def rebuilt(database: Database) -> list[tuple[object, ...]]:
    for statement in REBUILD_ASSISTANT_DAYS:
        database.write(statement)
    return contents(database)


def draw(shelves: Shelves, hold_id: str = "h1") -> None:
    call = HostedCall(hold_id, "one", "s1", "a1", "gpt-4o", NOON)
    shelves.hosted_calls.begin(call)
    shelves.hosted_calls.end(call, "{}", (FREE, PACK), CallPlace("chat", "openai", NOON))


def test_the_sums_are_those_of_the_single_calls(made: Shelves) -> None:
    database = made.database
    draw(made)
    kept = contents(database)
    assert len(kept) == 5
    assert rebuilt(database) == kept


def test_a_corrected_call_and_one_that_is_gone_change_the_sums(
    made: Shelves, records: Records
) -> None:
    database = made.database
    draw(made)
    answer = records.message("one", role="assistant")
    made.messages.finish(answer, [records.usage("1", "one", at=NOON, cost_pusd=42)], None)
    assert made.usage_assistants.sums_of(UsageSpan(TODAY, TODAY))[0].sums.pusd == 500_042
    database.write(
        "UPDATE hosted_draws SET amount = 350 WHERE unit = 'plan_tokens' AND grant_id = ?", ("g2",)
    )
    assert made.usage_assistants.drawn(EVER) == {"tutor": {"plan_tokens": 1_938}}
    assert rebuilt(database) == contents(database)
    for table in ("usage", "hosted_draws"):
        database.write(f"DELETE FROM {table}")
    assert contents(database) == []


def test_a_rescued_call_counts_though_its_assistant_is_told_after_it(
    shelves: Shelves, records: Records
) -> None:
    spent(shelves, records)
    draw(shelves)
    assert contents(shelves.database) == []
    for hold_id in ("h1", "h2"):
        shelves.assistants.note_call(hold_id, "tutor", "one")
    kept = contents(shelves.database)
    assert told(shelves.usage_assistants.sums_of(EVER)) == [("", False, 2, 1, 1_500_000)]
    assert shelves.usage_assistants.drawn(EVER) == {"tutor": {"plan_tokens": 1_935}}
    assert rebuilt(shelves.database) == kept


def test_an_old_database_is_summed_up_when_it_is_opened(
    open_at: Callable[[Path], Shelves], tmp_path: Path
) -> None:
    lay_down(tmp_path, "version-10.sql")
    assistants = open_at(tmp_path).usage_assistants
    assert told(assistants.sums_of(EVER)) == [("Tutor", False, 2, 2, 12_345_000_000)]
    assert assistants.drawn(EVER) == {"tutor": {"plan_tokens": 1_935}}
