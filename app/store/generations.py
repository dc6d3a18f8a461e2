"""The providers' own ids of calls that have not ended, and which of them wait to be looked up.

A row lives as long as its hold is open: holds.py makes and drops it in its own transactions.
"""

from __future__ import annotations

from datetime import datetime

from app.metering.hold import How
from app.store.database import Database, Row
from app.store.instants import at_from, ms_from
from app.store.records import ParkedRecord

_PARKED = "SELECT hold_id, generation_id, parked_ms, output_tokens, how FROM generations"


class Generations:
    """The rows, by hold."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, hold_id: str, generation_id: str) -> None:
        """Keep the provider's id of a call; the first one stays."""
        self._database.write(
            "INSERT INTO generations (hold_id, generation_id) VALUES (?, ?)"
            " ON CONFLICT (hold_id) DO NOTHING",
            (hold_id, generation_id),
        )

    def id_of(self, hold_id: str) -> str | None:
        """The provider's id of a hold's call; None where it is not known."""
        row = self._database.first(
            "SELECT generation_id FROM generations WHERE hold_id = ?", (hold_id,)
        )
        return None if row is None else str(row[0])

    def park(self, hold_id: str, at: datetime, *, output_tokens: int, how: How) -> None:
        """From now on the call waits for its record; `output_tokens` were counted until then."""
        self._database.write(
            "UPDATE generations SET parked_ms = ?, output_tokens = ?, how = ? WHERE hold_id = ?",
            (ms_from(at), output_tokens, how.value, hold_id),
        )

    def drop(self, hold_id: str) -> None:
        """The call ended, or another provider is asked: its record is wanted no more."""
        self._database.write("DELETE FROM generations WHERE hold_id = ?", (hold_id,))

    def parked(self, hold_id: str) -> ParkedRecord | None:
        """A call that waits; None where it does not."""
        row = self._database.first(
            f"{_PARKED} WHERE hold_id = ? AND parked_ms IS NOT NULL", (hold_id,)
        )
        return None if row is None else _parked(row)

    def all_parked(self) -> list[ParkedRecord]:
        """Every call that waits, oldest first."""
        rows = self._database.rows(f"{_PARKED} WHERE parked_ms IS NOT NULL ORDER BY seq")
        return [_parked(row) for row in rows]


def _parked(row: Row) -> ParkedRecord:
    hold_id, generation_id, parked_ms, output_tokens, how = row
    return ParkedRecord(hold_id, generation_id, at_from(parked_ms), output_tokens, How(how))
