"""What hosted credit drew, summed up by day: the same places as usage, in the grants' units.

The sums are kept by triggers (schema_draws.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.store.database import Database, Row
from app.store.usage_days import day_from, where_of
from app.store.usage_records import UsageSpan


@dataclass(frozen=True, slots=True)
class DrawnSums:
    """What one grant paid, in `unit`, for calls of one key and model."""

    key_id: str
    provider: str
    model: str
    grant_name: str
    unit: str
    amount: int


class UsageDraws:
    """Sums over whole days in UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sources_of(self, span: UsageSpan) -> list[DrawnSums]:
        """By key, provider, model, grant and unit."""
        group = "key_id, provider, model, grant_name, unit"
        return [DrawnSums(*row) for row in self._rows(group, span)]

    def days(self, span: UsageSpan) -> dict[date, dict[str, int]]:
        """By day and unit; days without a draw are left out."""
        found: dict[date, dict[str, int]] = {}
        for day, unit, amount in self._rows("day, unit", span):
            found.setdefault(day_from(day), {})[unit] = amount
        return found

    def chats(self, span: UsageSpan) -> dict[str, dict[str, int]]:
        """By chat and unit."""
        found: dict[str, dict[str, int]] = {}
        for chat_id, unit, amount in self._rows("chat_id, unit", span):
            found.setdefault(chat_id, {})[unit] = amount
        return found

    def of_message(self, message_id: str) -> list[tuple[int, str, str, int]]:
        """Moment, grant, unit and amount of every draw of a message, in order."""
        rows = self._database.rows(
            "SELECT draws.at_ms, draws.grant_name, draws.unit, draws.amount"
            " FROM hosted_calls JOIN hosted_draws AS draws ON draws.hold_id = hosted_calls.hold_id"
            " WHERE hosted_calls.message_id = ? ORDER BY draws.seq",
            (message_id,),
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def _rows(self, group: str, span: UsageSpan) -> list[Row]:
        where, parameters = where_of(span)
        return self._database.rows(
            f"SELECT {group}, sum(amount) FROM draw_days WHERE {where} GROUP BY {group}", parameters
        )
