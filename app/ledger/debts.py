"""Who still owes what after refunds: one rule for what is taken from wallets and what is debt.

The rule is a function of the rows alone, so that events may come in any order. A purchase that
was taken back gives first what is unspent of it; the rest is paid by the tenant's other
purchases, whichever is there, in the order of their accounts; what is still missing is debt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.ledger.accounts import locked, open_accounts, regrant
from app.ledger.posting import post, system_account
from app.ledger.records import AccountKind, AccountRow, EntryKind, Opening, Posting
from app.ledger.rows import ACCOUNT_COLUMNS, account_row
from app.ledger.steps import Sql, Steps
from app.metering.payer import Unit


@dataclass(frozen=True, slots=True)
class Taking:
    """What is taken from each wallet in all, and what remains as debt. Never negative."""

    taken: Mapping[str, int]
    owed: int


def taking(wallets: Sequence[AccountRow], taken_back: Mapping[str, int]) -> Taking:
    """Divide what was taken back of purchases, by wallet, among what the wallets have unspent.

    What runs now keeps what it has set aside; it is asked again when that comes back.
    """
    taken: dict[str, int] = {}
    unspent: dict[str, int] = {}
    owed = 0
    for wallet in wallets:
        has = wallet.posted - wallet.held + wallet.taken
        back = taken_back.get(wallet.id, 0)
        taken[wallet.id] = min(back, has)
        unspent[wallet.id] = has - taken[wallet.id]
        owed += back - taken[wallet.id]
    for wallet_id in sorted(unspent):
        paid = min(owed, unspent[wallet_id])
        taken[wallet_id] += paid
        owed -= paid
    return Taking(taken, owed)


def debt_account(tenant: str, unit: Unit) -> str:
    """The id of what a tenant owes in a unit."""
    return f"debt/{tenant}/{unit}"


def square(tenant: str, now: datetime, *, processor: str = "") -> Steps[None]:
    """Bring wallets and debts to what the rule says; nothing where they are there already.

    `processor` is whose cash it is where what was taken back changed with it.
    """
    rows = yield Sql(
        f"SELECT {ACCOUNT_COLUMNS} FROM ledger_accounts WHERE tenant = ?"
        " AND kind IN ('wallet', 'debt') ORDER BY id",
        (tenant,),
        lock=True,
    )
    accounts = [account_row(row) for row in rows]
    sums = yield Sql(
        "SELECT account, CAST(sum(taken_back) AS BIGINT) FROM ledger_credits WHERE tenant = ?"
        " GROUP BY account",
        (tenant,),
    )
    taken_back = {str(row[0]): int(row[1]) for row in sums}
    for unit in Unit:
        of_unit = [account for account in accounts if account.unit is unit]
        wallets = [account for account in of_unit if account.kind is AccountKind.WALLET]
        debts = [account for account in of_unit if account.kind is AccountKind.DEBT]
        target = taking(wallets, taken_back)
        if target.owed and not debts:
            debts = [(yield from _open_debt(tenant, unit, now))]
        changes = [(wallet, wallet.taken - target.taken[wallet.id]) for wallet in wallets]
        changes += [(debt, -target.owed - debt.posted) for debt in debts]
        yield from _post([each for each in changes if each[1]], unit, now, processor)


def square_all(now: datetime) -> Steps[None]:
    """Square whoever has something unspent and still owes: what came back to a wallet while a
    refund was being booked."""
    rows = yield Sql(
        "SELECT DISTINCT d.tenant FROM ledger_accounts AS d JOIN ledger_accounts AS w"
        " ON w.tenant = d.tenant AND w.unit = d.unit AND w.kind = 'wallet'"
        " WHERE d.kind = 'debt' AND d.posted < 0 AND w.posted > w.held ORDER BY d.tenant"
    )
    for (tenant,) in rows:
        yield from square(str(tenant), now)


def _open_debt(tenant: str, unit: Unit, now: datetime) -> Steps[AccountRow]:
    name = debt_account(tenant, unit)
    yield from open_accounts([Opening(name, tenant, AccountKind.DEBT, unit, None)], now)
    return (yield from locked([name], tenant))[name]


def _post(
    changes: Sequence[tuple[AccountRow, int]], unit: Unit, now: datetime, processor: str
) -> Steps[None]:
    postings = []
    for account, amount in changes:
        yield from regrant(account.id, amount, taken=-amount)
        postings.append(Posting(account.id, account.tenant, unit, amount))
    went_back = -sum(amount for _, amount in changes)
    cash = system_account(AccountKind.CASH, unit, now, processor)
    postings.append(Posting(cash, "", unit, went_back))
    yield from post(EntryKind.TAKE_BACK, now, postings)
