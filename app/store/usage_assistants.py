"""Usage by the assistant that its calls were made with; calls without one are in no line."""

from __future__ import annotations

from dataclasses import dataclass

from app.store.database import Database
from app.store.schema_usage import DAY_MS, SUMS, sums_of
from app.store.usage_days import day_number, filter_terms
from app.store.usage_records import UsageSpan, UsageSums

# An answer has one assistant, all of its calls were made with it.
_MADE = "(SELECT DISTINCT message_id, assistant_id FROM assistant_calls)"


@dataclass(frozen=True, slots=True)
class AssistantSums:
    """What one assistant comes to. `removed`: it was taken away."""

    assistant_id: str
    name: str
    removed: bool
    sums: UsageSums


class UsageAssistants:
    """Sums over single calls: most have no assistant, and those that have are looked up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sums_of(self, span: UsageSpan) -> list[AssistantSums]:
        """By assistant, the dearest first."""
        where, parameters = _where_of(span)
        figures = ", ".join(
            f"sum({value}) AS {name}" for name, value in zip(SUMS, sums_of("usage"), strict=True)
        )
        rows = self._database.rows(
            f"WITH spent AS (SELECT made.assistant_id AS id, {figures} FROM {_MADE} AS made"
            f" CROSS JOIN usage ON usage.message_id = made.message_id WHERE {where} GROUP BY 1)"
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
        where, parameters = _where_of(span)
        rows = self._database.rows(
            "WITH drawn AS (SELECT made.assistant_id, draws.unit, draws.amount, draws.at_ms,"
            " draws.provider, draws.model, draws.chat_id,"
            " 'hosted:' || draws.server_id || ':' || draws.holder AS key_id"
            " FROM assistant_calls AS made"
            " CROSS JOIN hosted_draws AS draws ON draws.hold_id = made.hold_id)"
            f" SELECT assistant_id, unit, sum(amount) FROM drawn WHERE {where} GROUP BY 1, 2",
            parameters,
        )
        found: dict[str, dict[str, int]] = {}
        for assistant_id, unit, amount in rows:
            found.setdefault(assistant_id, {})[unit] = amount
        return found


def _where_of(span: UsageSpan) -> tuple[str, list[object]]:
    """A WHERE clause for rows of single calls, with its parameters."""
    bounds: list[object] = [
        day_number(span.first) * DAY_MS,
        (day_number(span.last) + 1) * DAY_MS,
    ]
    terms, parameters = filter_terms(span)
    return " AND ".join(["at_ms >= ? AND at_ms < ?", *terms]), bounds + parameters
