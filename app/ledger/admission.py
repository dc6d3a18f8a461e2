"""Admit: set aside what a call can cost in all its accounts, or in none of them."""

from __future__ import annotations

from app.errors import LedgerError
from app.ledger.accounts import locked, move, open_accounts
from app.ledger.holds import hold_by_key
from app.ledger.records import AccountRow, Admission, Admit, AdmitEnd, HoldRow, Short
from app.ledger.rows import ms_from, whole
from app.ledger.steps import Sql, Steps
from app.metering.hold import HoldState


def admit(wish: Admit) -> Steps[Admission]:
    """Hold what a call may cost at most, for whoever it is.

    A key that was used before gets its own hold back and changes nothing. Raises LedgerError
    where an account is not there or is another tenant's, or where an amount is none.
    """
    refuse_malformed(wish)
    before = yield from hold_by_key(wish.tenant, wish.key)
    if before is not None:
        return answer_again(wish, before)
    yield from open_accounts(wish.openings, wish.now)
    if (yield from is_in_debt(wish.tenant)):
        return Admission(AdmitEnd.IN_DEBT)
    accounts = yield from locked((draw.account for draw in wish.draws), wish.tenant)
    short = shortfalls(wish, accounts)
    if short:
        return Admission(AdmitEnd.SHORT, short=short)
    if not (yield from _insert(wish)):
        before = yield from hold_by_key(wish.tenant, wish.key)
        if before is None:
            raise LedgerError(f"The hold {wish.hold_id} is there already, under another key.")
        return answer_again(wish, before)
    for draw in sorted(wish.draws, key=lambda draw: draw.account):
        if not (yield from move(draw.account, held=draw.amount)):
            raise LedgerError(f"{draw.account} does not cover what was found free in it.")
    return Admission(AdmitEnd.HELD, new_hold(wish))


def refuse_malformed(wish: Admit) -> None:
    """Raise LedgerError for amounts that are none, and for an account that is drawn on twice."""
    for draw in wish.draws:
        whole(draw.amount, f"What is drawn from {draw.account}")
    if len({draw.account for draw in wish.draws}) != len(wish.draws):
        raise LedgerError("An account is drawn on twice by one call.")
    if not wish.tenant or not wish.key:
        raise LedgerError("A call has to say whose it is and which one.")


def answer_again(wish: Admit, hold: HoldRow) -> Admission:
    """What the same key gets the second time: one key is one call with one charge."""
    if hold.body_hash != wish.body_hash:
        return Admission(AdmitEnd.OTHER_BODY, hold)
    return Admission(AdmitEnd.DONE if hold.is_over else AdmitEnd.RUNNING, hold)


def shortfalls(wish: Admit, accounts: dict[str, AccountRow]) -> tuple[Short, ...]:
    """Every account that cannot cover its draw, in the order of the draws."""
    found = []
    for draw in wish.draws:
        free = accounts[draw.account].free
        if free is not None and free < draw.amount:
            found.append(Short(draw.account, draw.amount, free))
    return tuple(found)


def is_in_debt(tenant: str) -> Steps[bool]:
    """Whether the tenant owes something from a refund of what was spent."""
    rows = yield Sql(
        "SELECT 1 FROM ledger_accounts WHERE tenant = ? AND kind = 'debt' AND posted < 0 LIMIT 1",
        (tenant,),
    )
    return bool(rows)


def new_hold(wish: Admit) -> HoldRow:
    """The hold as it stands right after it was admitted."""
    return HoldRow(
        id=wish.hold_id,
        tenant=wish.tenant,
        key=wish.key,
        body_hash=wish.body_hash,
        state=HoldState.HELD,
        created_at=wish.now,
        expires_at=wish.expires_at,
        draws=wish.draws,
        frozen=wish.frozen,
        facts=wish.facts,
    )


def _insert(wish: Admit) -> Steps[bool]:
    rows = yield Sql(
        "INSERT INTO ledger_holds (id, tenant, key, body_hash, state, created_ms, expires_ms,"
        " frozen, facts) VALUES (?, ?, ?, ?, 'held', ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id",
        (
            wish.hold_id,
            wish.tenant,
            wish.key,
            wish.body_hash,
            ms_from(wish.now),
            ms_from(wish.expires_at),
            wish.frozen,
            wish.facts,
        ),
    )
    if rows and wish.draws:
        values: list[object] = []
        for line, draw in enumerate(wish.draws):
            values += (wish.hold_id, draw.account, line, draw.amount)
        yield Sql(
            "INSERT INTO ledger_hold_draws (hold_id, account, line, amount) VALUES "
            + ", ".join(["(?, ?, ?, ?)"] * len(wish.draws)),
            values,
        )
    return bool(rows)
