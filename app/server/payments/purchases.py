"""What an account bought: packs as the ledger credited them, and each paid month of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.ledger.rows import at_from
from app.ledger.steps import Sql, Steps
from app.server.payments.subscription_rows import spans_of


@dataclass(frozen=True, slots=True)
class Purchase:
    """`paid_minor` and `back_minor` are in the currency's smallest coin; `granted` and
    `taken_back` are of a pack, in its unit. `until` is the end of a paid month."""

    id: str
    kind: str
    name: str
    processor: str
    at: datetime
    paid_minor: int
    currency: str
    back_minor: int = 0
    unit: str = ""
    granted: int = 0
    taken_back: int = 0
    until: datetime | None = None


def purchases_of(tenant: str) -> Steps[tuple[Purchase, ...]]:
    """Everything that an account paid for, the newest first."""
    rows = yield Sql(
        "SELECT c.payment, coalesce(p.name, ''), c.processor, c.at_ms, c.amount_minor, c.currency,"
        " (SELECT CAST(coalesce(sum(r.amount_minor), 0) AS BIGINT) FROM ledger_refunds AS r"
        " WHERE r.processor = c.processor AND r.mode = c.mode AND r.payment = c.payment"
        " AND r.currency = c.currency AND r.state <> 'won'), c.unit, c.granted, c.taken_back"
        " FROM ledger_credits AS c LEFT JOIN packs AS p ON p.tenant = c.tenant AND p.id = c.account"
        " WHERE c.tenant = ? ORDER BY c.at_ms DESC LIMIT 1000",
        (tenant,),
    )
    packs = [
        Purchase(
            id=row[0],
            kind="pack",
            name=row[1],
            processor=row[2],
            at=at_from(row[3]),
            paid_minor=row[4],
            currency=row[5],
            back_minor=min(row[6], row[4]),
            unit=row[7],
            granted=row[8],
            taken_back=row[9],
        )
        for row in rows
    ]
    months = [
        Purchase(
            id=span.invoice,
            kind="plan",
            name=span.plan,
            processor=span.processor,
            at=span.paid_at,
            paid_minor=span.amount_minor,
            currency=span.currency,
            back_minor=min(span.back_minor, span.amount_minor),
            until=span.end,
        )
        for span in (yield from spans_of(tenant))
    ]
    return tuple(sorted(packs + months, key=lambda each: (each.at, each.id), reverse=True))
