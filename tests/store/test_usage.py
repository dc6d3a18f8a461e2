from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.errors import StoreError
from app.store.records import SpendRecord
from app.store.shelves import Shelves
from app.store.usage import UsageCache
from tests.store.given import Records

DAY = timedelta(days=1)


@pytest.fixture
def spent(shelves: Shelves, records: Records) -> UsageCache:
    """Five calls of four answers: two days, two keys, two models."""
    calls = [
        records.usage("1", "one", at=records.noon),
        records.usage("2", "one", at=records.noon, model="mini", cost_pusd=500_000),
        records.usage("3", "two", at=records.noon - DAY, key_id="other"),
        records.usage("4", "three", at=records.noon - DAY, cost_pusd=None),
        records.usage("5", "four", at=records.noon - DAY, certainty="estimated"),
    ]
    for call in calls:
        shelves.messages.finish(records.message(call.message_id), [call], None)
    return shelves.usage


def span(records: Records) -> tuple[datetime, datetime]:
    return records.noon - 10 * DAY, records.noon + DAY


def test_a_total_adds_up_what_is_priced_and_counts_answers(
    spent: UsageCache, records: Records
) -> None:
    assert spent.totals(*span(records)) == SpendRecord("", 3_500_000, 1, 1, 5 * 168, 4)


def test_a_span_without_a_call_is_zero(spent: UsageCache, records: Records) -> None:
    assert spent.totals(records.noon + DAY, records.noon + 2 * DAY) == SpendRecord(
        "", 0, 0, 0, 0, 0
    )


def test_a_span_holds_its_start_and_not_its_end(spent: UsageCache, records: Records) -> None:
    assert spent.totals(records.noon - DAY, records.noon).messages == 3
    assert spent.totals(records.noon, records.noon + DAY).total_pusd == 1_500_000


def test_spend_by_key_begins_with_the_dearest(spent: UsageCache, records: Records) -> None:
    found = spent.by_key(*span(records))
    assert [(line.label, line.total_pusd) for line in found] == [
        ("key", 2_500_000),
        ("other", 1_000_000),
    ]


def test_spend_by_model(spent: UsageCache, records: Records) -> None:
    found = spent.by_model(*span(records))
    assert [(line.label, line.total_pusd) for line in found] == [
        ("gpt", 3_000_000),
        ("mini", 500_000),
    ]


def test_spend_by_day_is_labelled_with_dates(spent: UsageCache, records: Records) -> None:
    found = spent.by_day(*span(records))
    assert [(line.label, line.total_pusd, line.messages) for line in found] == [
        ("2026-11-20", 2_000_000, 3),
        ("2026-11-21", 1_500_000, 1),
    ]


def test_rows_are_every_call_oldest_first(spent: UsageCache, records: Records) -> None:
    assert [row.id for row in spent.rows(*span(records))] == ["3", "4", "5", "1", "2"]


def test_rows_are_read_past_a_page(shelves: Shelves, records: Records) -> None:
    calls = [records.usage(f"{number:05}") for number in range(2500)]
    shelves.messages.finish(records.message("answer"), calls, None)
    assert [row.id for row in shelves.usage.rows(*span(records))] == [call.id for call in calls]
    assert shelves.usage.totals(*span(records)).messages == 1


def test_a_row_comes_back_as_it_was_written(shelves: Shelves, records: Records) -> None:
    call = records.usage("call", cost_pusd=None, certainty="pending")
    shelves.messages.finish(records.message("answer"), [call], None)
    assert list(shelves.usage.rows(*span(records))) == [call]


def test_recent_outputs_are_the_newest_with_their_thinking(
    shelves: Shelves, records: Records
) -> None:
    for number in range(5):
        at = records.noon + timedelta(seconds=number)
        call = records.usage(str(number), str(number), at=at, output_tokens=number)
        shelves.messages.finish(records.message(str(number)), [call], None)
    assert shelves.usage.recent_outputs("gpt", 3) == [9, 8, 7]
    assert shelves.usage.recent_outputs("unknown") == []


def test_a_negative_count_is_refused(shelves: Shelves, records: Records) -> None:
    with pytest.raises(StoreError):
        shelves.messages.finish(
            records.message("answer"), [records.usage("call", input_tokens=-1)], None
        )


def test_amounts_stay_whole_beyond_what_a_float_holds(shelves: Shelves, records: Records) -> None:
    amount = 2**60 + 1
    call = records.usage("call", cost_pusd=amount)
    shelves.messages.finish(records.message("answer"), [call], None)
    assert shelves.usage.totals(*span(records)).total_pusd == amount
