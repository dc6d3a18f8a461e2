"""Holds: what a call may cost at most, from before its first byte until it ends, exactly once.

Every step is a compare-and-set on the state: the row moves only from where the step may begin.
"""

from __future__ import annotations

from app.errors import StoreError
from app.metering.hold import HoldState
from app.store.database import Database, Row
from app.store.instants import at_from, ms_from
from app.store.records import HoldRecord

_COLUMNS = (
    "id, message_id, chat_id, key_id, model_ref, state, amount_pusd, price_json, input_tokens,"
    " output_tokens_max, created_ms, output_tokens_seen, settled_pusd, basis"
)
_INSERT = f"INSERT INTO holds ({_COLUMNS}) VALUES ({', '.join('?' * 14)})"
_OPEN = "state IN ('held', 'dispatched', 'unknown')"


class Holds:
    """The holds of all calls; ended ones stay as the record of what was done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def admit(self, hold: HoldRecord) -> None:
        """Set an amount aside. Raises StoreError where it is negative or not HELD."""
        if hold.state is not HoldState.HELD:
            raise StoreError(f"A hold begins as held, not as {hold.state}.")
        self._database.write(_INSERT, _values(hold))

    def dispatch(self, hold_id: str) -> None:
        """The call is about to leave: from here on a crash may have cost something."""
        self._move(hold_id, HoldState.DISPATCHED, "state = 'held'")

    def heartbeat(self, message_id: str, output_tokens: int) -> None:
        """How many tokens came so far; never fewer than before."""
        self._database.write(
            "UPDATE holds SET output_tokens_seen = max(output_tokens_seen, ?)"
            " WHERE message_id = ? AND state = 'dispatched'",
            (output_tokens, message_id),
        )

    def park(self, hold_id: str) -> None:
        """The call was left behind, by a crash or a silence: what it cost is not known yet."""
        self._move(hold_id, HoldState.UNKNOWN, "state = 'dispatched'")

    def release(self, hold_id: str, *, proof: bool = False) -> None:
        """End a hold at no cost. One that was dispatched needs proof that nothing is owed."""
        self._move(hold_id, HoldState.RELEASED, _OPEN if proof else "state = 'held'")

    def settle(self, hold_id: str, settled_pusd: int | None, basis: str) -> None:
        """End a dispatched or parked hold at its cost; None where no price is known."""
        changed = self._database.write(
            "UPDATE holds SET state = 'settled', settled_pusd = ?, basis = ?"
            " WHERE id = ? AND state IN ('dispatched', 'unknown')",
            (settled_pusd, basis, hold_id),
        )
        if not changed:
            raise self._refusal(hold_id, HoldState.SETTLED)

    def end(self, hold: HoldRecord) -> None:
        """End a hold as `hold` says: settled, or released by a caller that has the proof."""
        if hold.state is HoldState.SETTLED:
            self.settle(hold.id, hold.settled_pusd, hold.basis)
        elif hold.state is HoldState.RELEASED:
            self.release(hold.id, proof=True)
        else:
            raise StoreError(f"A turn ends its hold: {hold.state} is no end.")

    def sweep(self) -> list[HoldRecord]:
        """After a start: release what never left, park what did; the parked ones, oldest first.

        A dispatched hold is never freed here: what it cost is for the caller to find out.
        """
        with self._database.transaction():
            self._database.write("UPDATE holds SET state = 'released' WHERE state = 'held'")
            self._database.write("UPDATE holds SET state = 'unknown' WHERE state = 'dispatched'")
            return self.open_holds()

    def get(self, hold_id: str) -> HoldRecord | None:
        return self._one("WHERE id = ?", hold_id)

    def for_message(self, message_id: str) -> HoldRecord | None:
        """The newest hold of a message."""
        return self._one("WHERE message_id = ? ORDER BY seq DESC LIMIT 1", message_id)

    def open_holds(self) -> list[HoldRecord]:
        """Holds that have not ended, oldest first."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM holds WHERE {_OPEN} ORDER BY seq")
        return [_hold(row) for row in rows]

    def _one(self, where: str, parameter: str) -> HoldRecord | None:
        row = self._database.first(f"SELECT {_COLUMNS} FROM holds {where}", (parameter,))
        return None if row is None else _hold(row)

    def _move(self, hold_id: str, to: HoldState, where: str) -> None:
        changed = self._database.write(
            f"UPDATE holds SET state = ? WHERE id = ? AND {where}", (to.value, hold_id)
        )
        if not changed:
            raise self._refusal(hold_id, to)

    def _refusal(self, hold_id: str, to: HoldState) -> StoreError:
        hold = self.get(hold_id)
        found = "is not there" if hold is None else f"is {hold.state}"
        return StoreError(f"A hold cannot become {to}: it {found}.")


def _hold(row: Row) -> HoldRecord:
    values = list(row)
    values[5] = HoldState(row[5])
    values[10] = at_from(row[10])
    return HoldRecord(*values)


def _values(hold: HoldRecord) -> tuple[str | int | None, ...]:
    return (
        hold.id,
        hold.message_id,
        hold.chat_id,
        hold.key_id,
        hold.model_ref,
        hold.state.value,
        hold.amount_pusd,
        hold.price_json,
        hold.input_tokens,
        hold.output_tokens_max,
        ms_from(hold.created_at),
        hold.output_tokens_seen,
        hold.settled_pusd,
        hold.basis,
    )
