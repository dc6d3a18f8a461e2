"""A catalog tried out: a profile's calls walked through the engine, from the first to the last.

Pure: no clock, no file; each call is admitted, held and settled before the next one begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Holder, Scope
from app.catalog.prices import Price
from app.errors import MeteringError
from app.metering.allowances import (
    Account,
    BoughtPack,
    Grant,
    grants_for,
    pack_grants,
    percents_of,
    thresholds_crossed,
)
from app.metering.allowances_admission import Admitted, Refused, admit
from app.metering.allowances_keeper import Keeper
from app.metering.allowances_profile import (
    OwnKeyUse,
    Profile,
    SimulatedCall,
    calls_of,
)
from app.metering.allowances_split import CallCost, Draw, WorstCase, settle_split
from app.metering.cost import charge
from app.metering.payer import PayerKind
from app.metering.quote import worst_case
from app.metering.token_count import TokenCount
from app.metering.usage import Certainty, Usage


@dataclass(frozen=True, slots=True)
class Purchase:
    """A pack that was bought; `on_demand` where a call was refused without it."""

    at: datetime
    pack: str
    price_pusd: int
    on_demand: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A threshold that the use of a grant has reached."""

    grant: str
    name: str
    percent: int


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one call. `draws` are what was charged; `left` are the grants afterwards.

    `output_tokens` is what was answered, 0 where the call was refused. `cost_pusd` is what the
    provider charges for it, None where no price is known.
    """

    call: SimulatedCall
    answer: Admitted | Refused
    draws: tuple[Draw, ...] = ()
    output_tokens: int = 0
    cost_pusd: int | None = None
    left: tuple[Grant, ...] = ()
    notices: tuple[Notice, ...] = ()
    bought: tuple[Purchase, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """A whole simulation: its steps in order, and everything that was bought."""

    catalog: PlanCatalog
    profile: Profile
    steps: tuple[Step, ...]
    purchases: tuple[Purchase, ...]
    packs: tuple[Grant, ...] = ()  # as they are at the end


def walk(catalog: PlanCatalog, profile: Profile, prices: Mapping[str, Price | None]) -> Walk:
    """Walk a profile through a catalog. `prices` is by model id; None: no price is known."""
    return _Walker(catalog, profile, {**prices, **profile.prices}).walked()


@dataclass(slots=True)
class _Walker:
    """One simulation on its way: what is asked, and what changes from call to call."""

    catalog: PlanCatalog
    profile: Profile
    prices: Mapping[str, Price | None]
    keeper: Keeper = field(default_factory=Keeper)
    packs: tuple[BoughtPack, ...] = ()
    purchases: list[Purchase] = field(default_factory=list)
    last_call_at: datetime | None = None

    def walked(self) -> Walk:
        steps = []
        for call in calls_of(self.profile):
            bought = self._buy_due(call.at)
            step = self._step(call)
            steps.append(replace(step, bought=bought + step.bought))
        self._buy_due(self.profile.end)
        packs = pack_grants(replace(self._account(0), packs=self.packs))
        return Walk(self.catalog, self.profile, tuple(steps), tuple(self.purchases), packs)

    def _account(self, member: int) -> Account:
        """The account of one member as it stands; in an organization they share what is shared."""
        plan = self.catalog.plan(self.profile.plan)
        names = {Scope.ACCOUNT: "account", Scope.ADDRESS: "address", Scope.DEVICE: "device"}
        ids = {scope: f"{name}-{member + 1}" for scope, name in names.items()}
        if plan is not None and plan.holder is Holder.ORGANIZATION:
            ids |= {Scope.ORGANIZATION: "organization", Scope.MEMBER: f"member-{member + 1}"}
        return Account(
            ids=ids,
            plan=self.profile.plan,
            flags=self.profile.flags,
            subscribed_at=self.profile.start,
            packs=self.packs,
            custom_amounts=self.profile.amounts,
            member_caps=self.profile.member_caps,
            balances=self.keeper.balances,
            has_own_key=self.profile.own_key is not OwnKeyUse.NEVER,
            last_call_at=self.last_call_at,
        )

    def _step(self, call: SimulatedCall) -> Step:
        price = self.prices.get(call.model)
        weight = self.catalog.weight(call.model, price)
        count = TokenCount(call.input_tokens, Certainty.EXACT)
        worst = worst_case(count, price, call.output_tokens_max, weight=weight)
        bought: list[Purchase] = []
        answer = self._ask(call, worst)
        while isinstance(answer, Refused):
            purchase = self._buy_needed(call, answer)
            if purchase is None:
                left = self._grants(call)
                return Step(call, answer, left=left, bought=tuple(bought))
            bought.append(purchase)
            answer = self._ask(call, worst)
        self.last_call_at = answer.not_before or call.at
        output = min(call.output_tokens, answer.output_tokens_max)
        tokens = call.input_tokens + output
        cost = charge(Usage(input=call.input_tokens, output=output), price).total_pusd
        plan_tokens = None if weight is None else weight * tokens
        step = Step(call, answer, output_tokens=output, cost_pusd=cost, bought=tuple(bought))
        return self._settled(step, answer, CallCost(cost, plan_tokens, tokens))

    def _ask(self, call: SimulatedCall, worst: WorstCase) -> Admitted | Refused:
        account = self._account(call.member)
        prefers = self.profile.own_key is OwnKeyUse.ALWAYS
        return admit(
            self.catalog,
            account,
            call.model,
            worst,
            call.at,
            prefer_own_key=prefers,
            can_answer=self._has_price,
        )

    def _has_price(self, model: str) -> bool:
        """Also true of a model that the profile never asks: its price was not looked up."""
        return model not in self.prices or self.prices[model] is not None

    def _settled(self, step: Step, answer: Admitted, cost: CallCost) -> Step:
        """Hold the worst case, then settle what the call came to."""
        if answer.payer is not PayerKind.ALLOWANCE:
            return step
        self.keeper.hold(answer.draws)
        settled = settle_split(answer.draws, cost)
        before = {draw.grant.id: self.keeper.of(draw.grant.id).used for draw in settled.draws}
        self.keeper.settle(answer.draws, settled)
        left = self._grants(step.call)
        notices = tuple(
            Notice(grant.id, grant.name, percent)
            for grant in left
            if grant.id in before
            for percent in thresholds_crossed(
                grant, before[grant.id], percents_of(self.catalog, grant)
            )
        )
        return replace(step, draws=settled.draws, left=left, notices=notices)

    def _grants(self, call: SimulatedCall) -> tuple[Grant, ...]:
        return grants_for(self.catalog, self._account(call.member), call.model, call.at)

    def _buy_due(self, until: datetime) -> tuple[Purchase, ...]:
        """Buy what the profile buys on a day, once that day has begun."""
        done = sum(not purchase.on_demand for purchase in self.purchases)
        rules = self.profile.packs
        dated = sorted((rule.day, rule.pack) for rule in rules if rule.day is not None)
        bought = []
        for day, pack in dated[done:]:
            at = self.profile.start + timedelta(days=day - 1)
            if at <= until and at < self.profile.end:
                bought.append(self._buy(pack, at, on_demand=False))
        return tuple(bought)

    def _buy_needed(self, call: SimulatedCall, refused: Refused) -> Purchase | None:
        """The first pack of the profile that would cover the call and may still be bought."""
        offered = {offer.id for offer in refused.offers}
        for rule in self.profile.packs:
            bought = sum(each.on_demand and each.pack == rule.pack for each in self.purchases)
            if rule.day is None and rule.pack in offered and bought < rule.most:
                return self._buy(rule.pack, call.at, on_demand=True)
        return None

    def _buy(self, pack_id: str, at: datetime, *, on_demand: bool) -> Purchase:
        pack = self.catalog.pack(pack_id)
        if pack is None or pack.price_pusd is None:
            raise MeteringError(f"{pack_id} cannot be bought.")
        number = len(self.purchases) + 1
        bought = BoughtPack(f"packs/{pack.id}/{number}", pack.unit, pack.amount, at, pack.name)
        self.packs = (*self.packs, bought)
        self.purchases.append(Purchase(at, pack.id, pack.price_pusd, on_demand))
        return self.purchases[-1]
