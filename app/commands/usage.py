"""`usage`: what a month cost, by model and by key, or every call as CSV."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.chat.spending import month_start
from app.commands.columns import in_columns, one_line
from app.commands.entry import DONE
from app.money import format_usd, usd_text
from app.store.records import SpendRecord, UsageRecord

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

_ROWS_AT_ONCE = 500
_COLUMNS = (
    "at", "model", "provider", "key", "input_tokens", "cache_read_tokens", "cache_write_tokens",
    "output_tokens", "reasoning_tokens", "cost_usd", "certainty", "chat", "message", "call",
)  # fmt: skip


async def run_usage(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    start, end = month_bounds(arguments.month, core.clock.now())
    if arguments.csv:
        await _print_csv(core, streams, start, end)
    else:
        await streams.out(_summary(core, start, end))
    return DONE


def month_bounds(month: str | None, now: datetime) -> tuple[datetime, datetime]:
    """The first of a month and of the next, midnight UTC; of the current one where it is None."""
    start = month_start(now)
    if month is not None:
        start = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)
    if start.month < 12:
        return start, start.replace(month=start.month + 1)
    return start, start.replace(year=start.year + 1, month=1)


async def _print_csv(core: Core, streams: Streams, start: datetime, end: datetime) -> None:
    await streams.out(_csv_lines([_COLUMNS]))
    waiting: list[Sequence[object]] = []
    for row in core.shelves.usage.rows(start, end):
        waiting.append(_csv_cells(core, row))
        if len(waiting) >= _ROWS_AT_ONCE:
            await streams.out(_csv_lines(waiting))
            waiting.clear()
    await streams.out(_csv_lines(waiting))


def _csv_cells(core: Core, row: UsageRecord) -> Sequence[object]:
    cost = "" if row.cost_pusd is None else usd_text(row.cost_pusd)
    return (
        row.at.astimezone(UTC).isoformat(), _harmless(row.model), row.provider,
        _harmless(core.spending.names.key(row.key_id)), row.input_tokens, row.cache_read_tokens,
        row.cache_write_tokens, row.output_tokens, row.reasoning_tokens, cost, row.certainty,
        row.chat_id, row.message_id, row.id,
    )  # fmt: skip


def _harmless(text: str) -> str:
    # A spreadsheet runs a cell that begins like a formula.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _csv_lines(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _summary(core: Core, start: datetime, end: datetime) -> str:
    usage = core.shelves.usage
    total = usage.totals(start, end)
    words = f"{start:%B %Y} (UTC): {_amount(total)}, {total.messages:,} messages"
    lines = [f"{words}, {total.tokens:,} tokens\n"]
    if total.unpriced:
        lines.append(f"{total.unpriced:,} of them have no known price and are not in the sum.\n")
    named = [(core.spending.names.key(row.label), row) for row in usage.by_key(start, end)]
    models = [(row.label, row) for row in usage.by_model(start, end)]
    for title, rows in (("MODEL", models), ("KEY", named)):
        if rows:
            header = (title, "COST", "MESSAGES", "TOKENS")
            lines.append("\n" + in_columns([header, *(_cells(*row) for row in rows)], _RIGHT))
    return "".join(lines)


_RIGHT = frozenset({1, 2, 3})


def _cells(name: str, row: SpendRecord) -> tuple[str, ...]:
    return (one_line(name), _amount(row), f"{row.messages:,}", f"{row.tokens:,}")


def _amount(row: SpendRecord) -> str:
    if row.unpriced and not row.total_pusd:
        return "price unknown"
    return ("about " if row.estimated else "") + format_usd(row.total_pusd)
