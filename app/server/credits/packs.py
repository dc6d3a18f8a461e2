"""Bought and given packs: a row each beside its wallet in the ledger, under the same id."""

from __future__ import annotations

from datetime import datetime

from app.ledger.accounts import open_accounts
from app.ledger.records import AccountKind, Opening
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.metering.allowances import BoughtPack
from app.metering.payer import Unit
from app.server.events import Kind, announce


def add_pack(pack: BoughtPack, tenant: str, origin: str) -> Steps[None]:
    """Remember a pack, in the transaction that credits its wallet; a repeat changes nothing."""
    yield Sql(
        "INSERT INTO packs (tenant, id, name, unit, amount, bought_ms, origin)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (tenant, pack.id, pack.name, str(pack.unit), pack.amount, ms_from(pack.bought_at), origin),
    )


def give_pack(pack: BoughtPack, tenant: str, origin: str, now: datetime) -> Steps[None]:
    """Give a pack that nobody paid for: its wallet is filled at the operator's expense, once for
    each id. Tells the tenant's open windows."""
    opening = Opening(
        pack.id,
        tenant,
        AccountKind.WALLET,
        Unit(pack.unit),
        granted=pack.amount,
        name=pack.name,
    )
    yield from open_accounts([opening], now)
    yield from add_pack(pack, tenant, origin)
    yield from announce(tenant, Kind.BALANCE_CHANGED, now)
