"""The sums by day hold what the calls hold, whatever happens to the calls."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.store.database import Database
from app.store.schema_usage import REBUILD_USAGE_DAYS
from app.store.shelves import Shelves
from app.store.usage import write_usage
from app.store.usage_records import CallOrder, UsageSpan
from tests.store.given import NOON, Records, SetClock

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "databases"
DAY = timedelta(days=1)
TODAY = NOON.date()
EVER = UsageSpan(date(1970, 1, 1), date.max)
RECORDS = Records()


def spent(shelves: Shelves, records: Records) -> Shelves:
    """Six calls of five answers: two days, two keys, two models, two chats."""
    calls = [
        records.usage("1", "one", at=NOON),
        records.usage("2", "one", at=NOON, model="mini", cost_pusd=500_000, key_id="other"),
        records.usage("3", "two", at=NOON - DAY, key_id="other"),
        records.usage("4", "three", at=NOON - DAY, cost_pusd=None),
        records.usage("5", "four", at=NOON - DAY, certainty="estimated", cost_pusd=7),
        records.usage("6", "five", at=NOON - 40 * DAY, chat_id="second", provider="mistral"),
    ]
    for call in calls:
        shelves.messages.finish(records.message(call.message_id, role="assistant"), [call], None)
    return shelves


def contents(database: Database) -> list[tuple[object, ...]]:
    return database.rows("SELECT * FROM usage_days ORDER BY day, key_id, provider, model, chat_id")


def rebuilt(database: Database) -> list[tuple[object, ...]]:
    for statement in REBUILD_USAGE_DAYS:
        database.write(statement)
    return contents(database)


def test_days_add_up_what_is_priced_and_say_what_is_not_exact(
    shelves: Shelves, records: Records
) -> None:
    days = spent(shelves, records).usage_days.days(UsageSpan(TODAY - DAY, TODAY))
    before = days[TODAY - DAY]
    assert (before.pusd, before.estimated_pusd, before.estimated, before.unpriced) == (
        1_000_007, 7, 1, 1,
    )  # fmt: skip
    assert (days[TODAY].pusd, days[TODAY].calls, days[TODAY].messages) == (1_500_000, 2, 1)
    assert (days[TODAY].read_tokens, days[TODAY].written_tokens) == (246, 90)


def test_sums_are_told_apart_by_key_provider_and_model(shelves: Shelves, records: Records) -> None:
    found = spent(shelves, records).usage_days.sources_of(UsageSpan(TODAY, TODAY))
    assert [(row.key_id, row.provider, row.model, row.sums.pusd) for row in found] == [
        ("key", "openai", "gpt", 1_000_000),
        ("other", "openai", "mini", 500_000),
    ]


def test_a_span_can_be_narrowed_in_every_way(shelves: Shelves, records: Records) -> None:
    days = spent(shelves, records).usage_days
    for narrowed, calls in (
        (UsageSpan(EVER.first, EVER.last), 6),
        (UsageSpan(EVER.first, EVER.last, key_id="other"), 2),
        (UsageSpan(EVER.first, EVER.last, model=("openai", "mini")), 1),
        (UsageSpan(EVER.first, EVER.last, chat_id="second"), 1),
        (UsageSpan(EVER.first, EVER.last, sources=(("key", "mistral"), ("other", "openai"))), 3),
        (UsageSpan(EVER.first, EVER.last, sources=()), 0),
    ):
        assert days.calls(narrowed) == calls
        assert len(shelves.usage_calls.page(narrowed, CallOrder.NEWEST, 0, 50)) == calls


def test_chats_come_with_their_titles_and_without_them_when_they_are_gone(
    shelves: Shelves, records: Records
) -> None:
    found = spent(shelves, records).usage_days.chats(EVER)
    assert [(chat.chat_id, chat.title, chat.sums.calls) for chat in found] == [
        ("chat", "A chat", 5),
        ("second", None, 1),
    ]
    shelves.chats.hide("chat")
    assert shelves.usage_days.chats(EVER)[0].hidden


def test_the_reach_is_from_the_first_call_to_the_last(shelves: Shelves, records: Records) -> None:
    assert shelves.usage_days.reach() is None
    assert spent(shelves, records).usage_days.reach() == (TODAY - 40 * DAY, TODAY)


def test_sources_are_every_key_with_its_provider(shelves: Shelves, records: Records) -> None:
    assert spent(shelves, records).usage_days.sources() == [
        ("key", "mistral"), ("key", "openai"), ("other", "openai"),
    ]  # fmt: skip


def test_a_corrected_call_moves_its_sum(shelves: Shelves, records: Records) -> None:
    pending = records.usage("call", cost_pusd=None, certainty="pending")
    shelves.messages.finish(records.message("answer"), [pending], None)
    known = records.usage("call", cost_pusd=9, at=NOON - 3 * DAY)
    write_usage(shelves.database, [known])
    days = shelves.usage_days.days(EVER)
    assert list(days) == [TODAY - 3 * DAY]
    assert (days[TODAY - 3 * DAY].pusd, days[TODAY - 3 * DAY].unpriced) == (9, 0)


CALLS = st.lists(
    st.builds(
        lambda id_, day, key, cost, sure: RECORDS.usage(
            str(id_), f"m{id_ % 3}", at=NOON - day * DAY, key_id=key, cost_pusd=cost, certainty=sure
        ),
        st.integers(0, 5),
        st.integers(-2, 25_000),
        st.sampled_from(("a", "b")),
        st.none() | st.integers(0, 2**60),
        st.sampled_from(("exact", "estimated", "pending")),
    ),
    max_size=12,
)


@given(CALLS, st.sets(st.integers(0, 5)))
def test_the_sums_are_those_of_the_calls_after_any_writing_and_deleting(
    calls: list[object], gone: set[int]
) -> None:
    set_clock = SetClock()
    database = Database.in_memory(set_clock.clock())
    try:
        for call in calls:
            write_usage(database, [call])  # type: ignore[list-item]
        for id_ in gone:
            database.write("DELETE FROM usage WHERE id = ?", (str(id_),))
        kept = contents(database)
        assert kept == rebuilt(database)
    finally:
        database.close()


def test_calls_are_listed_by_time_and_by_cost_from_any_place(
    shelves: Shelves, records: Records
) -> None:
    calls = spent(shelves, records).usage_calls

    def ids(order: CallOrder, offset: int = 0, limit: int = 10) -> list[str]:
        return [call.id for call in calls.page(EVER, order, offset, limit)]

    assert ids(CallOrder.NEWEST) == ["2", "1", "5", "4", "3", "6"]
    assert ids(CallOrder.OLDEST) == ["6", "3", "4", "5", "1", "2"]
    assert ids(CallOrder.DEAREST) == ["1", "3", "6", "2", "5", "4"]
    assert ids(CallOrder.CHEAPEST) == ["4", "5", "2", "6", "3", "1"]
    assert ids(CallOrder.OLDEST, 2, 2) == ["4", "5"]
    assert [call.id for call, _ in calls.records(EVER)] == ["6", "3", "4", "5", "1", "2"]


def test_a_call_says_where_it_is_and_whether_its_message_is_gone(
    shelves: Shelves, records: Records
) -> None:
    answer = records.message("one", role="assistant", receipt_json="{}", text="x" * 500)
    shelves.messages.finish(answer, [records.usage("1", "one")], None)
    lost = records.usage("2", "nowhere", chat_id="nowhere")
    write_usage(shelves.database, [lost])
    there, gone = shelves.usage_calls.page(EVER, CallOrder.OLDEST, 0, 10)
    assert (there.chat_title, there.gone, there.has_receipt, len(there.text)) == (
        "A chat", False, True, 160,
    )  # fmt: skip
    assert (gone.chat_title, gone.gone, gone.has_receipt, gone.text) == (None, True, False, "")


def test_all_calls_are_read_past_a_page(shelves: Shelves, records: Records) -> None:
    calls = [records.usage(f"{number:05}") for number in range(1203)]
    shelves.messages.finish(records.message("answer"), calls, None)
    assert [call for call, _ in shelves.usage_calls.records(EVER)] == calls


def test_a_message_is_found_by_how_its_id_begins(shelves: Shelves, records: Records) -> None:
    write_usage(
        shelves.database, [records.usage(str(n), id_) for n, id_ in enumerate(("ab1", "ab2", "b%"))]
    )
    assert shelves.usage_calls.message_ids("ab") == ["ab1", "ab2"]
    assert shelves.usage_calls.message_ids("b%") == ["b%"]
    assert shelves.usage_calls.message_ids("%") == []


def test_a_rescued_database_has_its_sums_again(shelves: Shelves, records: Records) -> None:
    spent(shelves, records)
    fresh = Database.in_memory()
    columns = [row[1] for row in fresh.rows("PRAGMA table_info (usage)")]
    rows = shelves.database.rows(f"SELECT {', '.join(columns)} FROM usage")
    marks = ", ".join("?" * len(columns))
    fresh.write_many(f"INSERT OR IGNORE INTO usage ({', '.join(columns)}) VALUES ({marks})", rows)
    assert contents(fresh) == contents(shelves.database)
    fresh.close()


def test_what_was_spent_before_the_sums_were_kept_is_summed_up(
    open_at: Callable[[Path], Shelves], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "tuppence.db")) as connection:
        connection.executescript((GOLDEN / "version-2.sql").read_text("utf-8"))
    shelves = open_at(tmp_path)
    assert shelves.database.report.migrated_from == 2
    kept = contents(shelves.database)
    assert kept
    assert kept == rebuilt(shelves.database)
    assert shelves.database.integrity() == ()
