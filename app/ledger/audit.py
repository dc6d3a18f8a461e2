"""The audit: every row of the ledger against the invariants, and each that breaks one by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.ledger.audit_checks import CHECKS
from app.ledger.holds import RESOLVE_WITHIN
from app.ledger.payments import taken_back_of
from app.ledger.records import Finding
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps


def audit(now: datetime | None = None) -> Steps[tuple[Finding, ...]]:
    """What does not add up; empty where all does. Read it on one state of the database.

    With `now`, right after the sweeper, also what should have ended until then.
    """
    found: list[Finding] = []
    for check in CHECKS:
        rows = yield Sql(check.query)
        found += (
            Finding(check.invariant, check.where.format(*row), check.what.format(*row))
            for row in rows
        )
    found += yield from _refunds()
    if now is not None:
        found += yield from _forgotten(now)
    return tuple(found)


def _refunds() -> Steps[Sequence[Finding]]:
    """What was taken back of each credit against what was asked back of its payment."""
    rows = yield Sql(
        "SELECT c.processor, c.payment, c.kind, c.granted, c.amount_minor, c.taken_back,"
        " CAST(coalesce(sum(r.amount_minor), 0) AS BIGINT) FROM ledger_credits AS c"
        " LEFT JOIN ledger_refunds AS r ON r.processor = c.processor AND r.mode = c.mode"
        " AND r.payment = c.payment AND r.currency = c.currency AND r.state <> 'won'"
        " GROUP BY c.processor, c.payment, c.kind, c.granted, c.amount_minor, c.taken_back"
    )
    found = []
    for processor, payment, kind, granted, paid_minor, taken_back, asked in rows:
        due = taken_back_of(granted, paid_minor, asked)
        if taken_back != due:
            where = f"credit {processor}/{payment}/{kind}"
            found.append(Finding(11, where, f"{taken_back} is taken back of it and {due} is due"))
    return found


def _forgotten(now: datetime) -> Steps[Sequence[Finding]]:
    rows = yield Sql(
        "SELECT id, state FROM ledger_holds WHERE ended_ms IS NULL AND ("
        "state = 'held' AND expires_ms <= ? OR state = 'dispatched' AND lease_ms <= ?"
        " OR state = 'unknown' AND lease_ms <= ?) ORDER BY id",
        (ms_from(now), ms_from(now), ms_from(now - RESOLVE_WITHIN)),
    )
    found = [Finding(4, f"hold {row[0]}", f"it is still {row[1]}") for row in rows]
    idle = yield Sql(
        "SELECT d.tenant, -d.posted, w.id FROM ledger_accounts AS d JOIN ledger_accounts AS w"
        " ON w.tenant = d.tenant AND w.unit = d.unit AND w.kind = 'wallet'"
        " WHERE d.kind = 'debt' AND d.posted < 0 AND w.posted > w.held ORDER BY d.tenant, w.id"
    )
    found += (
        Finding(9, f"tenant {row[0]}", f"it owes {row[1]} and {row[2]} has something unspent")
        for row in idle
    )
    return found
