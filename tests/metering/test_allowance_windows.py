"""When windows begin and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.plans import Window
from app.errors import MeteringError
from app.metering.allowances_windows import span_at


def test_a_month_resets_on_the_first_at_midnight_utc() -> None:
    span = span_at(Window.MONTH, datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert span is not None
    assert (span.start, span.end) == (
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )


def test_a_day_is_a_day_of_utc_wherever_the_person_is() -> None:
    east = datetime(2026, 11, 22, 1, tzinfo=timezone(timedelta(hours=9)))
    span = span_at(Window.DAY, east)
    assert span is not None
    assert span.end == datetime(2026, 11, 22, tzinfo=UTC)


def test_a_billing_day_begins_at_the_hour_of_the_subscription() -> None:
    begun = datetime(2026, 11, 1, 15, 30, tzinfo=UTC)
    span = span_at(Window.BILLING_DAY, datetime(2026, 11, 21, 15, 29, tzinfo=UTC), begun)
    assert span is not None
    assert span.start == datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    assert span.end == datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


def test_without_a_subscription_there_is_no_billing_day() -> None:
    assert span_at(Window.BILLING_DAY, datetime(2026, 11, 21, tzinfo=UTC)) is None


def test_once_never_ends() -> None:
    span = span_at(Window.ONCE, datetime(2026, 11, 21, tzinfo=UTC))
    assert span is not None
    assert (span.end, span.name) == (None, "once")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(MeteringError):
        span_at(Window.DAY, datetime(2026, 11, 21))  # noqa: DTZ001


@given(
    st.sampled_from([Window.DAY, Window.MONTH, Window.BILLING_DAY]),
    st.datetimes(datetime(2020, 1, 2), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_every_moment_is_in_one_window_and_the_next_begins_where_it_ends(
    window: Window, now: datetime
) -> None:
    begun = datetime(2020, 1, 1, 7, tzinfo=UTC)
    span = span_at(window, now, begun)
    assert span is not None
    assert span.start is not None
    assert span.end is not None
    assert span.start <= now < span.end
    following = span_at(window, span.end, begun)
    assert following is not None
    assert following.start == span.end
    assert span_at(window, span.end - timedelta(microseconds=1), begun) == span
