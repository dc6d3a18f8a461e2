"""What runs a call asks here: may it run, what did it come to, what was its receipt.

On PostgreSQL a call costs three statements: count and read, hold and send, settle with all that
goes with it; of somebody who is remembered the first two are one. Where one of them does nothing,
and on SQLite always, the steps of `holding_steps` and `settlement` are taken in one transaction
each.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from functools import partial

from app.catalog.plans import Right
from app.catalog.rights import may
from app.errors import HoldMoved
from app.ledger.closing import is_given_up
from app.ledger.holds import hold_by_id, hold_by_key
from app.ledger.records import HoldRow
from app.ledger.steps import Steps
from app.metering.hold import Basis, HoldState
from app.metering.payer import PayerKind
from app.metering.receipt import Receipt
from app.metering.usage import Usage
from app.server.accounts.identify import Caller
from app.server.credits import postgres, requests
from app.server.credits.admission import Decision, decide
from app.server.credits.arrival import Arrival, counted
from app.server.credits.frozen import call_of_hold
from app.server.credits.holding_steps import NotHeld, admit_steps, waits_in_turn
from app.server.credits.postgres import MINUTE, seconds_left
from app.server.credits.postgres_known import known_statement
from app.server.credits.reading import (
    Ask,
    Situation,
    side_tenants,
    situation_of,
    statement,
)
from app.server.credits.receipts import receipt_headers, receipt_json, receipt_of_hold
from app.server.credits.records import (
    AdmittedCall,
    CallDropped,
    CallEnd,
    CallWish,
    DoneBefore,
    Ending,
    Leave,
)
from app.server.credits.refusals import given_up, other_body, still_running, too_busy
from app.server.credits.remembered import Known, memory_of
from app.server.credits.settlement import (
    drop_call,
    settle_call,
    settlement_of,
)
from app.server.errors import Refused, not_found, too_many
from app.server.limits import take
from app.server.services import Services

__all__ = [
    "admit",
    "answer_of",
    "drop",
    "receipt_headers",
    "receipt_json",
    "receipt_of",
    "settle",
    "settle_unknown",
]

_log = logging.getLogger(__name__)
_TRIES_MAX = 5
_LOOKS_MAX = 2


async def admit(
    services: Services, wish: CallWish, caller: Caller | Arrival, leave: Leave | None = None
) -> AdmittedCall | DoneBefore:
    """Hold the most that a call can cost, or say what the same key got before. Who has not arrived
    yet is counted now. Where the call was asked `leave` for last and that was not undone, it was
    sent in the moment in which it was held.

    Raises Refused: 402 with what is short and what would help, 403 for flags and roles, 404 for a
    model that is not sold, 409 while the same key runs, 422 for its other body, 429.
    """
    if isinstance(caller, Arrival) and caller.known is not None:
        found = await _as_known(services, wish, caller, caller.known, leave)
        if isinstance(found, AdmittedCall):
            return found
        caller = found
    if isinstance(caller, Arrival) and caller.holds(services):
        ask, situation = caller.ask, caller.situation
    else:
        ask, situation = await _looked(services, wish, caller)
    for _ in range(_LOOKS_MAX):
        if situation is None or not _is_simple(services, situation):
            break
        decision = decide(services, wish, ask.caller, situation, ask.now)
        if _opens(decision, situation):
            break
        if call := await _at_once(services, wish, decision, leave):
            return call
        # Another call was faster; what is left now may be too little for this one.
        rows = await services.database.ask(statement(ask))
        situation = situation_of(services.catalog, ask, rows)
    for _ in range(_TRIES_MAX):
        try:
            with memory_of(services).unsure(ask.caller.tenant):
                held = await services.database.run(admit_steps, services, wish, ask)
        except NotHeld as short:
            _log.info("decided again: %s", short)
            continue
        return held if isinstance(held, AdmittedCall) else await _again(services, wish, held)
    raise too_busy()


async def _as_known(
    services: Services, wish: CallWish, arrival: Arrival, known: Known, leave: Leave | None
) -> AdmittedCall | Arrival:
    """The call of somebody who is remembered, counted and held by one statement; else their
    arrival, counted, which may be refused."""
    decision = _decided(services, wish, arrival, known)
    hot = None
    if decision is not None:
        departure = leave(decision.call) if leave is not None else None
        hot = postgres.admit_statement_of(wish, decision, departure)
    if decision is None or hot is None or arrival.who is None:
        if leave is not None:
            leave.undo()
        return await counted(services, arrival)
    memory, tenant = memory_of(services), known.caller.tenant
    most = services.settings.limits.requests_per_minute
    statement = known_statement(hot, arrival.who, known, arrival.ask.now, most)
    memory.holds(tenant, decision.call.held)
    is_counted = is_held = False
    try:
        is_counted, is_held = await services.database.count_at_once(statement)
    finally:
        memory.over(tenant, done=is_held)
    if is_held:
        return decision.call
    if leave is not None:
        leave.undo()
    if is_counted:
        return Arrival(arrival.ask)
    memory.avoid(tenant, services.clock.monotonic())
    return await counted(services, arrival)


def _decided(services: Services, wish: CallWish, arrival: Arrival, known: Known) -> Decision | None:
    """The decision on what is remembered; None where it takes more than that. What is refused is
    refused by what the books say, not by memory."""
    if not arrival.holds(services) or not _is_simple(services, known.situation):
        return None
    try:
        decision = decide(services, wish, known.caller, known.situation, arrival.ask.now)
    except Refused:
        return None
    return None if decision.sides or _opens(decision, known.situation) else decision


def _opens(decision: Decision, situation: Situation) -> bool:
    """Whether an account is not there yet, as with the first call of a window: only the shared
    steps open one."""
    return not situation.account.balances.keys() >= set(decision.opened)


async def _looked(
    services: Services, wish: CallWish, caller: Caller | Arrival
) -> tuple[Ask, Situation | None]:
    if isinstance(caller, Arrival):
        ask = replace(caller.ask, now=services.clock.now())
        return ask, situation_of(services.catalog, ask, await services.database.ask(statement(ask)))
    ask = Ask(
        caller,
        services.clock.now(),
        wish.key if wish.key != wish.request_id else "",
        side_tenants(services.catalog, caller),
    )
    return ask, await _first_look(services, ask)


async def _first_look(services: Services, ask: Ask) -> Situation | None:
    """Count one more request of this API key or session and, where both are one statement, read
    what there is to decide on.

    Raises Refused: 429 where the minute has no room.
    """
    caller, most = ask.caller, services.settings.limits.requests_per_minute
    name = f"calls/{caller.tenant}/{caller.api_key or caller.device}"
    if services.database.has_short_ways:
        rows = await services.database.ask(postgres.take_and_read(ask, name, most))
        if any(row[0] == "taken" for row in rows):
            return situation_of(services.catalog, ask, rows)
        wait_s: int | None = seconds_left(ask.now)
    else:
        wait_s = await services.database.run(take, name, most, MINUTE, ask.now)
    if wait_s is not None:
        raise too_many(f"At most {most} requests a minute.", retry_after_s=wait_s)
    return None


def _is_simple(services: Services, situation: Situation) -> bool:
    return not (situation.before or situation.in_debt or waits_in_turn(services.catalog))


async def _at_once(
    services: Services, wish: CallWish, decision: Decision, leave: Leave | None
) -> AdmittedCall | None:
    """The call where one statement holds it; None where the shared steps have to look again."""
    departure = leave(decision.call) if leave is not None else None
    hot = postgres.admit_statement_of(wish, decision, departure)
    if hot is not None:
        memory, tenant = memory_of(services), decision.call.caller.tenant
        memory.holds(tenant, decision.call.held, in_order=not decision.sides)
        if await memory.done(tenant, services.database.at_once(hot)):
            return decision.call
    if leave is not None:
        leave.undo()
    return None


async def _again(services: Services, wish: CallWish, hold_id: str) -> DoneBefore:
    """What a key gets that was used before; raises Refused: 409 while it runs, 422."""
    hold = await services.database.read(hold_by_id, hold_id)
    if hold is None:
        raise too_busy()
    if is_given_up(hold):
        raise given_up()
    if hold.body_hash != wish.body_hash:
        raise other_body()
    if not hold.is_over:
        raise still_running(hold)
    return await services.database.read(_done, hold, services.clock.now())


def _done(hold: HoldRow, now: datetime) -> Steps[DoneBefore]:
    row = yield from requests.row_of(hold.tenant, hold.created_at, hold.id)
    answer = yield from requests.answer_of(hold.tenant, hold.id, now)
    call = call_of_hold(hold)
    receipt = receipt_of_hold(hold, call, row.reason if row else "")
    status = 502 if hold.state is HoldState.RELEASED else 200
    corrected = row.reason if row and row.ending == requests.CORRECTED else ""
    return DoneBefore(hold.id, receipt, answer, status, call.caller.account, corrected)


async def settle(services: Services, call: AdmittedCall, end: CallEnd) -> Receipt:
    """Charge a call that was sent, at its frozen price. Where somebody else has ended it in the
    meantime, the receipt that it got then."""
    now, memory, tenant = services.clock.now(), memory_of(services), call.caller.tenant
    until = requests.kept_until(now, services.settings.limits.answer_kept_s)
    if services.database.has_short_ways:
        settlement = settlement_of(services.catalog, call, end, now, until)
        if settlement is not None:
            hot = postgres.settle_statement_of(
                services.catalog, call, settlement, partial(memory.is_below, tenant)
            )
            if hot is not None:
                charges, in_order = settlement.order.charges, not settlement.sides
                memory.settles(tenant, call.held, charges, in_order=in_order)
                if await memory.done(tenant, services.database.at_once(hot)):
                    return settlement.ended.receipt
    try:
        with memory.unsure(tenant):
            ended = await services.database.run(
                settle_call, services.catalog, call, end, now, until
            )
    except HoldMoved:
        return await _as_it_ended(services, call)
    return ended.receipt


async def drop(services: Services, call: AdmittedCall, dropped: CallDropped) -> Receipt:
    """End a call that nobody pays for. One that was sent needs a proof. Where somebody else has
    ended it in the meantime, the receipt that it got then. What a tenant's own key was billed all
    the same is no loss of the operator's: it is charged to that key."""
    if call.payer is PayerKind.OWN_KEY and dropped.lost_pusd:
        billed = Usage(reported_cost_pusd=dropped.lost_pusd)
        end = CallEnd(Basis.PROVIDER_USAGE, billed, dropped.route, Ending.INCOMPLETE)
        return await settle(services, call, end)
    try:
        with memory_of(services).unsure(call.caller.tenant):
            ended = await services.database.run(drop_call, call, dropped, services.clock.now())
    except HoldMoved:
        return await _as_it_ended(services, call)
    return ended.receipt


