"""Corrections: the journal is never changed, so what was wrong is posted back by a new entry that
names the one that it mends."""

from __future__ import annotations

from datetime import datetime

from app.errors import LedgerError
from app.ledger.accounts import locked, move
from app.ledger.admission import is_in_debt
from app.ledger.debts import square
from app.ledger.posting import post
from app.ledger.records import EntryKind, Posting
from app.ledger.steps import Sql, Steps
from app.metering.payer import Unit

# A grant is changed by opening it again, a payment by its refund.
CORRECTABLE = (EntryKind.CHARGE, EntryKind.WRITE_OFF)


def correct(entry_id: int, now: datetime, *, note: str) -> Steps[int]:
    """Take back a charge or a write-off, once: everybody gets back what they gave. The new
    entry's id. Raises LedgerError for an entry that is not there, of another kind, or corrected.
    """
    rows = yield Sql("SELECT kind, hold_id FROM ledger_entries WHERE id = ?", (entry_id,))
    if not rows or EntryKind(rows[0][0]) not in CORRECTABLE:
        raise LedgerError(f"There is no charge {entry_id} that could be corrected.")
    lines = yield Sql(
        "SELECT account, tenant, unit, amount FROM ledger_postings WHERE entry_id = ?"
        " ORDER BY line",
        (entry_id,),
    )
    postings = [Posting(line[0], line[1], Unit(line[2]), -line[3]) for line in lines]
    tenant = next((posting.tenant for posting in postings if posting.tenant), "")
    own = sorted(
        (posting for posting in postings if posting.tenant), key=lambda posting: posting.account
    )
    yield from locked((posting.account for posting in own), tenant)
    if (yield Sql("SELECT 1 FROM ledger_entries WHERE corrects = ?", (entry_id,))):
        raise LedgerError(f"The entry {entry_id} was corrected already.")
    for posting in own:
        if not (yield from move(posting.account, posted=posting.amount)):
            raise LedgerError(f"{posting.account} cannot take back {posting.amount}.")
    made = yield from post(
        EntryKind.CORRECTION,
        now,
        postings,
        hold_id=rows[0][1] or "",
        corrects=entry_id,
        note=note,
    )
    if made is None:
        raise LedgerError(f"The entry {entry_id} has nothing to correct.")
    if tenant and (yield from is_in_debt(tenant)):
        yield from square(tenant, now)
    return made
