"""How long credit lasts at the pace of the last days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metering.forecast import HORIZON_DAYS, Forecast, Pool, forecast, pace

TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
MONTH_END = datetime(2026, 12, 1, tzinfo=UTC)


def days(*amounts: int) -> dict[date, int]:
    """Amounts of the last whole days, the newest last."""
    return {TODAY - (len(amounts) - place) * DAY: each for place, each in enumerate(amounts)}


def pack(left: int) -> Pool:
    return Pool(left, left, "once", None)


def test_a_pack_lasts_until_the_day_that_it_does_not_cover_whole() -> None:
    used = days(1_000, 1_000, 1_000, 1_000, 1_000)
    assert forecast([pack(3_500)], used, TODAY) == Forecast(1_000, date(2026, 11, 24))


def test_a_day_that_is_covered_to_the_unit_is_covered() -> None:
    used = days(1_000, 1_000, 1_000, 1_000, 1_000)
    assert forecast([pack(4_000)], used, TODAY) == Forecast(1_000, date(2026, 11, 25))
    assert forecast([pack(3_999)], used, TODAY) == Forecast(1_000, date(2026, 11, 24))


def test_what_was_used_today_is_not_expected_again() -> None:
    used = days(1_000, 1_000, 1_000, 1_000, 1_000) | {TODAY: 900}
    assert forecast([pack(2_100)], used, TODAY) == Forecast(1_000, date(2026, 11, 24))
    assert pace(used, TODAY) == 1_000, "today is not over"


def test_a_month_is_made_anew_before_it_runs_out() -> None:
    monthly = Pool(9_000, 30_000, "month", MONTH_END)
    used = days(800, 800, 800, 800, 800)
    assert forecast([monthly], used, TODAY) == Forecast(800, None)


def test_a_month_that_does_not_reach_its_reset_ends_before_it() -> None:
    monthly = Pool(5_000, 10_000, "month", MONTH_END)
    used = days(1_000, 1_000, 1_000, 1_000, 1_000)
    assert forecast([monthly], used, TODAY) == Forecast(1_000, date(2026, 11, 26))


def test_a_daily_grant_of_more_than_the_pace_never_ends() -> None:
    daily = Pool(200, 30_000, "billing_day", datetime(2026, 11, 21, 18, tzinfo=UTC))
    used = days(20_000, 20_000, 20_000, 20_000, 20_000) | {TODAY: 19_900}
    assert forecast([daily], used, TODAY) == Forecast(20_000, None)


def test_a_daily_grant_below_the_pace_eats_up_the_pack_behind_it() -> None:
    daily = Pool(1_000, 1_000, "day", datetime(2026, 11, 22, tzinfo=UTC))
    used = days(1_500, 1_500, 1_500, 1_500, 1_500)
    assert forecast([daily, pack(1_000)], used, TODAY) == Forecast(1_500, date(2026, 11, 23))


@pytest.mark.parametrize(
    "used",
    [
        {},
        days(500, 500, 500, 500),  # four days
        days(500, 0, 0, 0, 0, 500),  # two of them with anything
        {TODAY: 90_000},
        {TODAY - 40 * DAY: 9, TODAY - 41 * DAY: 9, TODAY - 42 * DAY: 9},
    ],
)
def test_too_little_says_nothing(used: dict[date, int]) -> None:
    assert forecast([pack(1_000)], used, TODAY) is None


def test_days_without_use_count_in_the_pace_and_it_is_rounded_up() -> None:
    assert pace(days(100, 0, 0, 100, 0, 101), TODAY) == 51


def test_nothing_left_is_over_today() -> None:
    assert forecast([], days(1, 1, 1, 1, 1), TODAY) == Forecast(1, TODAY)


pools = st.lists(
    st.builds(
        Pool,
        left=st.integers(0, 10**9),
        granted=st.integers(0, 10**9),
        window=st.sampled_from(["day", "month", "billing_day", "once"]),
        resets=st.none() | st.datetimes(
            MONTH_END.replace(month=11, day=21, tzinfo=None),
            MONTH_END.replace(day=31, tzinfo=None),
            timezones=st.just(UTC),
        ),
    ),
    max_size=5,
)  # fmt: skip
uses = st.dictionaries(
    st.dates(TODAY - 20 * DAY, TODAY), st.integers(0, 10**7), min_size=3, max_size=20
)


@given(pools, uses, st.integers(0, 10**9))
def test_more_credit_never_ends_sooner(
    given_pools: list[Pool], used: dict[date, int], more: int
) -> None:
    before = forecast(given_pools, used, TODAY)
    after = forecast([*given_pools, pack(more)], used, TODAY)
    if before is None or after is None:
        assert before is after is None
        return
    last = TODAY + HORIZON_DAYS * DAY
    assert (after.until or last) >= (before.until or last)
