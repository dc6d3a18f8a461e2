"""The guards as pure rules: a message far above the usual, and a tool loop without end."""

from __future__ import annotations

from statistics import median_low

from hypothesis import given
from hypothesis import strategies as st

from app.metering.guards import GuardRules, LoopEnd, LoopGuard, anomaly

USUAL = 4 * 10**9  # $0.004
RULES = GuardRules()
costs = st.integers(0, 10**13)


def test_a_message_at_fourteen_times_the_usual_is_asked_about() -> None:
    found = anomaly(56 * 10**9, [USUAL] * 50, RULES)
    assert found is not None
    assert (found.cost_pusd, found.usual_pusd, found.times) == (56 * 10**9, USUAL, 14)


def test_ten_times_the_usual_is_not_more_than_ten_times() -> None:
    rules = GuardRules(floor_pusd=0)
    assert anomaly(10 * USUAL, [USUAL] * 50, rules) is None
    assert anomaly(10 * USUAL + 1, [USUAL] * 50, rules) is not None


def test_below_the_sum_nothing_is_asked_however_many_times_it_is() -> None:
    assert anomaly(RULES.floor_pusd, [1] * 50, RULES) is None
    assert anomaly(RULES.floor_pusd + 1, [1] * 50, RULES) is not None


def test_until_five_messages_were_paid_for_nothing_is_usual() -> None:
    assert anomaly(10**13, [USUAL] * 4, RULES) is None
    assert anomaly(10**13, [USUAL] * 4 + [0] * 40, RULES) is None
    assert anomaly(10**13, [USUAL] * 5, RULES) is not None


def test_only_the_last_fifty_count() -> None:
    assert anomaly(10**11, [USUAL] * 50 + [10**12] * 500, RULES) is not None
    assert anomaly(10**11, [10**12] * 50 + [USUAL] * 500, RULES) is None


def test_an_unknown_cost_and_a_guard_that_is_off_ask_nothing() -> None:
    assert anomaly(None, [USUAL] * 50, RULES) is None
    assert anomaly(10**13, [USUAL] * 50, GuardRules(factor=0)) is None


@given(costs, st.lists(costs, max_size=80), st.integers(1, 100), costs)
def test_it_asks_exactly_above_both_bounds(
    cost: int, recent: list[int], factor: int, floor: int
) -> None:
    paid = [one for one in recent[:50] if one]
    found = anomaly(cost, recent, GuardRules(factor=factor, floor_pusd=floor))
    wanted = len(paid) >= 5 and cost > max(floor, factor * median_low(paid))
    assert (found is not None) == wanted
    if found is not None:
        assert found.times >= factor


@given(st.lists(st.tuples(costs, costs), max_size=40), st.integers(1, 20), costs)
def test_a_loop_passes_neither_its_number_nor_its_cost(
    calls: list[tuple[int, int]], most_calls: int, most_pusd: int
) -> None:
    guard = LoopGuard(GuardRules(loop_calls_max=most_calls, loop_pusd_max=most_pusd))
    for most, part in calls:
        if guard.end_before(most) is not None:
            break
        guard = guard.after(min(most, part))
    assert guard.calls <= most_calls
    first = min(calls[0]) if calls else 0
    assert guard.spent_pusd <= max(most_pusd, first)


def test_a_loop_says_why_it_ends() -> None:
    rules = GuardRules(loop_calls_max=8, loop_pusd_max=100)
    guard = LoopGuard(rules)
    assert guard.end_before(10**12) is None  # the user's own message
    guard = guard.after(60)
    assert guard.end_before(40) is None
    assert guard.end_before(41) is LoopEnd.COST
    for _ in range(7):
        guard = guard.after(0)
    assert guard.end_before(0) is LoopEnd.CALLS


def test_calls_without_a_price_end_sooner() -> None:
    guard = LoopGuard(GuardRules(loop_calls_max=8))
    for _ in range(2):
        assert guard.end_before(None) is None
        guard = guard.after(None)
    assert guard.end_before(None) is LoopEnd.PRICE_UNKNOWN
    assert guard.end_before(1) is None
