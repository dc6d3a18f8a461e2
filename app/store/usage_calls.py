"""Single calls as a list that can be opened anywhere: a page of it, or all of it in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from app.store.database import Database, Row
from app.store.instants import at_from, ms_from
from app.store.records import UsageRecord
from app.store.usage_days import filter_terms
from app.store.usage_records import CallOrder, CallRecord, UsageSpan

TEXT_LETTERS = 160
_PAGE_ROWS = 500
_ORDERS = {
    CallOrder.NEWEST: "at_ms DESC, seq DESC",
    CallOrder.OLDEST: "at_ms, seq",
    CallOrder.DEAREST: "cost_pusd DESC, at_ms DESC, seq DESC",
    CallOrder.CHEAPEST: "cost_pusd, at_ms, seq",
}
# The place in the list is found in an index; only the lines of the page are read as rows.
_PAGE = """
WITH page AS (
    SELECT seq FROM usage {index} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?
)
SELECT usage.seq, usage.id, usage.message_id, usage.chat_id, usage.at_ms, usage.key_id,
    usage.provider, usage.model,
    usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
    usage.output_tokens + usage.reasoning_tokens, usage.cost_pusd, usage.certainty,
    chats.title, substr(coalesce(messages.text, ''), 1, {letters}),
    messages.id IS NULL OR chats.hidden_ms IS NOT NULL, messages.receipt_json IS NOT NULL
FROM page JOIN usage ON usage.seq = page.seq
LEFT JOIN messages ON messages.id = usage.message_id
LEFT JOIN chats ON chats.id = usage.chat_id
ORDER BY {outer}"""


_RECORDS = """
SELECT usage.seq, usage.id, usage.message_id, usage.chat_id, usage.at_ms, usage.key_id,
    usage.provider, usage.model, usage.input_tokens, usage.cache_read_tokens,
    usage.cache_write_tokens, usage.output_tokens, usage.reasoning_tokens, usage.cost_pusd,
    usage.certainty, (SELECT title FROM chats WHERE chats.id = usage.chat_id)
FROM usage {index} WHERE {where} ORDER BY at_ms, seq LIMIT ?"""


class UsageCalls:
    """Every call that was made, by time or by cost."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, span: UsageSpan, order: CallOrder, offset: int, limit: int) -> list[CallRecord]:
        """So many lines from a place of the list on."""
        return [_call(row) for row in self._page(span, order, limit, offset)]

    def records(self, span: UsageSpan) -> Iterator[tuple[UsageRecord, str | None]]:
        """Every call with all its figures and its chat's title, oldest first."""
        after: tuple[int, int] | None = None
        while True:
            where, parameters = _where(span, after)
            rows = self._database.rows(
                _RECORDS.format(index=_index_for(span, CallOrder.OLDEST), where=where),
                [*parameters, _PAGE_ROWS],
            )
            if not rows:
                return
            yield from (_record(row) for row in rows)
            after = (rows[-1][4], rows[-1][0])

    def of_message(self, message_id: str) -> list[tuple[UsageRecord, str | None]]:
        """A message's calls in the order that they were made, as `records` gives them."""
        statement = _RECORDS.format(index="INDEXED BY usage_of_message", where="message_id = ?")
        return [_record(row) for row in self._database.rows(statement, [message_id, -1])]

    def receipt_json(self, message_id: str) -> str | None:
        """A message's receipt; None where it or its message is not there."""
        row = self._database.first("SELECT receipt_json FROM messages WHERE id = ?", (message_id,))
        return None if row is None else row[0]

    def message_ids(self, beginning: str, limit: int = 10) -> list[str]:
        """Messages that have a call and whose id begins so."""
        rows = self._database.rows(
            "SELECT DISTINCT message_id FROM usage"
            " WHERE message_id >= ? AND substr(message_id, 1, ?) = ? ORDER BY 1 LIMIT ?",
            (beginning, len(beginning), beginning, limit),
        )
        return [row[0] for row in rows]

    def _page(self, span: UsageSpan, order: CallOrder, limit: int, offset: int) -> list[Row]:
        where, parameters = _where(span)
        chosen = _ORDERS[order]
        statement = _PAGE.format(
            index=_index_for(span, order), where=where, order=chosen, letters=TEXT_LETTERS,
            outer=", ".join(f"usage.{term}" for term in chosen.split(", ")),
        )  # fmt: skip
        return self._database.rows(statement, [*parameters, limit, offset])


def _where(span: UsageSpan, after: tuple[int, int] | None = None) -> tuple[str, list[object]]:
    start = datetime.combine(span.first, time(), UTC)
    terms, more = filter_terms(span)
    if after is not None:
        terms.append("(at_ms, seq) > (?, ?)")
        more += after
    found = ["at_ms >= ?"]
    parameters: list[object] = [ms_from(start)]
    if span.last < span.last.max:
        found.append("at_ms < ?")
        parameters.append(ms_from(datetime.combine(span.last + timedelta(days=1), time(), UTC)))
    return " AND ".join(found + terms), parameters + more


def _index_for(span: UsageSpan, order: CallOrder) -> str:
    """One chat is few calls; else the index that has the order already."""
    if span.chat_id is not None:
        return "INDEXED BY usage_of_chat"
    if order in (CallOrder.DEAREST, CallOrder.CHEAPEST):
        return "INDEXED BY usage_by_cost"
    return "INDEXED BY usage_by_time"


def _record(row: Row) -> tuple[UsageRecord, str | None]:
    id_, message_id, chat_id, at_ms, *others = row[1:-1]
    return UsageRecord(id_, message_id, chat_id, at_from(at_ms), *others), row[-1]


def _call(row: Row) -> CallRecord:
    return CallRecord(
        id=row[1],
        message_id=row[2],
        chat_id=row[3],
        at=at_from(row[4]),
        key_id=row[5],
        provider=row[6],
        model=row[7],
        read_tokens=row[8],
        written_tokens=row[9],
        cost_pusd=row[10],
        certainty=row[11],
        chat_title=row[12],
        text=row[13],
        gone=row[14] == 1,
        has_receipt=row[15] == 1,
    )
