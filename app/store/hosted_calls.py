"""Calls that hosted credit pays for: whose, at which server, its receipt, and what was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.store.database import Database
from app.store.instants import at_from, ms_from

_COLUMNS = (
    "hold_id, message_id, server_id, holder, model, at_ms, base_letters, base_thinking, receipt"
)


@dataclass(frozen=True, slots=True)
class HostedCall:
    """One call. `hold_id` is its id here and its Idempotency-Key there; `receipt` the server's,
    letter by letter, None while it is not known. Lengths are the message's before this call."""

    hold_id: str
    message_id: str
    server_id: str
    holder: str
    model: str
    at: datetime
    base_letters: int = 0
    base_thinking: int = 0
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """What one grant paid, in `unit`."""

    grant_id: str
    name: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class CallPlace:
    """Where a call stands in the usage: its chat, by whom it was answered, and when."""

    chat_id: str
    provider: str
    at: datetime


class HostedCalls:
    """The rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, call: HostedCall) -> None:
        """Keep a call before it is sent; part of the transaction of its hold."""
        values = (
            call.hold_id,
            call.message_id,
            call.server_id,
            call.holder,
            call.model,
            ms_from(call.at),
            call.base_letters,
            call.base_thinking,
            call.receipt,
        )
        self._database.write(
            f"INSERT INTO hosted_calls ({_COLUMNS}) VALUES ({', '.join('?' * len(values))})", values
        )

    def get(self, hold_id: str) -> HostedCall | None:
        row = self._database.first(
            f"SELECT {_COLUMNS} FROM hosted_calls WHERE hold_id = ?", (hold_id,)
        )
        if row is None:
            return None
        values = list(row)
        values[5] = at_from(row[5])
        return HostedCall(*values)

    def end(
        self, call: HostedCall, receipt: str, draws: Sequence[DrawRecord], place: CallPlace
    ) -> None:
        """Keep the server's receipt; part of the transaction that stores the message."""
        with self._database.transaction():
            self._database.write(
                "UPDATE hosted_calls SET receipt = ? WHERE hold_id = ?", (receipt, call.hold_id)
            )
            self._database.write_many(
                "INSERT INTO hosted_draws (hold_id, server_id, holder, at_ms, model, grant_id,"
                " grant_name, unit, amount, chat_id, provider)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                [
                    (
                        call.hold_id,
                        call.server_id,
                        call.holder,
                        ms_from(place.at),
                        call.model,
                        draw.grant_id,
                        draw.name,
                        draw.unit,
                        draw.amount,
                        place.chat_id,
                        place.provider,
                    )
                    for draw in draws
                ],
            )

    def drawn(self, server_id: str, holder: str, since: datetime) -> list[DrawRecord]:
        """The sums by grant since a moment, as this computer's own receipts say."""
        rows = self._database.rows(
            "SELECT grant_id, max(grant_name), unit, sum(amount) FROM hosted_draws"
            " WHERE server_id = ? AND holder = ? AND at_ms >= ? GROUP BY grant_id, unit",
            (server_id, holder, ms_from(since)),
        )
        return [DrawRecord(*row) for row in rows]

    def per_message(
        self, server_id: str, holder: str, unit: str, since: datetime
    ) -> tuple[int, int]:
        """How many calls drew on a unit since a moment, and how much all of them together."""
        row = self._database.first(
            "SELECT count(DISTINCT hold_id), coalesce(sum(amount), 0) FROM hosted_draws"
            " WHERE server_id = ? AND holder = ? AND at_ms >= ? AND unit = ?",
            (server_id, holder, ms_from(since), unit),
        )
        return (0, 0) if row is None else (int(row[0]), int(row[1]))
