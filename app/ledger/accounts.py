"""Accounts: opening them, reading them, locking them in order, and moving what they carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.errors import LedgerError
from app.ledger.posting import balanced, granted_by, post
from app.ledger.records import SYSTEM_KINDS, AccountKind, AccountRow, EntryKind, Opening
from app.ledger.rows import ACCOUNT_COLUMNS, account_row, in_parts, marks, ms_from, whole
from app.ledger.steps import Sql, Steps


def balances(ids: Iterable[str]) -> Steps[dict[str, AccountRow]]:
    """The accounts of these ids that there are, by id."""
    return (yield from _read(ids, lock=False))


def accounts_of(tenant: str) -> Steps[tuple[AccountRow, ...]]:
    """All accounts of a tenant, by id."""
    rows = yield Sql(
        f"SELECT {ACCOUNT_COLUMNS} FROM ledger_accounts WHERE tenant = ? AND kind IN"
        " ('wallet', 'window', 'budget', 'cap', 'spent', 'debt') ORDER BY id",
        (tenant,),
    )
    return tuple(account_row(row) for row in rows)


def locked(ids: Iterable[str], tenant: str) -> Steps[dict[str, AccountRow]]:
    """The accounts as they stand, until the transaction ends; their rows are taken by id.

    Raises LedgerError where one is not there or is another tenant's.
    """
    wanted = sorted(set(ids))
    found = yield from _read(wanted, lock=True)
    for account_id in wanted:
        if account_id not in found:
            raise LedgerError(f"There is no account {account_id}.")
        if found[account_id].tenant != tenant:
            raise LedgerError(f"The account {account_id} is not {tenant}'s.")
    return found


def _read(ids: Iterable[str], *, lock: bool) -> Steps[dict[str, AccountRow]]:
    found = {}
    for part in in_parts(sorted(set(ids))):
        rows = yield Sql(
            f"SELECT {ACCOUNT_COLUMNS} FROM ledger_accounts WHERE id IN ({marks(part)})"
            " ORDER BY id",
            part,
            lock,
        )
        found.update({row[0]: account_row(row) for row in rows})
    return found


def move(account_id: str, *, posted: int = 0, held: int = 0) -> Steps[bool]:
    """Change what was charged and what is set aside; False where it is not covered.

    The one rule of covering: a limited account never has less than it has set aside.
    """
    rows = yield Sql(
        "UPDATE ledger_accounts SET posted = posted + ?, held = held + ?"
        " WHERE id = ? AND held + ? >= 0"
        " AND (limited = 0 OR posted + ? - held - ? >= 0) RETURNING id",
        (posted, held, account_id, held, posted, held),
    )
    return bool(rows)


def regrant(account_id: str, amount: int, *, taken: int = 0) -> Steps[None]:
    """Change what an account was granted, and with it what it has. Raises LedgerError where
    that would touch what was used or is set aside."""
    rows = yield Sql(
        "UPDATE ledger_accounts SET granted = granted + ?, posted = posted + ?, taken = taken + ?"
        " WHERE id = ? AND (limited = 0 OR posted + ? - held >= 0) RETURNING id",
        (amount, amount, taken, account_id, amount),
    )
    if not rows:
        raise LedgerError(f"What {account_id} has used or set aside cannot be taken from it.")


def open_accounts(openings: Sequence[Opening], now: datetime) -> Steps[None]:
    """Make the accounts that are not there, and bring the others to what they shall be granted.

    A lowered grant takes no more than what is free; opening it again later takes the rest. What
    a wallet was granted counts when it is made: after that its payments say what it has.
    """
    wanted = {opening.id: opening for opening in openings}
    if len(wanted) != len(openings):
        raise LedgerError("An account is to be opened twice at once.")
    found = yield from _read(wanted, lock=False)
    for account_id in sorted(wanted):
        opening, account = wanted[account_id], found.get(account_id)
        if account is None and (yield from _make(opening, now)):
            continue
        if account is None or _differs(opening, account):
            account = (yield from _read([account_id], lock=True))[account_id]
            yield from _bring_to(opening, account, now)


def _make(opening: Opening, now: datetime) -> Steps[bool]:
    """False where another made it in the meantime."""
    if opening.kind in SYSTEM_KINDS:
        raise LedgerError(f"{opening.kind} is an account of the system; nobody opens it.")
    granted = 0 if opening.granted is None else whole(opening.granted, "What is granted")
    rows = yield Sql(
        f"INSERT INTO ledger_accounts ({ACCOUNT_COLUMNS})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, 0) ON CONFLICT (id) DO NOTHING"
        f" RETURNING {ACCOUNT_COLUMNS}",
        (
            opening.id,
            opening.tenant,
            str(opening.kind),
            str(opening.unit),
            int(opening.granted is not None),
            granted,
            granted,
            None if opening.closes_at is None else ms_from(opening.closes_at),
            opening.name,
        ),
    )
    if not rows:
        return False
    yield from _post_grant(account_row(rows[0]), granted, now)
    return True


def _differs(opening: Opening, account: AccountRow) -> bool:
    if (opening.tenant, opening.kind, opening.unit) != (
        account.tenant,
        account.kind,
        account.unit,
    ):
        raise LedgerError(f"The account {account.id} is another one already.")
    if account.name != opening.name:
        return True
    if account.kind is AccountKind.WALLET:
        return False
    return account.limited != (opening.granted is not None) or (
        account.granted != (opening.granted or 0)
    )


def _bring_to(opening: Opening, account: AccountRow, now: datetime) -> Steps[None]:
    if not _differs(opening, account):
        return
    target = grant_within_reach(opening, account)
    change = target - account.granted
    limited = account.limited if account.kind is AccountKind.WALLET else opening.granted is not None
    yield Sql(
        "UPDATE ledger_accounts SET limited = ?, granted = granted + ?, posted = posted + ?,"
        " name = ? WHERE id = ?",
        (int(limited), change, change, opening.name, account.id),
    )
    yield from _post_grant(account, change, now)


def grant_within_reach(opening: Opening, account: AccountRow) -> int:
    """What an account that is there can be granted now: never less than was used and is held."""
    if account.kind is AccountKind.WALLET:
        return account.granted
    if opening.granted is None:
        return 0
    return max(whole(opening.granted, "What is granted"), account.used + account.held)


def _post_grant(account: AccountRow, amount: int, now: datetime) -> Steps[None]:
    lines = balanced([(account, amount)], now, granted_by(account.kind))
    yield from post(EntryKind.GRANT, now, lines)
