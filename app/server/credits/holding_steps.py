"""Admission in one transaction: read, decide, and hold everything in the ledger, or nothing."""

from __future__ import annotations

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import WhenReached
from app.ledger.admission import admit as admit_hold
from app.ledger.calls import dispatch
from app.ledger.records import AdmitEnd
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.credits.admission import decide
from app.server.credits.holding import SIDE_LASTS, SIDE_OWNER, admit_side
from app.server.credits.reading import Ask, read_situation
from app.server.credits.records import AdmittedCall, CallWish
from app.server.credits.refusals import in_debt
from app.server.services import Services


class NotHeld(Exception):
    """Another call was faster: nothing was held, and it has to be decided again."""


def admit_steps(services: Services, wish: CallWish, ask: Ask) -> Steps[AdmittedCall | str]:
    """The call with everything held for it; or the id of the hold that its key has already.

    Raises Refused, and NotHeld where an account was short by what another call took meanwhile.
    """
    if waits_in_turn(services.catalog):
        # Throttled calls of one holder are told apart by this row, each waiting for the last.
        yield Sql("SELECT id FROM accounts WHERE id = ?", (ask.caller.tenant,), lock=True)
    situation = yield from read_situation(services.catalog, ask)
    if situation.before:
        return situation.before
    if situation.in_debt:
        raise in_debt(situation.in_debt)
    decision = decide(services, wish, ask.caller, situation, ask.now)
    admission = yield from admit_hold(decision.order(wish))
    match admission.end:
        case AdmitEnd.HELD:
            pass
        case AdmitEnd.SHORT:
            raise NotHeld(f"{admission.short[0].account} is short")
        case AdmitEnd.IN_DEBT:
            raise in_debt({})
        case _:
            assert admission.hold is not None
            return admission.hold.id
    for side, held in decision.sides:
        order = admit_side(side, held, wish.request_id, ask.now)
        if (yield from admit_hold(order)).end is not AdmitEnd.HELD:
            raise NotHeld(f"{side.tenant} is short")
        yield from dispatch(side.id, route="", owner=SIDE_OWNER, lease_until=ask.now + SIDE_LASTS)
    if waits_in_turn(services.catalog):
        begins = decision.call.not_before or ask.now
        yield Sql(
            "UPDATE accounts SET last_call_ms = ? WHERE id = ?",
            (ms_from(begins), ask.caller.tenant),
        )
    return decision.call


def waits_in_turn(catalog: PlanCatalog) -> bool:
    """Whether a holder at its limit goes on slowed, so that the beginning of each call counts."""
    credit = catalog.managed_credit
    return credit is not None and credit.when_reached is WhenReached.THROTTLE
