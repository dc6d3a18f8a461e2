"""What the user's own keys cost: today, this month, by key and model, the last 14 days.

Days and months are UTC, as the providers count them. Everything comes from the local cache.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from app.catalog.pricebook import PriceBook
from app.chat.holder_names import HolderNames
from app.chat.names import Names
from app.chat.spending_csv import UsageRows
from app.chat.spending_page import UsagePage
from app.clock import Clock
from app.seam.views import BillingView, Certainty, DaySpend, SpendLine
from app.store.records import SpendRecord
from app.store.shelves import Shelves

CHART_DAYS = 14


class Spending:
    """Sums over the usage cache, as the billing panel shows them."""

    def __init__(self, shelves: Shelves, prices: PriceBook, clock: Clock) -> None:
        self.names = Names(shelves.keys, prices, HolderNames(shelves.servers))
        self.page = UsagePage(shelves, self.names, clock)
        self.rows = UsageRows(shelves, self.names)
        self.exports: set[int] = set()  # those that are being written, by their serial
        self._shelves = shelves
        self._clock = clock

    def billing(self) -> BillingView:
        """The panel as of now."""
        now = self._clock.now()
        day, month = day_start(now), month_start(now)
        end = day + timedelta(days=1)
        usage = self._shelves.usage
        this_month = usage.totals(month, end)
        return BillingView(
            today=_line("Today", usage.totals(day, end)),
            month=_line(f"{now:%B}", this_month),
            by_key=tuple(_line(self.names.key(row.label), row) for row in usage.by_key(month, end)),
            by_model=tuple(
                _line(self.names.model_anywhere(row.label), row)
                for row in usage.by_model(month, end)
            ),
            days=self._days(day),
            unpriced_messages=this_month.unpriced,
            as_of=now,
        )

    def key_month(self) -> dict[str, SpendRecord]:
        """This month's sum by key id."""
        month = month_start(self._clock.now())
        rows = self._shelves.usage.by_key(month, month + timedelta(days=32))
        return {row.label: row for row in rows}

    def _days(self, today: datetime) -> tuple[DaySpend, ...]:
        first = today - timedelta(days=CHART_DAYS - 1)
        rows = self._shelves.usage.by_day(first, today + timedelta(days=1))
        by_day = {date.fromisoformat(row.label): row for row in rows}
        days = [(first + timedelta(days=number)).date() for number in range(CHART_DAYS)]
        return tuple(_day(day, by_day.get(day)) for day in days)


def day_start(at: datetime) -> datetime:
    """Midnight UTC of a moment's day."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(at: datetime) -> datetime:
    """The first of a moment's month, midnight UTC."""
    return day_start(at).replace(day=1)


def sum_certainty(row: SpendRecord) -> Certainty:
    """Exact only where every receipt in the sum is."""
    if row.unpriced and not row.total_pusd:
        return Certainty.UNKNOWN
    return Certainty.ESTIMATED if row.estimated or row.unpriced else Certainty.EXACT


def _line(label: str, row: SpendRecord) -> SpendLine:
    return SpendLine(label, row.total_pusd, sum_certainty(row), row.tokens, row.messages)


def _day(day: date, row: SpendRecord | None) -> DaySpend:
    if row is None:
        return DaySpend(day, 0, Certainty.EXACT, 0)
    return DaySpend(day, row.total_pusd, sum_certainty(row), row.messages)
