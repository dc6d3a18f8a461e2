"""Accounts as the operator finds, sees and marks them: people, organizations, workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Flag
from app.ledger.accounts import accounts_of
from app.ledger.holds import open_holds
from app.ledger.records import AccountRow, HoldRow
from app.ledger.rows import at_from
from app.ledger.steps import Row, Sql, Steps
from app.server.credits.reading import flags_of
from app.server.credits.requests import RequestRow, rows_before
from app.server.errors import bad_request, conflict, not_found
from app.server.events import Kind, announce
from app.server.operator.operator import Operator, need_reason

_COLUMNS = (
    "id, kind, name, email, plan, flags, flag_reason, subscribed_ms, paid_until_ms, seats,"
    " custom_amounts, created_ms, deleted_ms"
)
FOUND_MAX = 500


class Mark(StrEnum):
    """What the operator may mark an account as; `normal` takes every mark away."""

    SUSPENDED = "suspended"
    QUARANTINED = "quarantined"
    PAST_DUE = "past_due"
    UNLIMITED = "unlimited"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """An account's row."""

    id: str
    kind: str
    name: str
    email: str | None
    plan: str
    flags: frozenset[Flag]
    flag_reason: str
    subscribed_at: datetime | None
    paid_until: datetime | None
    seats: int
    custom_amounts: str
    created_at: datetime
    deleted_at: datetime | None

    @property
    def marks(self) -> tuple[str, ...]:
        return tuple(sorted(str(flag) for flag in self.flags))


@dataclass(frozen=True, slots=True)
class WholeAccount:
    """One account with what it has, what is set aside and what it asked last."""

    account: FoundAccount
    balances: tuple[AccountRow, ...]
    holds: tuple[HoldRow, ...]
    requests: tuple[RequestRow, ...]


@dataclass(frozen=True, slots=True)
class Which:
    """Which accounts: by id, or all that are not deleted of a kind and of a plan, where named."""

    ids: tuple[str, ...] = ()
    everybody: bool = False
    kind: str = ""
    plan: str = ""


def find_accounts(
    text: str = "", *, kind: str = "", flag: str = "", at_most: int = FOUND_MAX
) -> Steps[tuple[FoundAccount, ...]]:
    """Accounts whose id, name or e-mail address holds a text, the newest first."""
    where, values = ["deleted_ms IS NULL"], list[object]()
    if text:
        where.append(
            "(lower(id) LIKE ? ESCAPE '!' OR lower(name) LIKE ? ESCAPE '!'"
            " OR lower(coalesce(email, '')) LIKE ? ESCAPE '!')"
        )
        values += [_pattern(text)] * 3
    if kind:
        where.append("kind = ?")
        values.append(kind)
    if flag:
        where.append("flags LIKE ? ESCAPE '!'")
        values.append(_pattern(flag))
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM accounts WHERE {' AND '.join(where)}"
        " ORDER BY created_ms DESC, id LIMIT ?",
        (*values, at_most),
    )
    return tuple(_found(row) for row in rows)


def account_by_id(account_id: str) -> Steps[FoundAccount]:
    """Also one that was deleted. Raises Refused (404)."""
    rows = yield Sql(f"SELECT {_COLUMNS} FROM accounts WHERE id = ?", (account_id,))
    if not rows:
        raise not_found("account")
    return _found(rows[0])


def whole_account(account_id: str, now: datetime, at_most: int = 50) -> Steps[WholeAccount]:
    """Everything of one account. Raises Refused (404)."""
    account = yield from account_by_id(account_id)
    balances = yield from accounts_of(account_id)
    holds = yield from open_holds(account_id)
    requests = yield from rows_before(account_id, now, at_most)
    return WholeAccount(account, balances, holds, requests)


def chosen(which: Which) -> Steps[tuple[FoundAccount, ...]]:
    """The accounts that a command is for. Raises Refused: 404 for an id that is none, 400 where
    nobody is named."""
    if which.ids:
        found = []
        for account_id in dict.fromkeys(which.ids):
            account = yield from account_by_id(account_id)
            if which.kind and account.kind != which.kind:
                raise not_found(which.kind)
            found.append(account)
        return tuple(found)
    if not which.everybody:
        raise bad_request("Name an account, or say --all.")
    where, values = ["deleted_ms IS NULL"], list[object]()
    for column, value in (("kind", which.kind), ("plan", which.plan)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM accounts WHERE {' AND '.join(where)} ORDER BY id", values
    )
    return tuple(_found(row) for row in rows)


