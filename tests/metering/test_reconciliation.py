"""Our record against the provider's: what agrees, what differs, and by which name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from app.metering.reconciliation import Line, Reconciliation, reconcile
from app.metering.reconciliation_rows import (
    Figures,
    OwnCall,
    Reason,
    ReportedUsage,
    ReportFacts,
)

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
ALL = frozenset({"requests", "read", "cache_read", "cache_write", "written", "cost_pusd"})
FACTS = ReportFacts("openai", "the usage interface", ALL, FIRST, LAST, keys={"key_a": "k1"},
                    key_names={"key_a": "main", "key_x": "backend"}, keys_known=True)  # fmt: skip


def call(day: int = 5, hour: int = 12, *, minute: int = 0, **changes: object) -> OwnCall:
    made = OwnCall(datetime(2026, 11, day, hour, minute, tzinfo=UTC), "k1", "gpt-4o",
                   Figures(1, 1_000, 0, 0, 200, 4_500_000_000))  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def row(day: int = 5, figures: Figures | None = None, **changes: object) -> ReportedUsage:
    made = ReportedUsage(date(2026, 11, day), "key_a", "gpt-4o",
                         figures or Figures(1, 1_000, 0, 0, 200, 4_500_000_000))  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def compared(
    calls: Sequence[OwnCall], rows: Sequence[ReportedUsage], facts: ReportFacts = FACTS
) -> Reconciliation:
    return reconcile(calls, rows, facts, FIRST, LAST)


def only_line(result: Reconciliation) -> Line:
    (line,) = result.lines
    return line


def reasons(result: Reconciliation) -> list[Reason]:
    return [part.reason for part in result.differences]


def test_the_same_on_both_sides_has_no_difference() -> None:
    result = compared([call(), call(6)], [row(), row(6)])
    assert [line.differences for line in result.lines] == [(), ()]
    assert not result.is_open
    assert result.theirs.cost_pusd == result.ours.figures.cost_pusd == 9_000_000_000


def test_more_requests_there_are_calls_that_were_not_made_through_tuppence() -> None:
    line = only_line(compared([call()], [row(figures=Figures(3, 4_000, 0, 0, 700, 17 * 10**9))]))
    (part,) = line.differences
    assert part.reason is Reason.OTHER_CALLS
    assert (part.requests, part.tokens, part.cost_pusd) == (2, 3_500, 12_500_000_000)
    assert not line.is_open


def test_more_calls_for_less_money_leave_the_money_open() -> None:
    line = only_line(compared([call()], [row(figures=Figures(2, 2_000, 0, 0, 400, 3 * 10**9))]))
    more, left = line.differences
    assert (more.reason, more.tokens, more.cost_pusd) == (Reason.OTHER_CALLS, 1_200, 0)
    assert (left.reason, left.tokens, left.cost_pusd) == (Reason.UNEXPLAINED, 0, -1_500_000_000)


def test_a_call_of_ours_that_they_do_not_list_is_left_open() -> None:
    result = compared([call(), call(6)], [row()])
    assert reasons(result) == [Reason.MISSING_THERE]
    assert result.is_open
    assert result.differences[0].cost_pusd == -4_500_000_000


def test_a_day_that_may_still_be_counted_there_is_no_loss() -> None:
    result = compared([call(20)], [], replace(FACTS, fresh_from=date(2026, 11, 20)))
    assert reasons(result) == [Reason.NOT_REPORTED_YET]
    assert not result.is_open


def test_what_we_counted_ourselves_explains_a_small_difference_and_no_large_one() -> None:
    mine = call(estimated=True)
    near = only_line(compared([mine], [row(figures=Figures(1, 1_000, 0, 0, 260, 5 * 10**9))]))
    assert [part.reason for part in near.differences] == [Reason.ESTIMATED]
    far = only_line(compared([mine], [row(figures=Figures(1, 9_000, 0, 0, 260, 5 * 10**9))]))
    assert [part.reason for part in far.differences] == [Reason.UNEXPLAINED]
    assert far.is_open


def test_a_stopped_call_that_they_do_not_list_was_our_estimate() -> None:
    result = compared([call(), call(estimated=True)], [row()])
    assert reasons(result) == [Reason.ESTIMATED]
    assert not result.is_open


def test_a_call_that_is_still_held_is_an_unfinished_one() -> None:
    held = call(figures=Figures(), unfinished=True)
    result = compared([call(), held], [row(), row()])
    assert reasons(result) == [Reason.UNFINISHED]
    assert only_line(result).ours.unfinished == 1


def test_requests_without_a_token_are_those_that_failed() -> None:
    result = compared([call()], [row(), row(figures=Figures(2, 0, 0, 0, 0, 0))])
    assert reasons(result) == [Reason.FAILED_CALLS]
    assert result.differences[0].requests == 2


def test_half_a_cent_is_rounding_where_they_tell_whole_cents_and_a_cent_is_not() -> None:
    cents = replace(FACTS, step_pusd=10**10)
    near = compared([call()], [row(figures=Figures(1, 1_000, 0, 0, 200, 0))], cents)
    assert reasons(near) == [Reason.ROUNDING]
    far = compared([call()], [row(figures=Figures(1, 1_000, 0, 0, 200, 2 * 10**10))], cents)
    assert reasons(far) == [Reason.PRICE_CHANGED]


def test_the_same_tokens_at_another_price_are_called_so() -> None:
    result = compared([call()], [row(figures=Figures(1, 1_000, 0, 0, 200, 3_500_000_000))])
    (part,) = only_line(result).differences
    assert (part.reason, part.tokens, part.cost_pusd) == (Reason.PRICE_CHANGED, 0, -1_000_000_000)


def test_the_same_tokens_for_nothing_were_free() -> None:
    assert reasons(compared([call()], [row(figures=Figures(1, 1_000, 0, 0, 200, 0))])) == [
        Reason.FREE
    ]


def test_another_part_from_the_cache_is_called_so() -> None:
    mine = call(figures=Figures(1, 1_000, 0, 0, 200, 4_500_000_000))
    result = compared([mine], [row(figures=Figures(1, 1_000, 600, 0, 200, 3_750_000_000))])
    assert reasons(result) == [Reason.CACHED]


def test_a_call_without_a_price_leaves_their_amount_as_price_unknown() -> None:
    mine = call(figures=Figures(1, 1_000, 0, 0, 200, None))
    result = compared([mine], [row()])
    assert reasons(result) == [Reason.PRICE_UNKNOWN]
    assert only_line(result).ours.unpriced == 1


def test_a_key_that_is_not_ours_is_named_and_apart() -> None:
    result = compared([call()], [row(), row(key="key_x", model="gpt-5")])
    assert reasons(result) == [Reason.OTHER_KEY]
    assert result.differences[0].detail == "backend"
    assert [line.key_id for line in result.lines] == ["k1", ""]


def test_a_key_of_ours_that_they_do_not_list_belongs_to_another_account() -> None:
    result = compared([call(), call(key_id="k9")], [row()])
    assert reasons(result) == [Reason.OTHER_ACCOUNT]
    assert result.lines[1].theirs is None


def test_without_any_word_on_keys_all_are_compared_together() -> None:
    facts = replace(FACTS, keys={}, keys_known=False)
    result = compared([call(), call(key_id="k2")], [row(key=None), row(key=None)], facts)
    assert result.keys_together
    assert only_line(result).key_id == ""
    assert only_line(result).differences == ()


def test_a_dated_model_there_is_ours_without_a_date_and_said_to_be() -> None:
    result = compared([call()], [row(model="gpt-4o-2024-08-06")])
    (part,) = only_line(result).differences
    assert (part.reason, part.detail) == (Reason.MODEL_ALIAS, "gpt-4o-2024-08-06")
    assert only_line(result).model == "gpt-4o"


def test_a_display_name_there_is_ours() -> None:
    mine = call(model="claude-haiku-4-5-20251001")
    assert only_line(compared([mine], [row(model="Claude Haiku 4.5")])).model == mine.model


def test_dated_and_undated_ours_go_together_where_they_bill_one_name() -> None:
    calls = [call(), call(model="gpt-4o-2024-08-06")]
    both = Figures(2, 2_000, 0, 0, 400, 9 * 10**9)
    line = only_line(compared(calls, [row(figures=both, model="gpt-4o-2024-08-06")]))
    assert line.ours.figures == both


def test_something_that_is_no_model_has_its_own_line() -> None:
    rows = [row(), row(figures=Figures(cost_pusd=10**10), model=None, item="web search tool calls")]
    result = compared([call()], rows)
    assert reasons(result) == [Reason.NOT_TOKENS]
    assert result.differences[0].detail == "web search tool calls"


def test_a_call_just_before_midnight_may_be_on_the_next_day_there() -> None:
    calls = [call(5, 12), call(5, 23, minute=55), call(6, 12)]
    rows = [row(5), row(6, Figures(2, 2_000, 0, 0, 400, 9 * 10**9))]
    result = compared(calls, rows)
    assert {part.reason for line in result.lines for part in line.differences} == {
        Reason.DAY_BOUNDARY
    }
    assert [line.differences[0].tokens for line in result.lines] == [-1_200, 1_200]


def test_a_call_is_not_moved_to_a_day_that_has_less_than_it_more() -> None:
    calls = [call(5, 12), call(5, 23, minute=55), call(6, 12)]
    result = compared(calls, [row(5), row(6, Figures(2, 1_100, 0, 0, 200, 5 * 10**9))])
    assert result.lines[0].differences[0].reason is Reason.MISSING_THERE


def test_a_call_is_not_moved_where_more_than_it_is_missing() -> None:
    calls = [call(5, 12), call(5, 23, minute=55)]
    facts = replace(FACTS, told=ALL - {"requests"})
    two = Figures(None, 2_000, 0, 0, 400, 9 * 10**9)
    result = compared(calls, [row(6, two)], facts)
    assert Reason.DAY_BOUNDARY not in reasons(result)
    assert result.is_open


def test_the_last_call_of_a_month_may_be_the_first_of_the_next_there() -> None:
    facts = replace(FACTS, first=FIRST - timedelta(days=1), last=LAST + timedelta(days=1))
    late = call(30, 23, minute=58)
    there = replace(row(30), day=date(2026, 12, 1))
    line = only_line(compared([late], [there], facts))
    assert [part.reason for part in line.differences] == [Reason.DAY_BOUNDARY]
    assert compared([late], [], facts).is_open


def test_a_call_at_noon_is_never_moved_over_midnight() -> None:
    result = compared([call(5), call(5, 13)], [row(5), row(6)])
    assert result.is_open


def test_days_of_another_time_zone_are_found_where_they_fit_exactly() -> None:
    calls = [call(day, 3, figures=Figures(1, 100 * day, 0, 0, day, day)) for day in range(3, 12)]
    rows = [row(day - 1, Figures(1, 100 * day, 0, 0, day, day), key=None) for day in range(3, 12)]
    facts = replace(FACTS, keys={}, keys_known=False, first=None, last=None, days_utc=False)
    result = compared(calls, rows, facts)
    assert result.offset_h in range(4, 13)
    assert all(line.differences == () for line in result.lines)


def test_days_that_a_report_does_not_hold_are_said_to_be_missing_from_it() -> None:
    facts = replace(FACTS, first=date(2026, 11, 5))
    result = compared([call(2), call(5)], [row(5)], facts)
    assert reasons(result) == [Reason.NOT_COVERED]
    assert result.lines[0].theirs is None
    assert not result.is_open


def test_calls_are_compared_one_by_one_where_both_sides_have_their_ids() -> None:
    calls = [call(request_id="gen-1"), call(request_id="gen-2"), call(request_id="gen-3")]
    rows = [
        row(request_id="gen-1"),
        row(request_id="gen-2", figures=Figures(1, 1_000, 0, 0, 200, 4_600_000_000)),
        row(request_id="gen-9"),
    ]
    result = compared(calls, rows)
    named = {pair.request_id: pair.differences[0].reason for pair in result.rows}
    assert named == {
        "gen-2": Reason.PRICE_CHANGED,
        "gen-9": Reason.OTHER_CALLS,
        "gen-3": Reason.MISSING_THERE,
    }
    assert result.matched == 1


def test_a_line_with_our_id_counts_on_our_day() -> None:
    late = call(30, 23, minute=59, request_id="gen-1")
    there = row(30, request_id="gen-1")
    result = compared([late], [replace(there, day=date(2026, 12, 1))])
    assert only_line(result).differences == ()


def test_keys_are_learned_from_calls_that_both_sides_have() -> None:
    facts = replace(FACTS, keys={}, keys_known=False)
    rows = [row(request_id="gen-1", key="Laptop"), row(request_id="gen-2", key="Server")]
    result = compared([call(request_id="gen-1")], rows, facts)
    assert [(line.key_id, line.key_there) for line in result.lines] == [("k1", ""), ("", "Server")]


def test_keys_that_the_report_knows_itself_stay_apart_where_every_call_is_matched() -> None:
    facts = replace(FACTS, keys={}, keys_known=True)
    calls = [call(request_id="gen-1"), call(request_id="gen-2", key_id="k2")]
    rows = [
        row(request_id="gen-1", key=None, key_id="k1"),
        row(request_id="gen-2", key=None, key_id="k2"),
    ]
    result = compared(calls, rows, facts)
    assert [(line.key_id, line.differences) for line in result.lines] == [("k1", ()), ("k2", ())]


def test_costs_for_all_keys_are_shared_by_the_tokens_of_each() -> None:
    usage = Figures(read=1_000, cache_read=0, cache_write=0, written=100)
    rows = [
        row(figures=usage),
        row(figures=replace(usage, read=3_000), key="key_x"),
        row(figures=Figures(cost_pusd=4_001), key=None, part="input"),
        row(figures=Figures(cost_pusd=200), key=None, part="output"),
    ]
    told = ALL - {"requests"}
    mine = call(figures=Figures(1, 1_000, 0, 0, 100, 1_100))
    result = compared([mine], rows, replace(FACTS, told=told))
    ours, other = result.lines
    assert ours.theirs is not None
    assert other.theirs is not None
    assert ours.theirs.cost_pusd == 1_000 + 100
    assert other.theirs.cost_pusd == 3_001 + 100
    assert ours.differences == ()
