"""Keys that were given up: a call that still comes with one is refused and costs nothing.

Such a key has a hold that was over from the start and drew on nothing. The key's uniqueness decides
between it and a call that arrives at the same moment. It is the only row that the ledger forgets,
once nothing can arrive any more.
"""

from __future__ import annotations

from datetime import datetime

from app.ledger.records import HoldRow
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps

# In the place of a body's hash: whatever comes with the key is another body.
GIVEN_UP = "given up"
_AT_ONCE_MAX = 50

INDEX = (
    "CREATE INDEX ledger_holds_given_up ON ledger_holds (expires_ms)"
    f" WHERE body_hash = '{GIVEN_UP}'"
)
_IS_KEPT = (
    f"OLD.body_hash <> '{GIVEN_UP}' OR OLD.frozen <> '' OR OLD.state <> 'released'"
    " OR OLD.attempt <> 0"
)
_REASON = "the ledger deletes nothing but what was given up"
# In the place of the trigger of the same name that lets nothing go.
MAY_BE_FORGOTTEN = {
    "sqlite": (
        "DROP TRIGGER ledger_holds_stay",
        (
            "CREATE TRIGGER ledger_holds_stay BEFORE DELETE ON ledger_holds"
            f" WHEN {_IS_KEPT} BEGIN SELECT RAISE (ABORT, '{_REASON}'); END"
        ),
    ),
    "postgres": (
        "DROP TRIGGER ledger_holds_stay ON ledger_holds",
        (
            "CREATE TRIGGER ledger_holds_stay AFTER DELETE ON ledger_holds FOR EACH ROW"
            f" WHEN ({_IS_KEPT}) EXECUTE FUNCTION ledger_refuse('{_REASON}')"
        ),
    ),
}


def is_given_up(hold: HoldRow) -> bool:
    return hold.body_hash == GIVEN_UP


def give_up(tenant: str, key: str, hold_id: str, *, now: datetime, until: datetime) -> Steps[bool]:
    """Take a tenant's key that nothing came with, to be kept until then; False where it is taken
    already, by a call or by an earlier order."""
    rows = yield Sql(
        "INSERT INTO ledger_holds (id, tenant, key, body_hash, state, created_ms, expires_ms,"
        " ended_ms) VALUES (?, ?, ?, ?, 'released', ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        (hold_id, tenant, key, GIVEN_UP, ms_from(now), ms_from(until), ms_from(now)),
    )
    return bool(rows)


def forget_given_up(now: datetime) -> Steps[int]:
    """Keys that nothing can arrive with any more, at most a batch of them; how many there were."""
    rows = yield Sql(
        "DELETE FROM ledger_holds WHERE id IN (SELECT id FROM ledger_holds"
        f" WHERE body_hash = '{GIVEN_UP}' AND expires_ms <= ? ORDER BY expires_ms LIMIT ?)"
        " RETURNING id",
        (ms_from(now), _AT_ONCE_MAX),
    )
    return len(rows)
