"""The end of a call, in one transaction: the ledger's settlement or release, the request's row,
the kept answer, what thresholds it crossed, and the word to the tenant's open windows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.errors import HoldMoved
from app.ledger import calls as ledger_calls
from app.ledger.accounts import locked, open_accounts
from app.ledger.records import AccountRow, Settle
from app.ledger.rows import ms_from
from app.ledger.settlement import Loss, settle, write_off
from app.ledger.steps import Steps
from app.metering.allowances import Grant, grants_for
from app.metering.allowances_split import Split
from app.metering.hold import Basis, Proof
from app.metering.payer import Unit
from app.metering.receipt import Receipt
from app.quick_init import quick_init
from app.server.credits import requests
from app.server.credits.holding import (
    cap_opening_of,
    free_share,
    opening_of,
    rounded_up,
    tenant_of,
)
from app.server.credits.notices import tell_thresholds
from app.server.credits.outcomes import (
    Outcome,
    charges_of,
    division_of,
    drawn_in,
    free_now,
    lost_pusd,
    outcome_of,
    split_of,
)
from app.server.credits.reading import FREE_TENANT, Ask, read_situation
from app.server.credits.receipts import receipt_of_end, receipt_of_nothing, receipt_text
from app.server.credits.records import AdmittedCall, CallDropped, CallEnd
from app.server.events import Kind, announce

_log = logging.getLogger(__name__)


@quick_init
@dataclass(frozen=True, slots=True)
class Ended:
    """What an ended call leaves behind, beside the ledger: its receipt and, by the columns of
    `requests.RequestRow`, its row."""

    receipt: Receipt
    row: Mapping[str, object]


@quick_init
@dataclass(frozen=True, slots=True)
class Settlement:
    """Everything that one transaction writes when a call is charged."""

    order: Settle
    sides: tuple[Settle, ...]
    split: Split
    ended: Ended
    answer: str
    kept_until: datetime


def settlement_of(
    catalog: PlanCatalog, call: AdmittedCall, end: CallEnd, now: datetime, kept_until: datetime
) -> Settlement | None:
    """The settlement of a call that cost no more than was held; None where it cost more."""
    outcome = outcome_of(call, end)
    split = split_of(call, outcome.cost)
    if not split.is_covered:
        return None
    held = {draw.account: draw.amount for draw in call.held}
    charges = charges_of(call, outcome, split, held)
    for name, amount in charges.items():
        if amount > held.get(name, 0):
            return None
    ended = _ended(call, end, outcome, split, now)
    receipt, divide, also_from = receipt_text(ended.receipt), None, ()
    order = Settle(
        call.request_id, end.basis, now, charges, divide, also_from, outcome.flagged, receipt
    )
    sides = _sides(catalog, call, outcome, split, now)
    return Settlement(order, sides, split, ended, end.answer, kept_until)


def settle_call(
    catalog: PlanCatalog, call: AdmittedCall, end: CallEnd, now: datetime, kept_until: datetime
) -> Steps[Ended]:
    """Charge a call that was sent. Raises HoldMoved where it has ended already."""
    settlement = settlement_of(catalog, call, end, now, kept_until)
    if settlement is None:
        settlement = yield from _above_hold(catalog, call, end, now, kept_until)
    yield from settle(settlement.order)
    for side in settlement.sides:
        yield from _settle_side(side)
    tenant = call.caller.tenant
    yield requests.insert(settlement.ended.row)
    if settlement.answer:
        yield requests.keep_answer(tenant, call.request_id, settlement.answer, kept_until)
    yield from tell_thresholds(catalog, tenant, settlement.split.draws, now)
    yield from announce(tenant, Kind.BALANCE_CHANGED, now)
    return settlement.ended


def _above_hold(
    catalog: PlanCatalog, call: AdmittedCall, end: CallEnd, now: datetime, kept_until: datetime
) -> Steps[Settlement]:
    """The call cost more than was held: the rest from what is free now, then from nobody.

    The accounts stay locked until the transaction ends, so that what is free here is free when
    the ledger charges it.
    """
    outcome = outcome_of(call, end)
    usable, accounts = yield from _free_grants(catalog, call, now)
    split = split_of(call, outcome.cost, free_now(usable, accounts))
    division = division_of(call, outcome, split, accounts)
    if division.written_off:
        _log.error(
            "the request %s cost more than it held and than is free: %s written off",
            call.request_id,
            dict(division.written_off),
        )
    ended = _ended(call, end, outcome, split, now)
    order = Settle(
        call.request_id,
        end.basis,
        now,
        divide=lambda _: division,
        also_from=tuple(accounts),
        flagged=outcome.flagged,
        receipt=receipt_text(ended.receipt),
    )
    sides = _sides(catalog, call, outcome, split, now)
    return Settlement(order, sides, split, ended, end.answer, kept_until)


def _free_grants(
    catalog: PlanCatalog, call: AdmittedCall, now: datetime
) -> Steps[tuple[list[Grant], dict[str, AccountRow]]]:
    """The tenant's own grants for the model as they are now, and their accounts, locked."""
    tenant = call.caller.tenant
    situation = yield from read_situation(catalog, Ask(call.caller, now))
    grants = grants_for(catalog, situation.account, call.model, now) if call.draws else ()
    usable = [grant for grant in grants if tenant_of(catalog, grant, tenant) == tenant]
    caps = situation.account.member_caps
    openings = [opening_of(grant, tenant) for grant in usable]
    openings += [cap_opening_of(grant, tenant, caps.get(grant.source)) for grant in usable]
    yield from open_accounts([opening for opening in openings if opening], now)
    names = {draw.account for draw in call.held}
    names |= {name for grant in usable for name in (grant.id, grant.cap_id) if name}
    return usable, (yield from locked(names, tenant))


