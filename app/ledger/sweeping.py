"""The sweeper: what never left is released, what ran out of its lease is parked. It is asked again
and again, by any number of processes, and frees no call that was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.errors import LedgerError
from app.ledger.accounts import move
from app.ledger.debts import square_all
from app.ledger.records import Swept
from app.ledger.rows import IDS_PER_STATEMENT, in_parts, marks, ms_from
from app.ledger.steps import Row, Sql, Steps


def sweep(now: datetime) -> Steps[Swept]:
    """End the waiting of what was forgotten until `now`.

    HELD past its `expires_at`: released. DISPATCHED past its lease: UNKNOWN, for the resolver;
    never released. At most a batch of each at once: ask again while there is `more`.
    """
    released = yield from _release(now)
    parked = yield from _park(now)
    yield from square_all(now)
    return Swept(
        tuple(released), tuple(parked), more=IDS_PER_STATEMENT in (len(released), len(parked))
    )


def _release(now: datetime) -> Steps[Sequence[str]]:
    """Accounts first, then their holds, as everybody does."""
    expired = yield from _found("state = 'held' AND expires_ms <= ?", now)
    if not expired:
        return ()
    draws = yield Sql(
        "SELECT hold_id, account, amount FROM ledger_hold_draws"
        f" WHERE hold_id IN ({marks(expired)})",
        expired,
    )
    for part in in_parts(sorted({str(draw[1]) for draw in draws})):
        yield Sql(
            f"SELECT id FROM ledger_accounts WHERE id IN ({marks(part)}) ORDER BY id",
            part,
            lock=True,
        )
    rows = yield Sql(
        "UPDATE ledger_holds SET state = 'released', ended_ms = ?"
        f" WHERE id IN ({marks(expired)}) AND state = 'held' RETURNING id",
        (ms_from(now), *expired),
    )
    released = sorted(str(row[0]) for row in rows)
    if released:
        yield from _give_back(released, [draw for draw in draws if draw[0] in set(released)])
    return released


def _give_back(released: Sequence[str], draws: Sequence[Row]) -> Steps[None]:
    yield Sql(
        f"UPDATE ledger_hold_draws SET charged = 0 WHERE hold_id IN ({marks(released)})", released
    )
    sums: dict[str, int] = {}
    for _, account_id, amount in draws:
        sums[account_id] = sums.get(account_id, 0) + amount
    for account_id, amount in sorted(sums.items()):
        if not (yield from move(account_id, held=-amount)):
            raise LedgerError(f"{account_id} has less set aside than its holds say.")


def _park(now: datetime) -> Steps[Sequence[str]]:
    lapsed = yield from _found("state = 'dispatched' AND lease_ms <= ?", now)
    if not lapsed:
        return ()
    rows = yield Sql(
        f"UPDATE ledger_holds SET state = 'unknown' WHERE id IN ({marks(lapsed)})"
        " AND state = 'dispatched' AND lease_ms <= ? RETURNING id",
        (*lapsed, ms_from(now)),
    )
    return sorted(str(row[0]) for row in rows)


def _found(which: str, now: datetime) -> Steps[Sequence[str]]:
    rows = yield Sql(
        f"SELECT id FROM ledger_holds WHERE ended_ms IS NULL AND {which} ORDER BY id LIMIT ?",
        (ms_from(now), IDS_PER_STATEMENT),
    )
    return [str(row[0]) for row in rows]
