"""The sweeper: what never left is released, what ran out of its lease is parked. It is asked again
and again, by any number of processes, and frees no call that was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.errors import LedgerError
from app.ledger.accounts import move
from app.ledger.debts import square_all
from app.ledger.records import Swept
from app.ledger.rows import IDS_PER_STATEMENT, marks, ms_from
from app.ledger.steps import Sql, Steps


def sweep(now: datetime) -> Steps[Swept]:
    """End the waiting of what was forgotten until `now`.

    HELD past its `expires_at`: released. DISPATCHED past its lease: UNKNOWN, for the resolver;
    never released. At most a batch of each at once: ask again while there is `more`.
    """
    released = yield Sql(
        "UPDATE ledger_holds SET state = 'released', ended_ms = ? WHERE state = 'held'"
        " AND id IN (SELECT id FROM ledger_holds WHERE ended_ms IS NULL AND state = 'held'"
        " AND expires_ms <= ? ORDER BY id LIMIT ?) RETURNING id, tenant",
        (ms_from(now), ms_from(now), IDS_PER_STATEMENT),
    )
    if released:
        yield from _give_back(sorted(str(row[0]) for row in released))
    parked = yield Sql(
        "UPDATE ledger_holds SET state = 'unknown' WHERE state = 'dispatched' AND lease_ms <= ?"
        " AND id IN (SELECT id FROM ledger_holds WHERE ended_ms IS NULL AND state = 'dispatched'"
        " AND lease_ms <= ? ORDER BY id LIMIT ?) RETURNING id",
        (ms_from(now), ms_from(now), IDS_PER_STATEMENT),
    )
    yield from square_all(now)
    return Swept(
        tuple(sorted(str(row[0]) for row in released)),
        tuple(sorted(str(row[0]) for row in parked)),
        more=IDS_PER_STATEMENT in (len(released), len(parked)),
    )


def _give_back(hold_ids: Sequence[str]) -> Steps[None]:
    """In one sum for each account, so that its row is taken once and in order."""
    yield Sql(
        f"UPDATE ledger_hold_draws SET charged = 0 WHERE hold_id IN ({marks(hold_ids)})", hold_ids
    )
    sums = yield Sql(
        "SELECT account, CAST(sum(amount) AS BIGINT) FROM ledger_hold_draws"
        f" WHERE hold_id IN ({marks(hold_ids)}) GROUP BY account",
        hold_ids,
    )
    for account_id, amount in sorted(sums):
        if not (yield from move(account_id, held=-amount)):
            raise LedgerError(f"{account_id} has less set aside than its holds say.")
