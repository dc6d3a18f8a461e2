"""Taking back what a call was charged: a new entry in the journal that names the old one, in the
call's own books and in those of whoever paid a side of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.ledger.corrections import correct
from app.ledger.holds import hold_by_id
from app.ledger.records import HoldRow
from app.ledger.rows import at_from
from app.ledger.steps import Sql, Steps
from app.metering.payer import PayerKind, Unit
from app.server.credits import requests
from app.server.credits.frozen import call_of_hold
from app.server.errors import conflict, not_found
from app.server.events import Kind, announce
from app.server.operator.operator import Operator, need_reason


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What one account gets back. `is_over`: its window has closed, so nobody can spend it."""

    account: str
    unit: Unit
    amount: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Correctable:
    """The charge of a call, with those of its sides, as entries of the journal."""

    hold: HoldRow
    entries: tuple[int, ...]
    back: tuple[GivenBack, ...]


def charge_of(request_id: str, now: datetime) -> Steps[Correctable]:
    """What a correction of a request would give back.

    Raises Refused: 404, 409 where it runs, was charged nothing, or was corrected.
    """
    hold = yield from hold_by_id(request_id)
    if hold is None or not hold.frozen:
        raise not_found("request")
    if not hold.is_over:
        raise conflict("still_running", "It has not ended: holds settle ends it.")
    call = call_of_hold(hold)
    if call.payer is PayerKind.OWN_KEY:
        raise conflict("own_key", "Its provider charged the tenant's own key, and nobody here.")
    entries: list[int] = []
    back: list[GivenBack] = []
    for hold_id in (request_id, *(side.id for side in call.sides)):
        for entry_id in (yield from _uncorrected(hold_id)):
            entries.append(entry_id)
            back += yield from _postings(entry_id, now)
    if not entries:
        raise conflict("nothing_charged", "It was charged nothing, or was corrected already.")
    return Correctable(hold, tuple(entries), tuple(back))


def _uncorrected(hold_id: str) -> Steps[list[int]]:
    rows = yield Sql(
        "SELECT e.id FROM ledger_entries e WHERE e.hold_id = ? AND e.kind = 'charge'"
        " AND NOT EXISTS (SELECT 1 FROM ledger_entries c WHERE c.corrects = e.id) ORDER BY e.id",
        (hold_id,),
    )
    return [int(row[0]) for row in rows]


def _postings(entry_id: int, now: datetime) -> Steps[list[GivenBack]]:
    rows = yield Sql(
        "SELECT p.account, CAST(p.unit AS TEXT), -p.amount, a.closes_ms FROM ledger_postings p"
        " JOIN ledger_accounts a ON a.id = p.account WHERE p.entry_id = ? ORDER BY p.line",
        (entry_id,),
    )
    return [
        GivenBack(row[0], Unit(row[1]), row[2], row[3] is not None and at_from(row[3]) <= now)
        for row in rows
    ]


async def correct_call(operator: Operator, request_id: str, reason: str) -> Correctable:
    """Give back what a request was charged, once. Its receipt stays as it was written; its row
    says that it was corrected and why. Raises Refused as `charge_of`."""
    words = need_reason(reason)
    now = operator.looks.clock.now()
    found = await operator.looks.database.read(charge_of, request_id, now)

    def look() -> Steps[object]:
        row = yield from requests.row_of(found.hold.tenant, found.hold.created_at, request_id)
        return None if row is None else requests.plain(row)

    services = operator.act("ledger correct", found.hold.tenant, words, look)
    return await services.database.run(_correct, request_id, words, now)


def _correct(request_id: str, reason: str, now: datetime) -> Steps[Correctable]:
    found = yield from charge_of(request_id, now)
    for entry_id in found.entries:
        yield from correct(entry_id, now, note=reason)
    yield requests.correct(found.hold.tenant, found.hold.created_at, request_id, reason)
    yield from announce(found.hold.tenant, Kind.BALANCE_CHANGED, now)
    return found