async def _as_it_ended(services: Services, call: AdmittedCall) -> Receipt:
    hold = await services.database.read(hold_by_id, call.request_id)
    if hold is None or not hold.is_over:
        raise HoldMoved(f"The request {call.request_id} cannot end this way now.")
    done = await services.database.read(_done, hold, services.clock.now())
    assert done.receipt is not None
    return done.receipt


async def settle_unknown(services: Services, hold: HoldRow, end: CallEnd | CallDropped) -> Receipt:
    """End a call whose worker died, from what its hold was admitted with."""
    call = call_of_hold(hold)
    if isinstance(end, CallDropped):
        return await drop(services, call, end)
    return await settle(services, call, end)


async def receipt_of(services: Services, caller: Caller, request_id: str) -> Receipt:
    """The receipt of a request of the caller's tenant; raises Refused: 404, 409 while it runs."""
    done = await answer_of(services, caller, request_id)
    assert done.receipt is not None
    return done.receipt


async def answer_of(services: Services, caller: Caller, request_id: str) -> DoneBefore:
    """As `receipt_of`, with the answer where it is still kept; also by the Idempotency-Key."""
    hold = await services.database.read(hold_by_id, request_id)
    if hold is None or hold.tenant != caller.tenant:
        # Who lost the line before any answer knows the Idempotency-Key alone.
        hold = await services.database.read(hold_by_key, caller.tenant, request_id)
    if hold is None or not hold.frozen:
        raise not_found("request")
    member_only = not caller.acts_for_itself and not may(
        caller.role, Right.MEMBERS, services.catalog
    )
    if member_only and call_of_hold(hold).caller.account != caller.account:
        raise not_found("request")
    if not hold.is_over:
        raise still_running(hold)
    return await services.database.read(_done, hold, services.clock.now())
