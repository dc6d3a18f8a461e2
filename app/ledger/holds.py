"""Reading holds, and finding those that wait for an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.ledger.records import Attempt, HoldRow
from app.ledger.rows import (
    DRAW_COLUMNS,
    HOLD_COLUMNS,
    at_from,
    hold_row,
    in_parts,
    marks,
    ms_from,
)
from app.ledger.steps import Row, Sql, Steps

RESOLVE_WITHIN = timedelta(minutes=15)
FOUND_MAX = 1000


def hold_by_id(hold_id: str, *, lock: bool = False) -> Steps[HoldRow | None]:
    """The hold, None where there is none; with `lock` nobody else moves it meanwhile."""
    rows = yield Sql(f"SELECT {HOLD_COLUMNS} FROM ledger_holds WHERE id = ?", (hold_id,), lock)
    return (yield from _one(rows))


def hold_by_key(tenant: str, key: str) -> Steps[HoldRow | None]:
    """The hold of a tenant's key, None where there is none."""
    rows = yield Sql(
        f"SELECT {HOLD_COLUMNS} FROM ledger_holds WHERE tenant = ? AND key = ?", (tenant, key)
    )
    return (yield from _one(rows))


def open_holds(tenant: str | None = None) -> Steps[tuple[HoldRow, ...]]:
    """Holds that have not ended, the oldest first; None: of everybody."""
    of_tenant, values = ("", ()) if tenant is None else (" AND tenant = ?", (tenant,))
    rows = yield Sql(
        f"SELECT {HOLD_COLUMNS} FROM ledger_holds WHERE ended_ms IS NULL{of_tenant}"
        " ORDER BY created_ms, id",
        values,
    )
    return (yield from _with_draws(rows))


def unresolved(now: datetime, *, overdue: bool = False) -> Steps[tuple[HoldRow, ...]]:
    """Parked holds for the resolver, the oldest first, at most FOUND_MAX.

    With `overdue` only those that should have ended already: look them up no longer, settle them
    at their last heartbeat.
    """
    before = ms_from(now - RESOLVE_WITHIN if overdue else now)
    rows = yield Sql(
        f"SELECT {HOLD_COLUMNS} FROM ledger_holds WHERE ended_ms IS NULL AND state = 'unknown'"
        " AND lease_ms <= ? ORDER BY lease_ms, id LIMIT ?",
        (before, FOUND_MAX),
    )
    return (yield from _with_draws(rows))


def attempts_of(hold_id: str) -> Steps[tuple[Attempt, ...]]:
    """The attempts that were given up, in their order; the last one is in the hold itself."""
    rows = yield Sql(
        "SELECT hold_id, number, route, owner, output_tokens_seen, given_up_ms, reason"
        " FROM ledger_attempts WHERE hold_id = ? ORDER BY number",
        (hold_id,),
    )
    return tuple(
        Attempt(row[0], row[1], row[2], row[3], row[4], at_from(row[5]), row[6]) for row in rows
    )


def _one(rows: Sequence[Row]) -> Steps[HoldRow | None]:
    found = yield from _with_draws(rows)
    return found[0] if found else None


def _with_draws(rows: Sequence[Row]) -> Steps[tuple[HoldRow, ...]]:
    draws: dict[str, list[Row]] = {row[0]: [] for row in rows}
    for part in in_parts(list(draws)):
        for draw in (
            yield Sql(
                f"SELECT {DRAW_COLUMNS} FROM ledger_hold_draws WHERE hold_id IN ({marks(part)})"
                " ORDER BY hold_id, line",
                part,
            )
        ):
            draws[draw[0]].append(draw)
    return tuple(hold_row(row, draws[row[0]]) for row in rows)
