"""Between rows and records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import LedgerError
from app.ledger.rows import at_from, ms_from

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))


@given(st.datetimes(timezones=zones))
def test_a_time_is_kept_to_the_millisecond_rounded_down(at: datetime) -> None:
    assert ms_from(at) == (at - EPOCH) // timedelta(milliseconds=1)
    assert timedelta(0) <= at - at_from(ms_from(at)) < timedelta(milliseconds=1)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(LedgerError):
        ms_from(EPOCH.replace(tzinfo=None))
