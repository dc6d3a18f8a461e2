"""May this call run, who pays, and what is held for it: the catalog's answer and the limits beside
it, turned into one order for the ledger. Pure: nothing is read or written here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.ledger.records import Admit
from app.metering.allowances import Account, Balance
from app.metering.allowances_admission import Admitted
from app.metering.allowances_admission import Refused as NotAdmitted
from app.metering.allowances_admission import admit as admit_by_catalog
from app.metering.allowances_split import NOTHING, WorstCase
from app.metering.payer import PayerKind
from app.quick_init import quick_init
from app.server.accounts.identify import Caller
from app.server.credits.frozen import call_to_json
from app.server.credits.holding import (
    EXPIRES,
    Cap,
    Held,
    free_day,
    free_day_account,
    free_share,
    key_cap,
    of_draws,
    own_key_count,
    rounded_up,
    side_hold,
    unlimited_count,
)
from app.server.credits.prices import Sold, open_now, sold, worst_of
from app.server.credits.reading import Situation
from app.server.credits.records import AdmittedCall, CallWish, PricedRoute, SideHold
from app.server.credits.refusals import money_short, refused
from app.server.errors import too_many
from app.server.services import Services


@quick_init
@dataclass(frozen=True, slots=True)
class Decision:
    """A call that may run: what goes to the ledger. `held` is by tenant, the caller's first."""

    call: AdmittedCall
    held: tuple[Held, ...]

    @property
    def sides(self) -> tuple[tuple[SideHold, Held], ...]:
        return tuple(zip(self.call.sides, self.held[1:], strict=True))

    @property
    def opened(self) -> tuple[str, ...]:
        """The caller's own accounts that are opened where they are not there yet."""
        return tuple([opening.id for opening in self.held[0].openings])

    def order(self, wish: CallWish) -> Admit:
        """The admission of the call's own hold."""
        call, own = self.call, self.held[0]
        begins = call.admitted_at if call.not_before is None else call.not_before
        return Admit(
            hold_id=wish.request_id,
            tenant=own.tenant,
            key=wish.key,
            body_hash=wish.body_hash,
            draws=own.draws,
            now=call.admitted_at,
            expires_at=begins + EXPIRES,
            openings=own.openings,
            frozen=call_to_json(call),
        )


@quick_init
@dataclass(frozen=True, slots=True)
class _Question:
    """One call to decide on: who asks, what, and what was read."""

    services: Services
    wish: CallWish
    caller: Caller
    situation: Situation
    now: datetime


def decide(
    services: Services, wish: CallWish, caller: Caller, situation: Situation, now: datetime
) -> Decision:
    """The call with what is to be held for it; raises `errors.Refused`."""
    asked = _Question(services, wish, caller, situation, now)
    model = open_now(services, sold(services, wish.model, now))
    own_routes = _own_key_routes(model, situation)
    account = situation.account
    if own_routes:
        account = replace(account, has_own_key=True)
    worst = worst_of(model, wish)
    answer = _ask(asked, account, model, worst)
    cap = _key_cap(asked)
    if cap is not None:
        worst = _within_cap(asked, cap, worst, answer)
        if worst.output_tokens_max < answer.output_tokens_max:
            answer = replace(_ask(asked, account, model, worst), shortened=True)
    if answer.throttled:
        _refuse_queue(asked)
    answer, free_pusd = _within_free_day(asked, account, model, worst, answer)
    return _decision(asked, model, own_routes, worst, answer, free_pusd)


def _ask(asked: _Question, account: Account, model: Sold, worst: WorstCase) -> Admitted:
    services = asked.services
    answer = admit_by_catalog(
        services.catalog,
        account,
        asked.wish.model,
        worst,
        asked.now,
        prefer_own_key=True,
        can_answer=lambda name: bool(sold(services, name, asked.now).routes),
    )
    if isinstance(answer, NotAdmitted):
        raise refused(answer, model.why_not)
    return answer


