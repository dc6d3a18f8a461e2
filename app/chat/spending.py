"""What the user's own keys cost: today, this month, by key and model, the last 14 days.

Days and months are UTC, as the providers count them. Everything comes from the local cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from app.catalog.pricebook import PriceBook
from app.chat.holder_names import HolderNames
from app.chat.names import Names
from app.chat.spending_csv import UsageRows
from app.chat.spending_page import UsagePage, joined
from app.clock import Clock
from app.seam.views import BillingView, Certainty, DaySpend, SpendLine
from app.store.records import SpendRecord
from app.store.shelves import Shelves
from app.store.usage_records import SourceSums, UsageSpan, UsageSums

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
        today = day_start(now).date()
        month = UsageSpan(today.replace(day=1), today, own_only=True)
        sources = self._shelves.usage_days.sources_of(month)
        this_month = joined(row.sums for row in sources)
        days = self._days(today)
        return BillingView(
            today=_line("Today", days.get(today, UsageSums())),
            month=_line(f"{now:%B}", this_month),
            by_key=self._lines(sources, lambda row: self.names.key(row.key_id), "key_id"),
            by_model=self._lines(
                sources, lambda row: self.names.model_anywhere(row.model), "model"
            ),
            days=tuple(_day(day, days.get(day)) for day in _chart_days(today)),
            unpriced_messages=self._unpriced(this_month, now),
            as_of=now,
        )

    def _lines(
        self, sources: Sequence[SourceSums], label: Callable[[SourceSums], str], by: str
    ) -> tuple[SpendLine, ...]:
        """The sums of each key or model, the dearest first."""
        found: dict[str, list[SourceSums]] = {}
        for row in sources:
            found.setdefault(getattr(row, by), []).append(row)
        sums = {id_: joined(row.sums for row in rows) for id_, rows in found.items()}
        ordered = sorted(found, key=lambda id_: (-sums[id_].pusd, id_))
        return tuple(_line(label(found[id_][0]), sums[id_]) for id_ in ordered)

    def _unpriced(self, sums: UsageSums, now: datetime) -> int:
        """Messages without a price: single calls are read only where there are any."""
        if not sums.unpriced:
            return 0
        start = month_start(now)
        return self._shelves.usage.totals(start, day_start(now) + timedelta(days=1)).unpriced

    def key_month(self) -> dict[str, SpendRecord]:
        """This month's sum by key id."""
        month = month_start(self._clock.now())
        rows = self._shelves.usage.by_key(month, month + timedelta(days=32))
        return {row.label: row for row in rows}

    def _days(self, today: date) -> dict[date, UsageSums]:
        span = UsageSpan(_chart_days(today)[0], today, own_only=True)
        return self._shelves.usage_days.days(span)


def _chart_days(today: date) -> list[date]:
    return [today - timedelta(days=number) for number in reversed(range(CHART_DAYS))]


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


def _line(label: str, sums: UsageSums) -> SpendLine:
    tokens = sums.read_tokens + sums.written_tokens
    return SpendLine(label, sums.pusd, _certainty(sums), tokens, sums.messages)


def _day(day: date, sums: UsageSums | None) -> DaySpend:
    if sums is None:
        return DaySpend(day, 0, Certainty.EXACT, 0)
    return DaySpend(day, sums.pusd, _certainty(sums), sums.messages)


def _certainty(sums: UsageSums) -> Certainty:
    """Exact only where every call in the sum is."""
    if sums.unpriced and not sums.pusd:
        return Certainty.UNKNOWN
    return Certainty.ESTIMATED if sums.estimated or sums.unpriced else Certainty.EXACT