def _sides(
    catalog: PlanCatalog, call: AdmittedCall, outcome: Outcome, split: Split, now: datetime
) -> tuple[Settle, ...]:
    """A side hold pays what was drawn on it, at most what it held."""
    if not call.sides:
        return ()
    drawn = {draw.grant.id: draw.amount for draw in split.draws}
    share = free_share(catalog, call.plan, split.draws)
    found = []
    for side in call.sides:
        if side.tenant == FREE_TENANT:
            drawn |= {draw.account: rounded_up(share * outcome.cost_pusd) for draw in side.draws}
        charges = {
            draw.account: min(drawn.get(draw.account, 0), draw.amount) for draw in side.draws
        }
        found.append(Settle(side.id, Basis.PROVIDER_USAGE, now, charges))
    return tuple(found)


def _settle_side(order: Settle) -> Steps[None]:
    """End a side hold with its call; where it has ended before, its tenant pays nothing more."""
    try:
        yield from settle(order)
    except HoldMoved:
        _log.warning("the side hold %s had ended before its call", order.hold_id)


def drop_call(call: AdmittedCall, dropped: CallDropped, now: datetime) -> Steps[Ended]:
    """Give back everything that a call held; what its provider bills all the same is lost.

    Raises HoldMoved where it has ended already, or was sent and there is no proof.
    """
    yield from ledger_calls.release(call.request_id, now=now, proof=dropped.proof)
    for side in call.sides:
        yield from release_side(side.id, now, dropped.proof or Proof.NOTHING_SENT)
    if dropped.lost_pusd:
        loss = Loss(call.request_id, Unit.PICODOLLARS, dropped.lost_pusd, dropped.reason)
        yield from write_off(loss, now)
    ended = _dropped(call, dropped, now)
    yield requests.insert(ended.row)
    yield from announce(call.caller.tenant, Kind.BALANCE_CHANGED, now)
    return ended


def release_side(hold_id: str, now: datetime, proof: Proof) -> Steps[None]:
    """Give a side hold back with its call; one that has ended stays as it is."""
    try:
        yield from ledger_calls.release(hold_id, now=now, proof=proof)
    except HoldMoved:
        _log.warning("the side hold %s had ended before its call", hold_id)


def _ended(
    call: AdmittedCall, end: CallEnd, outcome: Outcome, split: Split, now: datetime
) -> Ended:
    route, caller, draws = outcome.route, call.caller, split.draws
    # Every call that is charged has such a row: made as a record first, it would cost four times
    # as much.
    row: dict[str, object] = {
        "tenant": caller.tenant,
        "at_ms": ms_from(call.admitted_at),
        "id": call.request_id,
        "ended_ms": ms_from(now),
        "account": caller.account,
        "api_key": caller.api_key,
        "kind": str(call.kind),
        "model": call.model,
        "route": route.route,
        "host": route.host,
        "own_key": route.own_key,
        "payer": str(call.payer),
        "ending": str(end.ending),
        "input_tokens": outcome.input_tokens,
        "output_tokens": outcome.output_tokens,
        "plan_tokens": drawn_in(draws, Unit.PLAN_TOKENS),
        "charged_pusd": drawn_in(draws, Unit.PICODOLLARS),
        "cost_pusd": outcome.cost.pusd,
        "lost_pusd": lost_pusd(outcome, split),
        "upstream_id": end.upstream_id,
        "flagged": outcome.flagged,
        "reason": "",
    }
    return Ended(receipt_of_end(call, end, outcome, draws), row)


def _dropped(call: AdmittedCall, dropped: CallDropped, now: datetime) -> Ended:
    route = next((each for each in call.routes if each.route == dropped.route), None)
    row = requests.RequestRow(
        tenant=call.caller.tenant,
        at_ms=ms_from(call.admitted_at),
        id=call.request_id,
        ended_ms=ms_from(now),
        account=call.caller.account,
        api_key=call.caller.api_key,
        kind=str(call.kind),
        model=call.model,
        route=route.route if route else "",
        host=route.host if route else "",
        own_key=route.own_key if route else "",
        payer=str(call.payer),
        ending=RELEASED,
        cost_pusd=dropped.lost_pusd,
        lost_pusd=dropped.lost_pusd,
        reason=dropped.reason,
    )
    return Ended(receipt_of_nothing(call, dropped.reason), requests.plain(row))


RELEASED = "released"