def _refuse_queue(asked: _Question) -> None:
    """Slowed calls go on one after the other: where one waits for its turn already, nobody queues
    behind it. Raises `errors.Refused` (429)."""
    credit, last = asked.services.catalog.managed_credit, asked.situation.account.last_call_at
    if credit is None or last is None:
        return
    pause = timedelta(seconds=credit.throttle_s)
    # A turn further away than one pause is from a clock that was set back since.
    if asked.now < last <= asked.now + pause:
        raise too_many(
            "Managed credit is used up: calls go on one at a time, and one waits already.",
            retry_after_s=-(-(last - asked.now) // timedelta(seconds=1)),
            code="throttled",
        )


def _own_key_routes(model: Sold, situation: Situation) -> tuple[PricedRoute, ...]:
    """The routes whose provider the tenant has a key of its own for."""
    if not situation.own_keys:
        return ()
    return tuple(
        replace(route, own_key=situation.own_keys[route.host])
        for route in model.routes
        if route.host in situation.own_keys
    )


def _key_cap(asked: _Question) -> Cap | None:
    caller, most = asked.caller, asked.situation.key_cap_pusd
    if not caller.api_key or most is None:
        return None
    return key_cap(caller.tenant, caller.api_key, most, asked.now)


def _within_cap(asked: _Question, cap: Cap, worst: WorstCase, answer: Admitted) -> WorstCase:
    """The worst case with as short an answer as the API key's cap covers."""
    cost = worst.pusd_at(answer.output_tokens_max)
    spent = asked.situation.account.balances.get(cap.account, Balance())
    left = max((cap.most_pusd or 0) - spent.used - spent.held, 0)
    if cost is None or cost <= left:
        return worst
    least = min(asked.services.catalog.least_output_tokens, answer.output_tokens_max)
    needed = worst.pusd_at(least) or 0
    if needed > left:
        raise money_short(
            "key_cap",
            "This API key has used up what it may spend this month. Raise its cap, or wait for "
            "the next month.",
            limit="API key",
            wanted=needed,
            free=left,
            resets=cap.closes_at,
        )
    room = (left - (worst.input_pusd or 0)) // max(worst.output_rate_pusd, 1)
    return replace(worst, output_tokens_max=min(room, answer.output_tokens_max))


def _within_free_day(
    asked: _Question, account: Account, model: Sold, worst: WorstCase, answer: Admitted
) -> tuple[Admitted, int]:
    """The answer, and what of it all free accounts' budget of the day pays to the providers.

    Where that budget does not cover it, what was bought is asked to pay instead.
    """
    pays = _free_pusd(asked, worst, answer)
    if not pays:
        return answer, 0
    budget = asked.services.settings.limits.free_day_pusd
    spent = account.balances.get(free_day_account(asked.now), Balance())
    left = max(budget - spent.used - spent.held, 0)
    if pays <= left:
        return answer, pays
    used_up = {
        draw.grant.id: Balance(used=draw.grant.amount)
        for draw in answer.draws
        if free_share(asked.services.catalog, account.plan, [draw])
    }
    bought_only = replace(account, balances={**account.balances, **used_up})
    closed = money_short(
        "free_day",
        "What all free accounts may use today is used up. It is granted anew at midnight UTC; "
        "what you buy is not concerned.",
        limit="Free accounts today",
        wanted=pays,
        free=left,
        resets=free_day(pays, budget, asked.now).openings[0].closes_at,
    )
    if not account.packs:
        raise closed
    answer = _ask(asked, bought_only, model, worst)
    if _free_pusd(asked, worst, answer) > left:
        raise closed
    return answer, 0


def _free_pusd(asked: _Question, worst: WorstCase, answer: Admitted) -> int:
    share = free_share(asked.services.catalog, asked.situation.account.plan, answer.draws)
    if share is NOTHING:
        return 0
    return rounded_up(share * (worst.pusd_at(answer.output_tokens_max) or 0))


def _decision(
    asked: _Question,
    model: Sold,
    own_routes: tuple[PricedRoute, ...],
    worst: WorstCase,
    answer: Admitted,
    free_pusd: int,
) -> Decision:
    services, wish, caller = asked.services, asked.wish, asked.caller
    own_key = answer.payer is PayerKind.OWN_KEY
    cost = worst.pusd_at(answer.output_tokens_max) or 0
    counted = [] if (cap := _key_cap(asked)) is None else [cap]
    if own_key:
        keys = dict.fromkeys(route.own_key for route in own_routes)
        counted += [own_key_count(caller.tenant, key) for key in keys]
    elif not answer.draws:
        counted.append(unlimited_count(caller.tenant, asked.now))
    held = of_draws(
        services.catalog,
        caller.tenant,
        answer.draws,
        asked.situation.account.member_caps,
        counted,
        cost,
    )
    if free_pusd:
        budget = services.settings.limits.free_day_pusd
        held = (*held, free_day(free_pusd, budget, asked.now))
    call = AdmittedCall(
        request_id=wish.request_id,
        caller=caller,
        kind=wish.kind,
        model=model.model,
        input_tokens=wish.input_tokens,
        output_tokens_max=answer.output_tokens_max,
        routes=own_routes if own_key else model.routes,
        payer=answer.payer,
        draws=answer.draws,
        admitted_at=asked.now,
        shortened=answer.shortened,
        priority=answer.priority,
        not_before=answer.not_before,
        plan=asked.situation.account.plan,
        weight=model.weight,
        worst_pusd=cost,
        held=held[0].draws,
        counted=tuple([each.account for each in counted]),
        sides=tuple(
            [side_hold(wish.request_id, number, side) for number, side in enumerate(held[1:], 1)]
        ),
    )
    return Decision(call, held)
