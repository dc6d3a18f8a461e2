"""Settle: end a call with its charge, from what it held or, above that, from what is free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.errors import LedgerError
from app.ledger.accounts import locked, move
from app.ledger.admission import is_in_debt
from app.ledger.calls import refusal
from app.ledger.debts import square
from app.ledger.holds import hold_by_id
from app.ledger.posting import COUNTED_KINDS, balanced, post, system_account
from app.ledger.records import (
    AccountKind,
    AccountRow,
    Division,
    EntryKind,
    HoldRow,
    Posting,
    Settle,
    Settled,
)
from app.ledger.rows import ms_from, whole
from app.ledger.steps import Sql, Steps
from app.metering.hold import HoldState
from app.metering.payer import Unit


def settle(order: Settle) -> Steps[Settled]:
    """End a call that was sent, once, with what it is charged; the rest goes back.

    Raises HoldMoved where it was never sent or has ended, LedgerError for a charge that is more
    than was held (without `divide`) or than is free (with it).
    """
    hold = yield from hold_by_id(order.hold_id)
    if hold is None or hold.state not in (HoldState.DISPATCHED, HoldState.UNKNOWN):
        raise refusal(order.hold_id, hold, "settled")
    held = {draw.account: draw.amount for draw in hold.draws}
    from_where = (*held, *order.also_from) if order.divide is not None else tuple(held)
    accounts = yield from locked(from_where, hold.tenant)
    division = _division(order, held, accounts)
    if not (yield from _end(order)):
        raise refusal(order.hold_id, (yield from hold_by_id(order.hold_id)), "settled")
    yield from _mark_draws(order.hold_id, division.charges, held)
    for account_id in sorted(accounts):
        charge, back = division.charges.get(account_id, 0), held.get(account_id, 0)
        if not (yield from move(account_id, posted=-charge, held=-back)):
            raise LedgerError(f"{account_id} does not cover the charge of {hold.id}.")
    yield from _post(order, hold, accounts, division)
    if (yield from is_in_debt(hold.tenant)):
        yield from square(hold.tenant, order.now)
    charges = {account: amount for account, amount in division.charges.items() if amount}
    written_off = {unit: amount for unit, amount in division.written_off.items() if amount}
    return Settled(hold.id, charges, written_off)


def _division(
    order: Settle, held: Mapping[str, int], accounts: Mapping[str, AccountRow]
) -> Division:
    """What each account is charged: as ordered within the hold, else as `divide` says."""
    if order.divide is None:
        refuse_above_hold(order.charges, held)
        return Division(order.charges)
    free = {
        account_id: None if account.free is None else account.free + held.get(account_id, 0)
        for account_id, account in accounts.items()
    }
    division = order.divide(free)
    for account_id, amount in division.charges.items():
        whole(amount, f"The charge of {account_id}")
        if account_id not in free:
            raise LedgerError(f"{account_id} was not asked whether it can pay.")
        left = free[account_id]
        if left is not None and amount > left:
            raise LedgerError(f"{account_id} is charged {amount} and has {left}.")
    for unit, amount in division.written_off.items():
        whole(amount, f"What is written off in {unit}")
    return division


def refuse_above_hold(charges: Mapping[str, int], held: Mapping[str, int]) -> None:
    """Raise LedgerError for a charge above what its account holds for the call."""
    for account_id, amount in charges.items():
        whole(amount, f"The charge of {account_id}")
        if amount > held.get(account_id, 0):
            raise LedgerError(
                f"{account_id} is charged {amount} and held {held.get(account_id, 0)}."
            )


def _end(order: Settle) -> Steps[bool]:
    """False where somebody else ended the call while its accounts were waited for."""
    rows = yield Sql(
        "UPDATE ledger_holds SET state = 'settled', ended_ms = ?, basis = ?, flagged = ?,"
        " receipt = ? WHERE id = ? AND state IN ('dispatched', 'unknown') RETURNING id",
        (ms_from(order.now), str(order.basis), order.flagged, order.receipt, order.hold_id),
    )
    return bool(rows)


def _mark_draws(hold_id: str, charges: Mapping[str, int], held: Mapping[str, int]) -> Steps[None]:
    for account_id in held:
        yield Sql(
            "UPDATE ledger_hold_draws SET charged = ? WHERE hold_id = ? AND account = ?",
            (charges.get(account_id, 0), hold_id, account_id),
        )
    on_top = [account for account in charges if account not in held and charges[account]]
    for line, account_id in enumerate(on_top, len(held)):
        yield Sql(
            "INSERT INTO ledger_hold_draws (hold_id, account, line, amount, charged)"
            " VALUES (?, ?, ?, 0, ?)",
            (hold_id, account_id, line, charges[account_id]),
        )


def _post(
    order: Settle, hold: HoldRow, accounts: Mapping[str, AccountRow], division: Division
) -> Steps[None]:
    lines = [(accounts[account], -amount) for account, amount in division.charges.items()]
    yield from post(EntryKind.CHARGE, order.now, balanced(lines, order.now), hold_id=hold.id)
    for unit, amount in division.written_off.items():
        if amount:
            counted = all(
                account.kind in COUNTED_KINDS
                for account in accounts.values()
                if account.unit is unit
            )
            earned = AccountKind.COUNTED if accounts and counted else AccountKind.REVENUE
            yield from _write_off(Loss(hold.id, unit, amount, "above the hold"), order.now, earned)


@dataclass(frozen=True, slots=True)
class Loss:
    """What a call cost and nobody pays: an amount of a unit, and why."""

    hold_id: str
    unit: Unit
    amount: int
    why: str


def write_off(loss: Loss, now: datetime) -> Steps[None]:
    """The operator pays: what a provider bills for a call that was released, for one."""
    yield from _write_off(loss, now, AccountKind.REVENUE)


def _write_off(loss: Loss, now: datetime, earned: AccountKind) -> Steps[None]:
    whole(loss.amount, "What is written off")
    lost = system_account(AccountKind.WRITE_OFF, loss.unit, now)
    postings = (
        Posting(lost, "", loss.unit, -loss.amount),
        Posting(system_account(earned, loss.unit, now), "", loss.unit, loss.amount),
    )
    yield from post(EntryKind.WRITE_OFF, now, postings, hold_id=loss.hold_id, note=loss.why)
