"""What a tenant's subscriptions come to: plan, paid until when, past due, seats. A function of the
rows alone, so that it does not matter in which order they came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.catalog.plan_catalog import PlanCatalog
from app.server.payments.lemon_squeezy_events import month_after
from app.server.payments.notices import SubscriptionState
from app.server.payments.shelf import LEMON_SQUEEZY
from app.server.payments.subscription_rows import PaidSpan, SubscriptionRow

ANY_PLAN = "*"  # a difference that was paid for a change of plan
# Processors bill an hour or so after a month has begun; meanwhile nobody shall stand without.
RENEWAL_GRACE = timedelta(hours=6)
_MONTH_MAX = timedelta(days=32)


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription in force. `plan` is what was paid for; `paid_until` is when it ends unless it
    is paid again; `runs_until` is that without the grace of a renewal."""

    subscription: SubscriptionRow
    plan: str
    seats: int
    subscribed_at: datetime
    runs_until: datetime
    paid_until: datetime
    past_due: bool


def standing_of(
    catalog: PlanCatalog, rows: Sequence[SubscriptionRow], spans: Sequence[PaidSpan]
) -> Standing | None:
    """The best of a tenant's subscriptions; None where none was ever paid, or all have ended."""
    found = []
    for row in rows:
        own = [span for span in spans if _is_of(span, row)]
        standing = _one(catalog, row, own)
        if standing is not None and row.state is not SubscriptionState.ENDED:
            found.append(standing)
    return max(found, key=_order, default=None)


def _order(standing: Standing) -> tuple[object, ...]:
    row = standing.subscription
    return (
        not standing.past_due,
        not row.cancel_at_end,
        standing.runs_until,
        row.processor,
        row.mode,
        row.id,
    )


def _is_of(span: PaidSpan, row: SubscriptionRow) -> bool:
    return (span.processor, span.mode, span.subscription) == (row.processor, row.mode, row.id)


def _one(catalog: PlanCatalog, row: SubscriptionRow, spans: Sequence[PaidSpan]) -> Standing | None:
    lasting = [(span, end) for span in spans if (end := _paid_end(row, span)) > span.start]
    if not lasting:
        return None
    runs_until = max(end for _, end in lasting)
    kept = [span for span in spans if not _is_given_back(span)]
    plan, quantity = _plan_paid(row, _of_this_month(kept))
    goes_on = row.state is SubscriptionState.ACTIVE and not row.cancel_at_end
    # What was given back in whole is over at once, whatever the subscription says.
    last_is_whole = max(lasting, key=lambda each: each[1])[0].back_minor == 0
    sold = catalog.plan(plan)
    least = sold.seats.least if sold is not None and sold.seats is not None else 0
    return Standing(
        subscription=row,
        plan=plan,
        seats=least * quantity,
        subscribed_at=row.subscribed_at,
        runs_until=runs_until,
        paid_until=runs_until + RENEWAL_GRACE if goes_on and last_is_whole else runs_until,
        past_due=row.state is SubscriptionState.PAST_DUE,
    )


def _paid_end(row: SubscriptionRow, span: PaidSpan) -> datetime:
    """Until when a paid invoice lasts: what was given back of it takes its share of the time."""
    end = span.end
    if row.processor == LEMON_SQUEEZY and span.plan != ANY_PLAN:
        end = _lemon_end(row, span)
    if not span.back_minor:
        return end
    if _is_given_back(span):
        return span.start
    left = span.amount_minor - span.back_minor
    return span.start + (end - span.start) * left // span.amount_minor


def _is_given_back(span: PaidSpan) -> bool:
    return span.back_minor > 0 and span.amount_minor <= span.back_minor


def _lemon_end(row: SubscriptionRow, span: PaidSpan) -> datetime:
    """An invoice of Lemon Squeezy names no period: it lasts to the renewal that follows it, as the
    subscription says, else for a month."""
    if row.period_end is not None and span.start < row.period_end <= span.start + _MONTH_MAX:
        return row.period_end
    return month_after(span.start)


def _of_this_month(spans: Sequence[PaidSpan]) -> list[PaidSpan]:
    """Those that reach into the time that was paid for last, with differences paid in it: a plan
    of an earlier month does not count again."""
    begun = max((span.start for span in spans if span.plan != ANY_PLAN), default=None)
    if begun is None:
        return list(spans)
    return [
        span
        for span in spans
        if span.end > begun or (span.plan == ANY_PLAN and span.start >= begun)
    ]


def _plan_paid(row: SubscriptionRow, spans: Iterable[PaidSpan]) -> tuple[str, int]:
    """The plan that the subscription is on, where it was paid for; else the last that was."""
    spans = sorted(spans, key=lambda span: (span.paid_at, span.start, span.invoice))
    for_it = [span for span in spans if span.plan in (row.plan, ANY_PLAN)]
    if for_it:
        paid = max(span.quantity for span in for_it)
        return row.plan, min(row.quantity, paid)
    last = spans[-1]
    return last.plan, last.quantity
