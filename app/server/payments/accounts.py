"""What payments change of an account's row: plan, dates, seats, the past-due flag; and its packs.

Whatever a subscription does, the row is brought to what the rows of subscriptions say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Flag, Pack
from app.ledger.records import Opening
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.events import Kind, announce
from app.server.payments.standing import Standing, standing_of
from app.server.payments.subscription_rows import spans_of, subscriptions_of


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: an account's id, whether it is a person, an organization or a workspace, its
    e-mail address (may be empty) and its plan."""

    tenant: str
    kind: str
    email: str
    plan: str


def buyer(tenant: str, *, lock: bool = False) -> Steps[Buyer | None]:
    """An account that is there. With `lock`, whoever else changes its subscriptions waits."""
    rows = yield Sql(
        "SELECT id, kind, email, plan FROM accounts WHERE id = ? AND deleted_ms IS NULL",
        (tenant,),
        lock,
    )
    return Buyer(rows[0][0], rows[0][1], rows[0][2] or "", rows[0][3]) if rows else None


def standing_now(catalog: PlanCatalog, tenant: str) -> Steps[Standing | None]:
    """The subscription that a tenant has in force."""
    rows = yield from subscriptions_of(tenant)
    spans = yield from spans_of(tenant)
    return standing_of(catalog, rows, spans)


def follow(catalog: PlanCatalog, tenant: str, now: datetime) -> Steps[None]:
    """Bring the account to what its subscriptions say. A plan that was given by somebody else is
    left alone where none of them is in force."""
    rows = yield Sql("SELECT plan, flags FROM accounts WHERE id = ?", (tenant,), lock=True)
    if not rows:
        return
    before, flags = str(rows[0][0]), str(rows[0][1])
    subscriptions = yield from subscriptions_of(tenant)
    spans = yield from spans_of(tenant)
    standing = standing_of(catalog, subscriptions, spans)
    if standing is None:
        sold = {row.plan for row in subscriptions} | {span.plan for span in spans}
        if before not in sold:
            return
        flags = _flagged(flags, past_due=False)
        values: tuple[object, ...] = (catalog.start_plan, None, None, 0, flags)
    else:
        values = (
            standing.plan,
            ms_from(standing.subscribed_at),
            ms_from(standing.paid_until),
            standing.seats,
            _flagged(flags, past_due=standing.past_due),
        )
    changed = yield Sql(
        "UPDATE accounts SET plan = ?, subscribed_ms = ?, paid_until_ms = ?, seats = ?, flags = ?"
        " WHERE id = ? AND (plan <> ? OR coalesce(paid_until_ms, 0) <> ? OR flags <> ?)"
        " RETURNING id",
        (*values, tenant, values[0], values[2] or 0, values[4]),
    )
    if changed:
        yield from announce(tenant, Kind.BALANCE_CHANGED, now, {"plan": values[0]})


def add_bought_pack(wallet: Opening, pack: Pack, at: datetime, origin: str) -> Steps[None]:
    """A pack of an account, in the transaction that credits its wallet."""
    yield Sql(
        "INSERT INTO packs (tenant, id, name, unit, amount, bought_ms, origin)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            wallet.tenant,
            wallet.id,
            pack.name,
            str(pack.unit),
            pack.amount,
            ms_from(at),
            origin,
        ),
    )


def _flagged(flags: str, *, past_due: bool) -> str:
    """The flags with or without this one; words with spaces between them."""
    words = [word for word in re.split(r"[\s,]+", flags) if word]
    others = {word for word in words if word != str(Flag.PAST_DUE)}
    return " ".join(sorted(others | ({str(Flag.PAST_DUE)} if past_due else set())))
