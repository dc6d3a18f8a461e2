"""The clock forward and back: what is noticed, and how long it lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.licensing.clock_guard import ClockGuard
from tests.licensing.issued import ISSUED

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

# Hours that the clock says at each look, and after the last one: the highest seen, whether the
# clock is turned back, and for how many hours it has run so.
STEPS: dict[str, tuple[list[float], float, bool, float]] = {
    "no step": ([0], 0, False, 0),
    "forward": ([0, 1, 2], 2, False, 0),
    "forward by a year": ([0, 8760], 8760, False, 0),
    "back by an hour": ([0, -1], 0, False, 0),
    "back by a day": ([0, -24], 0, False, 0),
    "back by more than a day": ([0, -24.01], 0, True, 0),
    "back, and some hours on": ([0, -48, -45, -40], 0, True, 8),
    "back, then right again": ([0, -48, -45, 1], 1, False, 3),
    "back, then nearly right": ([0, -48, -45, -23], 0, False, 3),
    "back twice, right between": ([0, -48, -45, 1, -47, -45], 1, True, 5),
    "back each morning": ([0, -48, -40, -48, -40, -48, -40], 0, True, 24),
    "ever further back": ([0, -48, -96, -1000], 0, True, 0),
    "little by little": ([0, -20, -40, -60, -59], 0, True, 1),
    "forward by mistake, then right": ([0, 8760, 1], 8760, True, 0),
}


@pytest.mark.parametrize(
    ("looks", "highest", "turned_back", "ran_for"), STEPS.values(), ids=STEPS.keys()
)
def test_the_guard_follows_the_clock(
    looks: list[float], highest: float, turned_back: bool, ran_for: float
) -> None:
    guard, noticed = ClockGuard(ISSUED), False
    for hours in looks:
        guard, noticed = guard.advance(ISSUED + hours * HOUR)
    assert noticed is turned_back
    assert guard.highest_seen == ISSUED + highest * HOUR
    assert guard.turned_back_for == ran_for * HOUR


def test_a_day_behind_is_forgiven_to_the_second() -> None:
    guard = ClockGuard(ISSUED)
    assert guard.advance(ISSUED - 24 * HOUR)[1] is False
    assert guard.advance(ISSUED - 24 * HOUR - SECOND)[1] is True


def test_a_guard_that_was_kept_goes_on_where_it_was() -> None:
    guard, _ = ClockGuard(ISSUED).advance(ISSUED - 48 * HOUR)
    kept = ClockGuard(guard.highest_seen, guard.last_seen, guard.turned_back_for)
    assert kept.advance(ISSUED - 47 * HOUR) == guard.advance(ISSUED - 47 * HOUR)
    assert kept.advance(ISSUED - 47 * HOUR)[0].turned_back_for == HOUR


def test_a_renewal_begins_anew_by_the_clock_as_it_is() -> None:
    guard, _ = ClockGuard(ISSUED + 9000 * HOUR).advance(ISSUED)
    guard, turned_back = guard.renewed(ISSUED).advance(ISSUED + HOUR)
    assert (turned_back, guard.highest_seen) == (False, ISSUED + HOUR)
    assert guard.turned_back_for == timedelta(0)


@given(st.lists(st.integers(-100_000, 100_000), min_size=1))
def test_the_highest_time_is_the_highest_of_all_looks(minutes: list[int]) -> None:
    guard = ClockGuard(ISSUED)
    for each in minutes:
        now = ISSUED + timedelta(minutes=each)
        before = guard
        guard, turned_back = guard.advance(now)
        assert guard.highest_seen >= before.highest_seen
        assert guard.turned_back_for >= before.turned_back_for
        assert turned_back is (guard.highest_seen - now > timedelta(hours=24))
    assert guard.highest_seen == max(ISSUED, ISSUED + timedelta(minutes=max(minutes)))
