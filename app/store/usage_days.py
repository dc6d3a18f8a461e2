"""Usage summed up by day, key, model and chat: what the usage page is drawn from.

The sums are kept by triggers (schema_usage.py); nothing here reads single calls.
"""

from __future__ import annotations

from datetime import date, timedelta

from app.store.database import Database
from app.store.usage_records import ChatSums, SourceSums, UsageSpan, UsageSums

_EPOCH = date(1970, 1, 1)
_LAST_DAY = (date.max - _EPOCH).days
_FIRST_DAY = (date.min - _EPOCH).days
_SUMS = ", ".join(
    f"sum({name})"
    for name in (
        "calls", "messages", "pusd", "estimated_pusd", "estimated", "unpriced", "read_tokens",
        "written_tokens",
    )
)  # fmt: skip
_CHATS = """
WITH spent AS (
    SELECT chat_id AS id, {sums} FROM usage_days WHERE {where} GROUP BY chat_id
)
SELECT spent.*, chats.title, chats.hidden_ms IS NOT NULL
FROM spent LEFT JOIN chats ON chats.id = spent.id"""


class UsageDays:
    """Sums over whole days in UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reach(self) -> tuple[date, date] | None:
        """The first and the last day that anything was used on; None where nothing was."""
        row = self._database.first(
            "SELECT (SELECT min(day) FROM usage_days), (SELECT max(day) FROM usage_days)"
        )
        if row is None or row[0] is None:
            return None
        return day_from(row[0]), day_from(row[1])

    def sources_of(self, span: UsageSpan) -> list[SourceSums]:
        """By key, provider and model."""
        where, parameters = where_of(span)
        rows = self._database.rows(
            f"SELECT key_id, provider, model, {_SUMS} FROM usage_days WHERE {where}"
            " GROUP BY key_id, provider, model",
            parameters,
        )
        return [SourceSums(row[0], row[1], row[2], UsageSums(*row[3:])) for row in rows]

    def days(self, span: UsageSpan) -> dict[date, UsageSums]:
        """By day alone; days without a call are left out."""
        where, parameters = where_of(span)
        rows = self._database.rows(
            f"SELECT day, {_SUMS} FROM usage_days WHERE {where} GROUP BY day", parameters
        )
        return {day_from(row[0]): UsageSums(*row[1:]) for row in rows}

    def chats(self, span: UsageSpan) -> list[ChatSums]:
        """By chat, the dearest first."""
        where, parameters = where_of(span)
        rows = self._database.rows(_CHATS.format(sums=_SUMS, where=where), parameters)
        found = [ChatSums(row[0], row[-2], row[-1] == 1, UsageSums(*row[1:-2])) for row in rows]
        return sorted(found, key=lambda chat: (-chat.sums.pusd, -chat.sums.calls, chat.chat_id))

    def calls(self, span: UsageSpan) -> int:
        """How many calls a span has."""
        where, parameters = where_of(span)
        row = self._database.first(f"SELECT sum(calls) FROM usage_days WHERE {where}", parameters)
        return 0 if row is None or row[0] is None else int(row[0])

    def sources(self) -> list[tuple[str, str]]:
        """Every pair of key id and provider that was ever used."""
        rows = self._database.rows("SELECT DISTINCT key_id, provider FROM usage_days ORDER BY 1, 2")
        return [(row[0], row[1]) for row in rows]


def day_from(number: int) -> date:
    """The date of a day's number; a number that damage made absurd is brought into bounds."""
    return _EPOCH + timedelta(days=max(_FIRST_DAY, min(_LAST_DAY, number)))


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def where_of(span: UsageSpan) -> tuple[str, list[object]]:
    """A WHERE clause for a table of days, with its parameters."""
    found = ["day BETWEEN ? AND ?"]
    parameters: list[object] = [day_number(span.first), day_number(span.last)]
    terms, more = filter_terms(span)
    return " AND ".join(found + terms), parameters + more


def filter_terms(span: UsageSpan) -> tuple[list[str], list[object]]:
    """What a span asks for besides its days, as terms of a WHERE clause with their parameters."""
    terms: list[str] = []
    parameters: list[object] = []
    if span.key_id is not None:
        terms.append("key_id = ?")
        parameters.append(span.key_id)
    if span.model is not None:
        terms += ["provider = ?", "model = ?"]
        parameters += span.model
    if span.own_only:
        terms.append("key_id NOT GLOB 'hosted:*'")
    if span.chat_id is not None:
        terms.append("chat_id = ?")
        parameters.append(span.chat_id)
    if span.sources is not None:
        pairs = ", ".join("(?, ?)" for _ in span.sources)
        terms.append(f"(key_id, provider) IN (VALUES {pairs})" if pairs else "0")
        parameters += [value for pair in span.sources for value in pair]
    return terms, parameters
