"""Whatever two records hold: sums and differences add up, and what was lost is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.metering.reconciliation_rows import Figures, OwnCall, Reason, ReportedUsage
from tests.metering.test_reconciliation import FACTS, compared

counts = st.integers(0, 5_000)
own_calls = st.builds(
    lambda day, minute, key, model, read, written, cost, estimated: OwnCall(
        datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day, minutes=minute), key, model,
        Figures(1, read, read // 3, 0, written, cost), estimated=estimated,
    ),
    st.integers(0, 29), st.integers(0, 1439), st.sampled_from(["k1", "k2"]),
    st.sampled_from(["gpt-4o", "gpt-5", "o3"]), counts, counts,
    st.none() | st.integers(0, 10**12), st.booleans(),
)  # fmt: skip
reported = st.builds(
    lambda day, key, model, requests, read, written, cost: ReportedUsage(
        date(2026, 11, 1) + timedelta(days=day), key, model,
        Figures(requests, read, read // 4, 0, written, cost),
    ),
    st.integers(0, 29), st.sampled_from(["key_a", "key_b", "key_x", None]),
    st.sampled_from(["gpt-4o-2024-08-06", "gpt-5", "o3", None]),
    st.integers(0, 5), counts, counts, st.integers(0, 10**12),
)  # fmt: skip
TWO_KEYS = replace(FACTS, keys={"key_a": "k1", "key_b": "k2"})


@given(st.lists(own_calls, max_size=25), st.lists(reported, max_size=25))
def test_lines_add_up_to_the_totals_and_parts_to_the_differences(
    calls: list[OwnCall], rows: list[ReportedUsage]
) -> None:
    calls.sort(key=lambda made: made.at)
    result = compared(calls, rows, TWO_KEYS)
    assert result.theirs.cost_pusd == sum(found.figures.cost_pusd or 0 for found in rows)
    assert result.theirs.tokens == sum(found.figures.tokens or 0 for found in rows)
    assert result.ours.figures.requests == len(calls)
    assert result.ours.figures.cost_pusd == sum(made.figures.cost_pusd or 0 for made in calls)
    for line in result.lines:
        assert line.theirs is not None
        mine, its = line.ours.figures, line.theirs
        assert sum(part.cost_pusd for part in line.differences) == its.cost_pusd - mine.cost_pusd  # type: ignore[operator]
        assert sum(part.tokens for part in line.differences) == its.tokens - mine.tokens  # type: ignore[operator]
        for value in (*mine, *its):
            assert type(value) is int


@given(st.lists(own_calls, min_size=1, max_size=25), st.booleans())
def test_an_exact_copy_of_our_record_agrees(calls: list[OwnCall], with_ids: bool) -> None:
    calls.sort(key=lambda made: made.at)
    names = {"k1": "key_a", "k2": "key_b"}
    calls = [
        replace(made, request_id=f"gen-{at}" if with_ids else None,
                figures=replace(made.figures, cost_pusd=made.figures.cost_pusd or 0))
        for at, made in enumerate(calls)
    ]  # fmt: skip
    rows = [
        ReportedUsage(made.at.date(), names[made.key_id], made.model, made.figures,
                      request_id=made.request_id)
        for made in calls
    ]  # fmt: skip
    result = compared(calls, rows, TWO_KEYS)
    assert result.differences == ()
    assert not result.is_open
    assert result.rows == ()


@given(st.lists(own_calls, max_size=20), st.lists(reported, max_size=10), st.data())
def test_lines_add_up_whatever_calls_are_matched_by_their_id(
    calls: list[OwnCall], others: list[ReportedUsage], data: st.DataObject
) -> None:
    calls.sort(key=lambda made: made.at)
    calls = [replace(made, request_id=f"gen-{at}") for at, made in enumerate(calls)]
    listed = [made for made in calls if data.draw(st.booleans())]
    rows = [
        ReportedUsage(made.at.date(), "key_a", made.model,
                      replace(made.figures, cost_pusd=data.draw(st.integers(0, 10**12))),
                      request_id=made.request_id)
        for made in listed
    ]  # fmt: skip
    rows += [replace(row, request_id=f"x-{at}") for at, row in enumerate(others)]
    rows = data.draw(st.permutations(rows))
    result = compared(calls, rows, TWO_KEYS)
    assert result.theirs.cost_pusd == sum(row.figures.cost_pusd or 0 for row in rows)
    assert result.ours.figures.requests == len(calls)
    for line in result.lines:
        assert line.theirs is not None
        difference = (line.theirs.cost_pusd or 0) - (line.ours.figures.cost_pusd or 0)
        assert sum(part.cost_pusd for part in line.differences) == difference
    unlisted = len(calls) - len(listed)
    missing = [pair for pair in result.rows if pair.theirs is None]
    assert len(missing) == (unlisted if rows else 0)


@given(st.lists(own_calls, min_size=1, max_size=20), st.data())
def test_a_line_that_they_lost_is_found_and_named(
    calls: list[OwnCall], data: st.DataObject
) -> None:
    calls.sort(key=lambda made: made.at)
    calls = [
        replace(made, request_id=f"gen-{at}", estimated=False,
                figures=replace(made.figures, cost_pusd=1 + (made.figures.cost_pusd or 0)))
        for at, made in enumerate(calls)
    ]  # fmt: skip
    names = {"k1": "key_a", "k2": "key_b"}
    rows = [
        ReportedUsage(made.at.date(), names[made.key_id], made.model, made.figures,
                      request_id=made.request_id)
        for made in calls
    ]  # fmt: skip
    lost = rows.pop(data.draw(st.integers(0, len(rows) - 1)))
    result = compared(calls, rows, TWO_KEYS)
    assert result.is_open
    (part,) = result.differences
    assert (part.reason, part.requests) == (Reason.MISSING_THERE, -1)
    assert part.cost_pusd == -(lost.figures.cost_pusd or 0)
    if rows:  # with no line at all they have no ids to compare
        assert [pair.request_id for pair in result.rows] == [lost.request_id]