def marks_of(ids: Sequence[str]) -> Steps[dict[str, object]]:
    """For the audit log."""
    found: dict[str, object] = {}
    for account_id in ids:
        account = yield from account_by_id(account_id)
        found[account_id] = {"marks": list(account.marks), "reason": account.flag_reason}
    return found


async def mark(
    operator: Operator, which: Which, mark_: Mark, reason: str, *, clear: bool = False
) -> tuple[FoundAccount, ...]:
    """Set a mark, or with `clear` take it away; those that it changed. Raises Refused."""
    words = need_reason(reason)
    accounts = await operator.looks.database.read(chosen, which)
    changed = tuple(each for each in accounts if _marked(each, mark_, clear) != each.flags)
    if not changed:
        return ()
    ids = tuple(each.id for each in changed)
    subject = ids[0] if len(ids) == 1 else f"{len(ids)} accounts"
    name = f"accounts {'clear' if clear else 'mark'} {mark_}"

    def look() -> Steps[object]:
        found = yield from marks_of(ids)
        return found[ids[0]] if len(ids) == 1 else found

    if len(ids) == 1:
        services = operator.act(name, subject, words, look)
    else:
        services = operator.act_on_many(name, subject, words, look)
    await services.database.run(_mark, ids, mark_, words, clear, services.clock.now())
    return changed


def _mark(ids: Sequence[str], mark_: Mark, reason: str, clear: bool, now: datetime) -> Steps[None]:
    for account_id in sorted(ids):
        rows = yield Sql(f"SELECT {_COLUMNS} FROM accounts WHERE id = ?", (account_id,), lock=True)
        flags = _marked(_found(rows[0]), mark_, clear)
        yield Sql(
            "UPDATE accounts SET flags = ?, flag_reason = ? WHERE id = ?",
            (" ".join(sorted(flags)), reason if flags else "", account_id),
        )
        yield from announce(account_id, Kind.BALANCE_CHANGED, now, {"marks": sorted(flags)})


def _marked(account: FoundAccount, mark_: Mark, clear: bool) -> frozenset[Flag]:
    if mark_ is Mark.NORMAL:
        return frozenset()
    flag = Flag(mark_)
    return account.flags - {flag} if clear else account.flags | {flag}


async def set_person_plan(
    operator: Operator, catalog: PlanCatalog, account_id: str, plan: str, reason: str
) -> str:
    """Put a person's account on a plan; the one before. What was used stays. Raises Refused: 400
    for no such plan, 404, 409 for a group or an account with a running subscription."""
    words = need_reason(reason)
    if catalog.plan(plan) is None:
        names = ", ".join(each.id for each in catalog.plans)
        raise bad_request(f"There is no such plan. There is: {names}.", "plan")
    before = await operator.looks.database.read(account_by_id, account_id)

    def look() -> Steps[object]:
        found = yield from account_by_id(account_id)
        return {"plan": found.plan}

    def move() -> Steps[None]:
        rows = yield Sql("SELECT kind FROM accounts WHERE id = ?", (account_id,), lock=True)
        if rows[0][0] != "person":
            raise conflict("not_a_person", "This is a group: use workspaces plan.")
        running = yield Sql(
            "SELECT id FROM subscriptions WHERE tenant = ? AND state IN ('active', 'past_due')",
            (account_id,),
        )
        if running:
            raise conflict(
                "subscribed", f"The subscription {running[0][0]} decides the plan: end it first."
            )
        yield Sql("UPDATE accounts SET plan = ? WHERE id = ?", (plan, account_id))
        now = services.clock.now()
        yield from announce(account_id, Kind.BALANCE_CHANGED, now, {"plan": plan})

    services = operator.act("accounts plan", account_id, words, look)
    await services.database.run(move)
    return before.plan


def _pattern(text: str) -> str:
    plain = text.lower()
    for sign in "!%_":
        plain = plain.replace(sign, f"!{sign}")
    return f"%{plain}%"


def _found(row: Row) -> FoundAccount:
    values = list(row)
    values[5] = flags_of(values[5])
    for place in (7, 8, 11, 12):
        values[place] = None if values[place] is None else at_from(values[place])
    return FoundAccount(*values)
