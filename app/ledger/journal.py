"""The journal for other eyes: entries as CSV, and as Beancount's text with balances asserted.

Beancount is plain-text bookkeeping with its own checks: https://beancount.github.io/docs/ (read
2026-11-21). Its signs are a bookkeeper's: what a wallet has is what the operator owes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, timedelta

from app.ledger.records import AccountKind, AccountRow, Entry, EntryKind, Posting
from app.ledger.rows import ACCOUNT_COLUMNS, account_row, at_from
from app.ledger.steps import Row, Sql, Steps
from app.metering.payer import Unit

PAGE = 5000
CSV_COLUMNS = (
    "entry", "at", "kind", "hold", "corrects", "note", "line", "account", "tenant", "unit",
    "amount",
)  # fmt: skip
COMMODITIES = {
    Unit.PICODOLLARS: "USD",
    Unit.PLAN_TOKENS: "PLANTOKENS",
    Unit.TOKENS: "TOKENS",
    Unit.REQUESTS: "REQUESTS",
}
_USD_DECIMALS = 12
_ROOTS = {
    AccountKind.WALLET: "Liabilities:Wallets",
    AccountKind.WINDOW: "Liabilities:Windows",
    AccountKind.BUDGET: "Equity:Budgets",
    AccountKind.CAP: "Equity:Caps",
    AccountKind.SPENT: "Equity:OwnKeys",
    AccountKind.DEBT: "Assets:Debts",
    AccountKind.REVENUE: "Income:Revenue",
    AccountKind.CASH: "Assets:Cash",
    AccountKind.PROMOTION: "Expenses:Promotion",
    AccountKind.WRITE_OFF: "Expenses:WriteOff",
    AccountKind.COUNTED: "Equity:Counted",
}


def entries_after(entry_id: int, limit: int = PAGE) -> Steps[tuple[Entry, ...]]:
    """The next entries in their order, with their postings."""
    rows = yield Sql(
        "SELECT e.id, e.at_ms, e.kind, e.hold_id, e.corrects, e.note, p.account, p.tenant,"
        " p.unit, p.amount FROM (SELECT * FROM ledger_entries WHERE id > ? ORDER BY id LIMIT ?)"
        " AS e JOIN ledger_postings AS p ON p.entry_id = e.id ORDER BY e.id, p.line",
        (entry_id, limit),
    )
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return tuple(_entry(lines) for lines in found.values())


def whole_journal() -> Steps[tuple[tuple[Entry, ...], tuple[AccountRow, ...]]]:
    """All entries, and all accounts as they stand at the same moment."""
    entries: list[Entry] = []
    while page := (yield from entries_after(entries[-1].id if entries else 0)):
        entries += page
    rows = yield Sql(f"SELECT {ACCOUNT_COLUMNS} FROM ledger_accounts ORDER BY id")
    return tuple(entries), tuple(account_row(row) for row in rows)


def _entry(lines: Sequence[Row]) -> Entry:
    entry_id, at_ms, kind, hold_id, corrects, note = lines[0][:6]
    postings = tuple(Posting(row[6], row[7], Unit(row[8]), row[9]) for row in lines)
    return Entry(entry_id, at_from(at_ms), EntryKind(kind), postings, hold_id or "", corrects, note)


def csv_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """One line for each posting, a header before them; amounts whole, in their unit."""
    yield _csv_line(CSV_COLUMNS)
    for entry in entries:
        for line, posting in enumerate(entry.postings):
            yield _csv_line(
                (
                    entry.id,
                    entry.at.isoformat(),
                    entry.kind,
                    entry.hold_id,
                    "" if entry.corrects is None else entry.corrects,
                    entry.note,
                    line,
                    posting.account,
                    posting.tenant,
                    posting.unit,
                    posting.amount,
                )
            )


def _csv_line(values: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def beancount_lines(entries: Sequence[Entry], accounts: Sequence[AccountRow]) -> Iterator[str]:
    """The journal as Beancount reads it. At its end each account's balance is asserted, without
    tolerance, as the ledger carries it."""
    kinds = {account.id: account.kind for account in accounts}
    first = min((_day(entry) for entry in entries), default=date(1970, 1, 1))
    last = max((_day(entry) for entry in entries), default=first)
    yield 'option "title" "Ledger"\n'
    for unit in COMMODITIES.values():
        yield f"{first} commodity {unit}\n"
    for name, account_id in _names(entries, kinds).items():
        yield f"{first} open {name}\n"
        yield f"  id: {_quoted(account_id)}\n"
    for entry in entries:
        yield f"\n{_day(entry)} * {_quoted(entry.kind)} {_quoted(entry.note)}\n"
        yield f'  entry: "{entry.id}"\n'
        if entry.hold_id:
            yield f"  hold: {_quoted(entry.hold_id)}\n"
        for posting in entry.postings:
            name = account_name(posting.account, kinds.get(posting.account))
            yield f"  {name}  {_amount(-posting.amount, posting.unit)}\n"
    yield "\n"
    opened = _names(entries, kinds)
    for account in accounts:
        name = account_name(account.id, account.kind)
        if name in opened:
            number, unit = _amount(-account.posted, account.unit).split(" ")
            yield f"{last + timedelta(days=1)} balance {name}  {number} ~ 0 {unit}\n"


def account_name(account_id: str, kind: AccountKind | None) -> str:
    """A name that Beancount takes, the same for the same account and no other's.

    `kind` None: an account of the system, whose days are one account there.
    """
    if kind is not None:
        digest = hashlib.sha256(account_id.encode()).hexdigest()[:16].upper()
        return f"{_ROOTS[kind]}:{_legal(account_id)}-{digest}"
    system, *_, processor = f"{account_id}///".split("/")[:4]
    root = _ROOTS[AccountKind(system)]
    return f"{root}:{_legal(processor)}" if processor else root


def _names(entries: Sequence[Entry], kinds: dict[str, AccountKind]) -> dict[str, str]:
    """Every account that is posted to, with the first id that stands for it."""
    names: dict[str, str] = {}
    for entry in entries:
        for posting in entry.postings:
            name = account_name(posting.account, kinds.get(posting.account))
            names.setdefault(name, posting.account)
    return names


def _legal(text: str) -> str:
    """Letters, digits and dashes, beginning with a capital or a digit."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:40] or "X"
    return plain[0].upper() + plain[1:]


def _amount(amount: int, unit: Unit) -> str:
    if unit is not Unit.PICODOLLARS:
        return f"{amount} {COMMODITIES[unit]}"
    dollars, rest = divmod(abs(amount), 10**_USD_DECIMALS)
    return f"{'-' if amount < 0 else ''}{dollars}.{rest:0{_USD_DECIMALS}d} {COMMODITIES[unit]}"


def _day(entry: Entry) -> date:
    return entry.at.astimezone(UTC).date()


def _quoted(text: str) -> str:
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
