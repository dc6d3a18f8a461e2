"""Tokens that the operator gives to an account, and takes back from what it gave."""

from __future__ import annotations

from datetime import datetime

from app.catalog.plans import Unit
from app.ledger.accounts import balances, locked, regrant
from app.ledger.posting import balanced, granted_by, post
from app.ledger.records import AccountKind, EntryKind
from app.ledger.rows import AMOUNT_MAX
from app.ledger.steps import Sql, Steps
from app.metering.allowances import BoughtPack
from app.server.credits.packs import give_pack
from app.server.errors import bad_request, conflict, not_found
from app.server.events import Kind, announce
from app.server.operator.account_rows import account_by_id
from app.server.operator.operator import Operator, need_reason

ORIGIN = "operator"


async def grant(
    operator: Operator, tenant: str, amount: int, unit: Unit, reason: str, name: str = ""
) -> str:
    """Give an amount that never expires; the id of its wallet. Raises Refused: 400, 404."""
    words = need_reason(reason)
    if not 0 < amount <= AMOUNT_MAX:
        raise bad_request("Give an amount above zero.", "amount")
    account = await operator.looks.database.read(account_by_id, tenant)
    if account.deleted_at is not None:
        raise not_found("account")
    now = operator.looks.clock.now()
    wallet = f"{tenant}/pack/{ORIGIN}/{operator.looks.clock.new_id()}"
    pack = BoughtPack(wallet, unit, amount, now, name or "Given by the operator")

    def look() -> Steps[object]:
        return (yield from _wallet(wallet))

    services = operator.act("grants give", tenant, words, look)
    await services.database.run(give_pack, pack, tenant, ORIGIN, now)
    return wallet


async def revoke_grant(
    operator: Operator, wallet: str, reason: str, amount: int | None = None
) -> int:
    """Take back what is unspent of a given wallet, or a part of that; how much it was.

    Raises Refused: 404, 409 for a wallet that was paid for or has less that is free.
    """
    words = need_reason(reason)
    found = (await operator.looks.database.read(balances, [wallet])).get(wallet)
    if found is None or found.kind is not AccountKind.WALLET:
        raise not_found("grant")
    tenant = found.tenant

    def look() -> Steps[object]:
        return (yield from _wallet(wallet))

    services = operator.act("grants revoke", tenant, words, look)
    return await services.database.run(_take, tenant, wallet, amount, services.clock.now())


def _take(tenant: str, wallet: str, amount: int | None, now: datetime) -> Steps[int]:
    account = (yield from locked([wallet], tenant))[wallet]
    paid = yield Sql("SELECT 1 FROM ledger_credits WHERE account = ? LIMIT 1", (wallet,))
    if paid:
        raise conflict("was_paid", "This was paid for: refund it at its processor.")
    free = account.posted - account.held
    wanted = free if amount is None else amount
    if not 0 < wanted <= free:
        raise conflict("not_free", f"{free:,} of it is unspent and not set aside.")
    yield from regrant(wallet, -wanted)
    lines = balanced([(account, -wanted)], now, granted_by(account.kind))
    yield from post(EntryKind.GRANT, now, lines, note="taken back by the operator")
    yield from announce(tenant, Kind.BALANCE_CHANGED, now)
    return wanted


def _wallet(wallet: str) -> Steps[object]:
    found = (yield from balances([wallet])).get(wallet)
    if found is None:
        return None
    return {"wallet": wallet, "unit": str(found.unit), "granted": found.granted,
            "unspent": found.posted}  # fmt: skip
