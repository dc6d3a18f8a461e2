"""What a call came to: the usage within bounds, its cost at the frozen price, and who pays which
share of it. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from app.ledger.records import AccountRow, Division
from app.metering.allowances import COUNTED_MAX, Grant
from app.metering.allowances_split import NOTHING, CallCost, Draw, Split, settle_split
from app.metering.cost import Charge, charge
from app.metering.endings import bounded
from app.metering.payer import UNITS, Unit
from app.metering.usage import Usage
from app.quick_init import quick_init
from app.server.credits.holding import rounded_up
from app.server.credits.records import AdmittedCall, CallEnd, PricedRoute

# Figures beyond these are no measure of what was sent: the charge stays within the hold.
_INPUT_TIMES, _INPUT_MORE = 4, 8_192
_REPORTED_TIMES = 4


@quick_init
@dataclass(frozen=True, slots=True)
class Outcome:
    """A call that ended. `input_tokens` and `output_tokens` are the usage's totals; `flagged` says
    which figure was brought within bounds."""

    route: PricedRoute
    usage: Usage
    input_tokens: int
    output_tokens: int
    charge: Charge
    cost: CallCost
    flagged: str

    @property
    def cost_pusd(self) -> int:
        return self.cost.pusd or 0


def outcome_of(call: AdmittedCall, end: CallEnd) -> Outcome:
    """The end of a call in figures, at what was frozen when it was admitted."""
    route = _route_of(call, end)
    usage, read, flagged = _within_bounds(call, end.usage)
    charged = charge(usage, route.price)
    reported, calculated = usage.reported_cost_pusd, charged.calculated_pusd
    if reported is not None and calculated is not None:
        absurd = _REPORTED_TIMES * max(call.worst_pusd, calculated)
        if reported > absurd:
            usage = replace(usage, reported_cost_pusd=None, clamped=True)
            charged = charge(usage, route.price)
            flagged.append("the cost that the provider reported")
    written, weight = usage.output_total, call.weight
    tokens = read + written
    plan_tokens = None if weight is None else weight * tokens
    cost = CallCost(charged.total_pusd, plan_tokens, tokens)
    if flagged and end.flagged:
        flagged.insert(0, end.flagged)
    why = ", ".join(flagged) if flagged else end.flagged
    return Outcome(route, usage, read, written, charged, cost, why)


def _route_of(call: AdmittedCall, end: CallEnd) -> PricedRoute:
    for route in call.routes:
        if route.route == end.route:
            return route
    return call.routes[0]


def _within_bounds(call: AdmittedCall, usage: Usage) -> tuple[Usage, int, list[str]]:
    """The usage, what of it was read, and which figures were brought within bounds."""
    flagged: list[str] = []
    within = bounded(usage, call.output_tokens_max)
    if within is not usage and within != usage:
        flagged.append("more output than the cap that was sent")
    read = within.input_total
    if read > _INPUT_TIMES * call.input_tokens + _INPUT_MORE:
        read = call.input_tokens
        within = Usage(
            input=read,
            output=within.output,
            reasoning=within.reasoning,
            certainty=within.certainty,
            service_tier=within.service_tier,
            clamped=True,
        )
        flagged.append("far more input than was sent")
    return within, read, flagged


def split_of(call: AdmittedCall, cost: CallCost, now_free: Sequence[Grant] = ()) -> Split:
    """Who pays what of the cost; the order of drawing is the admission's."""
    if not call.draws:
        return Split((), NOTHING)
    return settle_split(call.draws, cost, now_free)


def charges_of(
    call: AdmittedCall, outcome: Outcome, split: Split, accounts: Container[str]
) -> dict[str, int]:
    """What each of these accounts is charged: grants and members' caps by share, and what counts
    the cost by the cost."""
    charges: dict[str, int] = {}
    for draw in split.draws:
        for name in (draw.grant.id, draw.grant.cap_id):
            if name and name in accounts:
                charges[name] = charges.get(name, 0) + draw.amount
    for name in call.counted:
        if _counts(name, call, outcome):
            charges[name] = outcome.cost_pusd
    return charges


def _counts(account: str, call: AdmittedCall, outcome: Outcome) -> bool:
    """Whether an account counts this cost: of several own keys only the one that answered."""
    prefix = f"{call.caller.tenant}/own/"
    return not account.startswith(prefix) or account == prefix + outcome.route.own_key


def free_now(grants: Sequence[Grant], accounts: Mapping[str, AccountRow]) -> list[Grant]:
    """Grants with what is free in them beside all holds, as the ledger has it."""
    found = []
    for grant in grants:
        row, cap = accounts.get(grant.id), accounts.get(grant.cap_id)
        if row is not None:
            free = COUNTED_MAX if row.free is None else row.free
            found.append(
                replace(grant, amount=free, used=0, held=0, cap_left=cap.free if cap else None)
            )
    return found


def division_of(
    call: AdmittedCall, outcome: Outcome, split: Split, accounts: Mapping[str, AccountRow]
) -> Division:
    """The charges where a call cost more than was held, and what nobody pays."""
    held = {draw.account: draw.amount for draw in call.held}
    charges = charges_of(call, outcome, split, accounts)
    for name in call.counted:
        free = accounts[name].free
        if free is not None:
            charges[name] = min(charges.get(name, 0), free + held.get(name, 0))
    written_off: dict[Unit, int] = {}
    if split.missing:
        grant = split.draws[-1].grant if split.draws else call.draws[-1].grant
        whole = outcome.cost.in_unit_of(grant) or 0
        written_off[UNITS[grant.unit]] = rounded_up(split.missing * whole)
    return Division(charges, written_off)


def lost_pusd(outcome: Outcome, split: Split) -> int:
    """What of the cost nobody pays, in picodollars."""
    if split.is_covered:
        return 0
    return rounded_up(split.missing * outcome.cost_pusd)


def drawn_in(split: Sequence[Draw], unit: Unit) -> int:
    """What was drawn in one unit, of all grants together."""
    drawn = 0
    for draw in split:
        if UNITS[draw.grant.unit] is unit:
            drawn += draw.amount
    return drawn
