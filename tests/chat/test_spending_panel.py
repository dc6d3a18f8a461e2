"""The panel's sums: those of the single calls, of own keys alone, whatever was called when."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.chat.spending import CHART_DAYS, day_start, month_start
from app.clock import Clock
from app.store.database import Database
from app.store.shelves import Shelves, shelves_over
from app.store.usage import write_usage
from tests.chat.test_spending_page import CALLS, DAY, NOW, call, shelves, spending, used

__all__ = ["shelves"]

HOSTED = call(8, key_id="hosted:s1:a1", cost_pusd=0)
made = st.lists(
    st.tuples(
        st.integers(0, 40), st.sampled_from(["k1", "k2", "hosted:s1:a1"]),
        st.sampled_from(["gpt-4o", "o3"]), st.none() | st.integers(0, 10**12),
        st.sampled_from(["exact", "estimated"]), st.integers(0, 5),
    ),
    max_size=25,
)  # fmt: skip


def test_what_tokens_paid_is_in_no_sum_of_own_keys(shelves: Shelves) -> None:
    before = used(shelves).billing()
    write_usage(shelves.database, [HOSTED])
    after = spending(shelves).billing()
    assert (after.month, after.today, after.days) == (before.month, before.today, before.days)
    assert (after.by_key, after.by_model) == (before.by_key, before.by_model)


def test_a_message_of_several_calls_without_a_price_is_one(shelves: Shelves) -> None:
    write_usage(shelves.database, [*CALLS, call(9, message_id="m4", cost_pusd=None)])
    assert spending(shelves).billing().unpriced_messages == 1


@given(made)
def test_the_sums_are_those_of_the_single_calls(rows: list[tuple[Any, ...]]) -> None:
    clock = Clock(now=lambda: NOW)
    shelves = shelves_over(Database.in_memory(clock), Path(), clock)
    calls = [
        call(number, key_id=key, model=model, cost_pusd=cost, certainty=sure, at=NOW - ago * DAY,
             message_id=f"m{message}-{ago}")
        for number, (ago, key, model, cost, sure, message) in enumerate(rows)
    ]  # fmt: skip
    write_usage(shelves.database, calls)
    billing = spending(shelves).billing()
    usage, end = shelves.usage, day_start(NOW) + timedelta(days=1)
    month = usage.totals(month_start(NOW), end)
    assert (billing.month.total_pusd, billing.month.tokens) == (month.total_pusd, month.tokens)
    assert (billing.month.messages, billing.unpriced_messages) == (month.messages, month.unpriced)
    by_key = usage.by_key(month_start(NOW), end)
    assert [line.total_pusd for line in billing.by_key] == [row.total_pusd for row in by_key]
    by_model = usage.by_model(month_start(NOW), end)
    assert [line.label for line in billing.by_model] == [
        spending(shelves).names.model_anywhere(row.label) for row in by_model
    ]
    first = end - CHART_DAYS * DAY
    assert sum(day.total_pusd for day in billing.days) == usage.totals(first, end).total_pusd
    assert len(billing.days) == CHART_DAYS
