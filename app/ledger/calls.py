"""What happens to a hold while its call runs: dispatch, failover, heartbeat, park, release.

Each step is a compare-and-set on the state: the row moves only from where the step may begin.
Where it touches accounts too, those are locked first, by id, and the hold after them: a second
admission with the same key takes them in that order as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.errors import HoldMoved, LedgerError
from app.ledger.accounts import locked, move
from app.ledger.admission import is_in_debt
from app.ledger.debts import square
from app.ledger.holds import hold_by_id
from app.ledger.records import HoldRow
from app.ledger.rows import ms_from, whole
from app.ledger.steps import Row, Sql, Steps
from app.metering.hold import HoldState, Proof

DISPATCH = (
    "UPDATE ledger_holds SET state = 'dispatched', attempt = 1, route = ?, owner = ?, lease_ms = ?"
    " WHERE id = ? AND state = 'held' RETURNING id"
)
HEARTBEAT = (
    "UPDATE ledger_holds SET output_tokens_seen ="
    " CASE WHEN output_tokens_seen < ? THEN ? ELSE output_tokens_seen END,"
    " lease_ms = CASE WHEN lease_ms < ? THEN ? ELSE lease_ms END"
    " WHERE id = ? AND owner = ? AND state = 'dispatched' RETURNING id"
)

_NOT_SENT = "state = 'held'"
_SENT_OR_NOT = "state IN ('held', 'dispatched', 'unknown')"


def dispatch(hold_id: str, *, route: str, owner: str, lease_until: datetime) -> Steps[None]:
    """The call is about to leave; to be committed before its first byte. `owner` is the process
    that runs it, until `lease_until` without a word from it. Raises HoldMoved."""
    rows = yield Sql(DISPATCH, (route, owner, ms_from(lease_until), hold_id))
    yield from _expect(rows, hold_id, HoldState.DISPATCHED)


def next_attempt(
    hold_id: str, *, route: str, owner: str, lease_until: datetime, now: datetime, reason: str = ""
) -> Steps[int]:
    """The attempt failed and another route is asked under the same hold; the new one's number.

    The tokens that were seen are those of the attempt that was given up. Raises HoldMoved, also
    where the call is not this owner's.
    """
    hold = yield from hold_by_id(hold_id, lock=True)
    if hold is None or hold.state is not HoldState.DISPATCHED or hold.owner != owner:
        raise refusal(hold_id, hold, "sent again")
    yield Sql(
        "INSERT INTO ledger_attempts (hold_id, number, route, owner, output_tokens_seen,"
        " given_up_ms, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            hold.id,
            hold.attempt,
            hold.route,
            hold.owner,
            hold.output_tokens_seen,
            ms_from(now),
            reason,
        ),
    )
    yield Sql(
        "UPDATE ledger_holds SET attempt = attempt + 1, route = ?, lease_ms = ?,"
        " output_tokens_seen = 0 WHERE id = ?",
        (route, ms_from(lease_until), hold_id),
    )
    return hold.attempt + 1


def heartbeat(
    hold_id: str, *, owner: str, output_tokens: int, lease_until: datetime
) -> Steps[bool]:
    """The call still runs. Tokens and lease only grow. False where it is this owner's no more:
    it was parked, or it ended."""
    whole(output_tokens, "What was counted so far")
    lease_ms = ms_from(lease_until)
    rows = yield Sql(HEARTBEAT, (output_tokens, output_tokens, lease_ms, lease_ms, hold_id, owner))
    return bool(rows)


def park(hold_id: str) -> Steps[None]:
    """Nobody knows how the call ended: the hold is kept until it is resolved. Raises HoldMoved."""
    rows = yield Sql(
        "UPDATE ledger_holds SET state = 'unknown' WHERE id = ? AND state = 'dispatched'"
        " RETURNING id",
        (hold_id,),
    )
    yield from _expect(rows, hold_id, HoldState.UNKNOWN)


def release(hold_id: str, *, now: datetime, proof: Proof | None = None) -> Steps[None]:
    """Give everything back to where it was taken from.

    A call that was sent is released only with proof that nothing is owed. Raises HoldMoved.
    """
    hold = yield from hold_by_id(hold_id)
    if hold is None:
        raise refusal(hold_id, hold, "released")
    yield from locked((draw.account for draw in hold.draws), hold.tenant)
    rows = yield Sql(
        "UPDATE ledger_holds SET state = 'released', ended_ms = ?, proof = ? WHERE id = ?"
        f" AND {_SENT_OR_NOT if proof is not None else _NOT_SENT} RETURNING id",
        (ms_from(now), None if proof is None else str(proof), hold_id),
    )
    if not rows:
        hold = yield from hold_by_id(hold_id)
        raise refusal(hold_id, hold, "released" if proof is not None else "released without proof")
    yield Sql("UPDATE ledger_hold_draws SET charged = 0 WHERE hold_id = ?", (hold_id,))
    for draw in sorted(hold.draws, key=lambda draw: draw.account):
        if not (yield from move(draw.account, held=-draw.amount)):
            raise LedgerError(f"{draw.account} has less set aside than its holds say.")
    if (yield from is_in_debt(hold.tenant)):
        yield from square(hold.tenant, now)


def refusal(hold_id: str, hold: HoldRow | None, what: str) -> LedgerError:
    """Why a step cannot begin."""
    if hold is None:
        return LedgerError(f"There is no hold {hold_id}.")
    return HoldMoved(f"A hold that is {hold.state} cannot be {what}.")


def _expect(rows: Sequence[Row], hold_id: str, to: HoldState) -> Steps[None]:
    if not rows:
        raise refusal(hold_id, (yield from hold_by_id(hold_id)), str(to))
