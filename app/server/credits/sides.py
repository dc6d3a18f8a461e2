"""Side holds whose call is over without them: its own hold expired before it was sent, and the
sweeper, which knows nothing of sides, gave that one back."""

from __future__ import annotations

from datetime import datetime

from app.ledger.steps import Sql, Steps
from app.metering.hold import Proof
from app.server.credits.holding import SIDE_OWNER
from app.server.credits.settlement import release_side

_AT_ONCE_MAX = 200


def release_orphans(now: datetime) -> Steps[int]:
    """Give back what is set aside for calls that are over; how many there were. Any number of
    workers may do it."""
    rows = yield Sql(
        "SELECT side.id FROM ledger_holds side JOIN ledger_holds call ON call.id = side.key"
        " WHERE side.ended_ms IS NULL AND side.owner = ? AND call.ended_ms IS NOT NULL"
        " ORDER BY side.id LIMIT ?",
        (SIDE_OWNER, _AT_ONCE_MAX),
    )
    for (hold_id,) in rows:
        yield from release_side(str(hold_id), now, Proof.NOTHING_SENT)
    return len(rows)
