"""The books for other programs: journal, accounts, usage of everybody. Written row by row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from app.ledger.journal import beancount_lines, csv_lines, whole_journal
from app.ledger.rows import at_from
from app.ledger.steps import Row, Sql, Steps
from app.server.credits.requests import RequestRow, plain
from app.server.operator.margins import start_of

PAGE = 2000
ACCOUNT_COLUMNS = (
    "id", "kind", "name", "email", "plan", "flags", "flag_reason", "subscribed_at", "paid_until",
    "seats", "created_at", "deleted_at",
)  # fmt: skip
_TIMES = frozenset({7, 8, 10, 11})
_REQUEST = tuple(RequestRow.__dataclass_fields__)


def journal(form: str) -> Steps[Iterator[str]]:
    """The whole journal: `csv` or `beancount`."""
    entries, accounts = yield from whole_journal()
    return csv_lines(entries) if form == "csv" else beancount_lines(entries, accounts)


def all_accounts() -> Steps[list[dict[str, object]]]:
    """Every account, also those that were deleted."""
    rows = yield Sql(
        "SELECT id, kind, name, email, plan, flags, flag_reason, subscribed_ms, paid_until_ms,"
        " seats, created_ms, deleted_ms FROM accounts ORDER BY id"
    )
    return [dict(zip(ACCOUNT_COLUMNS, _timed(row), strict=True)) for row in rows]


def all_usage(first: date, last: date) -> Steps[list[dict[str, object]]]:
    """Every ended call of these days (UTC), both included, by tenant and time."""
    span = (start_of(first), start_of(last) + 86_400_000)
    after: tuple[object, ...] = ("", -1, "")
    found: list[dict[str, object]] = []
    while True:
        rows = yield Sql(
            f"SELECT {', '.join(_REQUEST)} FROM requests WHERE at_ms >= ? AND at_ms < ?"
            " AND (tenant > ? OR tenant = ? AND (at_ms > ? OR at_ms = ? AND id > ?))"
            " ORDER BY tenant, at_ms, id LIMIT ?",
            (*span, after[0], after[0], after[1], after[1], after[2], PAGE),
        )
        found += [plain(RequestRow(*row)) for row in rows]
        if len(rows) < PAGE:
            return found
        after = (rows[-1][0], rows[-1][1], rows[-1][2])


def as_csv(columns: Sequence[str], rows: Iterable[dict[str, object]]) -> Iterator[str]:
    """A header and a line for each; what a spreadsheet would take for a formula gets an
    apostrophe."""
    yield _line(columns)
    for row in rows:
        yield _line([_harmless(row[name]) for name in columns])


def as_json_lines(rows: Iterable[dict[str, object]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def usage_columns() -> tuple[str, ...]:
    return _REQUEST


def _timed(row: Row) -> list[object]:
    return [
        at_from(value).isoformat() if place in _TIMES and value is not None else value
        for place, value in enumerate(row)
    ]


def _line(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue()


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
