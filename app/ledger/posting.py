"""Writing the journal: entries whose postings add up to 0, and the accounts of the system.

The only place that inserts entries and postings, the two statements of PostgreSQL aside that do
the same in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from app.errors import LedgerError
from app.ledger.records import SYSTEM_KINDS, AccountKind, AccountRow, EntryKind, Posting
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.metering.payer import Unit

# What a grant raises in an account (a window, a pack), and what a refund or a debt lowers.
GRANTING = (EntryKind.GRANT, EntryKind.CREDIT, EntryKind.TAKE_BACK)
COUNTED_KINDS = frozenset({AccountKind.BUDGET, AccountKind.CAP, AccountKind.SPENT})


def earned_by(kind: AccountKind) -> AccountKind:
    """The other side of a charge: what own keys, budgets and caps count is nobody's revenue."""
    return AccountKind.COUNTED if kind in COUNTED_KINDS else AccountKind.REVENUE


def granted_by(kind: AccountKind) -> AccountKind:
    """The other side of a grant."""
    return AccountKind.COUNTED if kind in COUNTED_KINDS else AccountKind.PROMOTION


def system_account(kind: AccountKind, unit: Unit, at: datetime, processor: str = "") -> str:
    """The id of a system account on a day in UTC, cash with its processor."""
    if kind not in SYSTEM_KINDS:
        raise LedgerError(f"{kind} is no account of the system.")
    day = at.astimezone(UTC).date().isoformat()
    return f"{kind}/{unit}/{day}" + (f"/{processor}" if processor else "")


def balanced(
    lines: Iterable[tuple[AccountRow, int]], at: datetime, side: AccountKind | None = None
) -> tuple[Posting, ...]:
    """Postings of accounts by amount, with the system's side that makes up for them by unit.

    `side` is the kind of the system's account; None: what `earned_by` says.
    """
    postings = []
    sums: dict[tuple[AccountKind, Unit], int] = {}
    for account, amount in lines:
        if amount:
            postings.append(Posting(account.id, account.tenant, account.unit, amount))
            kind = side or earned_by(account.kind)
            sums[kind, account.unit] = sums.get((kind, account.unit), 0) - amount
    for (kind, unit), amount in sums.items():
        if amount:
            postings.append(Posting(system_account(kind, unit, at), "", unit, amount))
    return tuple(postings)


def post(
    kind: EntryKind,
    at: datetime,
    postings: Sequence[Posting],
    *,
    hold_id: str = "",
    corrects: int | None = None,
    note: str = "",
) -> Steps[int | None]:
    """Write an entry; its id, None where there is nothing to post.

    Raises LedgerError where the amounts of a unit do not add up to 0, or where two tenants meet.
    """
    postings = [posting for posting in postings if posting.amount]
    if not postings:
        return None
    _refuse_unbalanced(postings)
    rows = yield Sql(
        "INSERT INTO ledger_entries (at_ms, kind, hold_id, corrects, note)"
        " VALUES (?, ?, ?, ?, ?) RETURNING id",
        (ms_from(at), str(kind), hold_id or None, corrects, note),
    )
    entry_id = int(rows[0][0])
    values: list[object] = []
    for line, posting in enumerate(postings):
        values += (entry_id, line, posting.account, posting.tenant, str(posting.unit))
        values.append(posting.amount)
    yield Sql(
        "INSERT INTO ledger_postings (entry_id, line, account, tenant, unit, amount) VALUES "
        + ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(postings)),
        values,
    )
    return entry_id


def _refuse_unbalanced(postings: Sequence[Posting]) -> None:
    sums: dict[Unit, int] = {}
    for posting in postings:
        if type(posting.amount) is not int:
            raise LedgerError(f"A posting has to be a whole number, not {posting.amount!r}.")
        sums[posting.unit] = sums.get(posting.unit, 0) + posting.amount
    if any(sums.values()):
        raise LedgerError(f"The postings do not add up to 0: {sums}.")
    if len({posting.tenant for posting in postings if posting.tenant}) > 1:
        raise LedgerError("An entry never joins two tenants.")
