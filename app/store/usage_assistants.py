"""Usage by the assistant that its calls were made with; calls without one are in no line."""

from __future__ import annotations

from dataclasses import dataclass

from app.store.database import Database
from app.store.schema_usage import SUMS
from app.store.usage_days import where_of
from app.store.usage_records import UsageSpan, UsageSums

_SUMS = ", ".join(f"sum({name})" for name in SUMS)


@dataclass(frozen=True, slots=True)
class AssistantSums:
    """What one assistant comes to. `removed`: it was taken away."""

    assistant_id: str
    name: str
    removed: bool
    sums: UsageSums


class UsageAssistants:
    """Sums over whole days in UTC, kept by triggers (schema_assistant_days.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sums_of(self, span: UsageSpan) -> list[AssistantSums]:
        """By assistant, the dearest first."""
        where, parameters = where_of(span)
        rows = self._database.rows(
            f"WITH spent AS (SELECT assistant_id AS id, {_SUMS} FROM assistant_days"
            f" WHERE {where} GROUP BY assistant_id)"
            " SELECT spent.*, coalesce(assistants.name, ''), assistants.removed_ms IS NOT NULL"
            " FROM spent LEFT JOIN assistants ON assistants.id = spent.id",
            parameters,
        )
        found = [
            AssistantSums(row[0], row[-2], row[-1] == 1, UsageSums(*row[1:-2])) for row in rows
        ]
        return sorted(found, key=lambda one: (-one.sums.pusd, -one.sums.calls, one.assistant_id))

    def drawn(self, span: UsageSpan) -> dict[str, dict[str, int]]:
        """What hosted credit drew, by assistant and unit."""
        where, parameters = where_of(span)
        rows = self._database.rows(
            "SELECT assistant_id, unit, sum(amount) FROM assistant_draw_days"
            f" WHERE {where} GROUP BY assistant_id, unit",
            parameters,
        )
        found: dict[str, dict[str, int]] = {}
        for assistant_id, unit, amount in rows:
            found.setdefault(assistant_id, {})[unit] = amount
        return found
