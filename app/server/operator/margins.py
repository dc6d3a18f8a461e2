"""What calls brought in and what they cost, by model and day. Calls on a tenant's own key cost the
operator nothing and are left out.

`charged` is what was drawn in dollars, `earned` what was paid for the packs that calls drew on,
each token at its own pack's price; what subscriptions bring is for a month and for no one call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from app.ledger.rows import ms_from
from app.ledger.steps import Row, Sql, Steps

_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)
_MINOR_PUSD = 10**10  # a cent; other currencies are left out


@dataclass(frozen=True, slots=True)
class Margin:
    """One model on one day (UTC); money in picodollars. `cost` is the providers' price of the
    calls, `lost` the part of it that nobody was charged, `unpriced` calls with an unknown cost."""

    day: date
    model: str
    calls: int
    plan_tokens: int
    charged_pusd: int
    earned_pusd: int
    cost_pusd: int
    lost_pusd: int
    unpriced: int

    @property
    def margin_pusd(self) -> int:
        return self.charged_pusd + self.earned_pusd - self.cost_pusd


def margins(first: date, last: date) -> Steps[tuple[Margin, ...]]:
    """The days from `first` to `last`, both included; the newest day first, the dearest model."""
    start_ms = (first - _EPOCH).days * _DAY_MS
    end_ms = ((last - _EPOCH).days + 1) * _DAY_MS
    rows = yield Sql(
        f"SELECT at_ms / {_DAY_MS}, model, count(*), {_sum('plan_tokens')},"
        f" {_sum('charged_pusd')}, {_sum('coalesce(cost_pusd, 0)')}, {_sum('lost_pusd')},"
        f" {_sum('CASE WHEN cost_pusd IS NULL THEN 1 ELSE 0 END')} FROM requests"
        " WHERE at_ms >= ? AND at_ms < ? AND own_key = ''"
        f" GROUP BY at_ms / {_DAY_MS}, model",
        (start_ms, end_ms),
    )
    drawn = yield Sql(
        f"SELECT r.at_ms / {_DAY_MS}, r.model, c.amount_minor, c.granted, {_sum('-p.amount')}"
        " FROM requests r JOIN ledger_entries e ON e.hold_id = r.id"
        " AND e.kind IN ('charge', 'correction')"
        " JOIN ledger_postings p ON p.entry_id = e.id"
        " JOIN ledger_credits c ON c.account = p.account AND c.currency = 'usd'"
        " WHERE r.at_ms >= ? AND r.at_ms < ? AND r.own_key = '' AND c.unit <> 'usd'"
        f" GROUP BY r.at_ms / {_DAY_MS}, r.model, c.amount_minor, c.granted",
        (start_ms, end_ms),
    )
    earned = _earned(drawn)
    found = [
        Margin(
            _EPOCH + timedelta(days=row[0]), row[1], row[2], row[3], row[4],
            earned.get((row[0], row[1]), 0), row[5], row[6], row[7],
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (-each.day.toordinal(), -each.cost_pusd)))


def total(found: Sequence[Margin]) -> Margin:
    """All together, under the first one's day."""
    whole = Margin(_EPOCH, "", 0, 0, 0, 0, 0, 0, 0)
    for each in found:
        whole = replace(
            whole,
            calls=whole.calls + each.calls,
            plan_tokens=whole.plan_tokens + each.plan_tokens,
            charged_pusd=whole.charged_pusd + each.charged_pusd,
            earned_pusd=whole.earned_pusd + each.earned_pusd,
            cost_pusd=whole.cost_pusd + each.cost_pusd,
            lost_pusd=whole.lost_pusd + each.lost_pusd,
            unpriced=whole.unpriced + each.unpriced,
        )
    return whole


def days_back(now: datetime, days: int) -> tuple[date, date]:
    """The last days, today included."""
    today = now.astimezone(UTC).date()
    return today - timedelta(days=days - 1), today


def start_of(day: date) -> int:
    """A day's first millisecond."""
    return ms_from(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _earned(drawn: Sequence[Row]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = defaultdict(int)
    for day, model, amount_minor, granted, used in drawn:
        found[day, model] += int(used) * int(amount_minor) * _MINOR_PUSD // int(granted)
    return found


def _sum(what: str) -> str:
    return f"CAST(coalesce(sum({what}), 0) AS BIGINT)"
