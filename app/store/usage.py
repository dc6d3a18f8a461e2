"""The usage cache: one row for each upstream call, and the sums that the billing panel shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from app.store.database import Database, Row
from app.store.instants import at_from, ms_from
from app.store.records import SpendRecord, UsageRecord

_COLUMNS = (
    "id, message_id, chat_id, at_ms, key_id, provider, model, input_tokens, cache_read_tokens,"
    " cache_write_tokens, output_tokens, reasoning_tokens, cost_pusd, certainty"
)
# The same call again corrects its row: a pending cost becomes known.
_UPSERT = f"""
INSERT INTO usage ({_COLUMNS}, first_call)
VALUES (
    {", ".join(f"?{number}" for number in range(1, 15))},
    NOT EXISTS (SELECT 1 FROM usage WHERE message_id = ?2)
)
ON CONFLICT (id) DO UPDATE SET
    at_ms = excluded.at_ms, input_tokens = excluded.input_tokens,
    cache_read_tokens = excluded.cache_read_tokens,
    cache_write_tokens = excluded.cache_write_tokens,
    output_tokens = excluded.output_tokens, reasoning_tokens = excluded.reasoning_tokens,
    cost_pusd = excluded.cost_pusd, certainty = excluded.certainty"""
_SUMS = """
coalesce(sum(cost_pusd), 0),
count(DISTINCT CASE WHEN cost_pusd IS NULL THEN message_id END),
count(DISTINCT CASE WHEN certainty <> 'exact' THEN message_id END),
coalesce(sum(input_tokens + cache_read_tokens + cache_write_tokens + output_tokens
    + reasoning_tokens), 0),
coalesce(sum(first_call), 0)"""
# What hosted credit pays for is told beside these sums, in its own units.
_BETWEEN = "FROM usage WHERE at_ms >= ? AND at_ms < ? AND key_id NOT GLOB 'hosted:*'"
_PAGE_ROWS = 1000


def write_usage(database: Database, usage: Iterable[UsageRecord]) -> None:
    """Write the rows of a turn, inside the transaction that finishes it."""
    database.write_many(_UPSERT, [_values(row) for row in usage])


class UsageCache:
    """What was used and what it cost; times are from `start` until before `end`.

    Sums are over the user's own keys.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: UsageRecord) -> None:
        """Write a call whose message is gone; its chat's sums went with it."""
        write_usage(self._database, (row,))

    def totals(self, start: datetime, end: datetime) -> SpendRecord:
        """The sum over a span, with an empty label."""
        return self._grouped("''", start, end, "")[0]

    def by_key(self, start: datetime, end: datetime) -> list[SpendRecord]:
        """Sums by key id, the dearest first."""
        return self._grouped("key_id", start, end, "GROUP BY key_id ORDER BY 2 DESC, 1")

    def by_model(self, start: datetime, end: datetime) -> list[SpendRecord]:
        """Sums by model id, the dearest first."""
        return self._grouped("model", start, end, "GROUP BY model ORDER BY 2 DESC, 1")

    def by_day(self, start: datetime, end: datetime) -> list[SpendRecord]:
        """Sums by day in UTC as ISO dates, oldest first; days without a call are left out."""
        day = "date(at_ms / 86400000 * 86400, 'unixepoch')"
        return self._grouped(day, start, end, "GROUP BY at_ms / 86400000 ORDER BY 1")

    def rows(self, start: datetime, end: datetime) -> Iterator[UsageRecord]:
        """Every call of a span, oldest first, read page by page."""
        after = (ms_from(start), 0)
        while page := self._database.rows(
            f"SELECT seq, {_COLUMNS} FROM usage WHERE (at_ms, seq) > (?, ?) AND at_ms < ?"
            " ORDER BY at_ms, seq LIMIT ?",
            (*after, ms_from(end), _PAGE_ROWS),
        ):
            yield from (_usage(row[1:]) for row in page)
            after = (page[-1][4], page[-1][0])

    def recent_outputs(self, model: str, limit: int = 50) -> list[int]:
        """Tokens that a model's last answers had, thinking included, newest first."""
        rows = self._database.rows(
            "SELECT output_tokens + reasoning_tokens FROM usage WHERE model = ?"
            " ORDER BY at_ms DESC LIMIT ?",
            (model, limit),
        )
        return [row[0] for row in rows]

    def _grouped(self, label: str, start: datetime, end: datetime, group: str) -> list[SpendRecord]:
        rows = self._database.rows(
            f"SELECT {label}, {_SUMS} {_BETWEEN} {group}", (ms_from(start), ms_from(end))
        )
        return [SpendRecord(*row) for row in rows]


def _usage(row: Row) -> UsageRecord:
    id_, message_id, chat_id, at_ms, *others = row
    return UsageRecord(id_, message_id, chat_id, at_from(at_ms), *others)


def _values(usage: UsageRecord) -> tuple[str | int | None, ...]:
    return (
        usage.id,
        usage.message_id,
        usage.chat_id,
        ms_from(usage.at),
        usage.key_id,
        usage.provider,
        usage.model,
        usage.input_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
        usage.cost_pusd,
        usage.certainty,
    )
