"""What a simulated month came to: who paid, what each allowance gave, revenue, cost and margin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app.catalog.plan_catalog import PACKS
from app.catalog.plans import Unit
from app.metering.allowances import Grant
from app.metering.allowances_admission import Admitted, Refused
from app.metering.allowances_walk import Step, Walk
from app.metering.payer import PayerKind


@dataclass(frozen=True, slots=True)
class SourceSum:
    """One allowance, or the packs: what its windows granted and what was drawn, in its unit.

    `granted` adds up the windows in which a call could draw on it; None where nothing limits it.
    """

    source: str
    name: str
    unit: Unit
    windows: int
    granted: int | None
    used: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Money is picodollars; None where the catalog or the price book names none.

    `cost_pusd` is what providers charge for the hosted calls; `own_key_pusd` what they charge the
    person directly. `managed_pusd` is invoiced for managed credit, with its markup.
    """

    messages: int
    hosted: int
    own_key: int
    shortened: int
    throttled: int
    refused: tuple[tuple[str, int], ...]
    sources: tuple[SourceSum, ...]
    plan_pusd: int | None
    packs_pusd: int
    managed_pusd: int
    cost_pusd: int
    own_key_pusd: int
    own_key_unpriced: int
    revenue_pusd: int | None
    margin_pusd: int | None

    @property
    def margin_permille(self) -> int | None:
        """The margin in thousandths of the revenue, rounded down; None without revenue."""
        if self.margin_pusd is None or not self.revenue_pusd:
            return None
        return self.margin_pusd * 1000 // self.revenue_pusd


def sums_of(walk: Walk) -> Sums:
    """Add a walk up. The plan's price is for a month of `days_in_month`; a part of one counts as
    that part, rounded down to a picodollar."""
    admitted = [step for step in walk.steps if isinstance(step.answer, Admitted)]
    hosted = [step for step in admitted if _payer(step) is PayerKind.ALLOWANCE]
    own = [step for step in admitted if _payer(step) is PayerKind.OWN_KEY]
    refusals = Counter(
        step.answer.reason.value for step in walk.steps if isinstance(step.answer, Refused)
    )
    plan_pusd = _plan_revenue(walk)
    packs_pusd = sum(purchase.price_pusd for purchase in walk.purchases)
    managed_pusd = _managed_revenue(walk)
    cost_pusd = _cost(hosted)
    revenue = None if plan_pusd is None else plan_pusd + packs_pusd + managed_pusd
    return Sums(
        messages=len(walk.steps),
        hosted=len(hosted),
        own_key=len(own),
        shortened=sum(_admitted(step).shortened for step in admitted),
        throttled=sum(_admitted(step).throttled for step in admitted),
        refused=tuple(sorted(refusals.items())),
        sources=_sources(walk),
        plan_pusd=plan_pusd,
        packs_pusd=packs_pusd,
        managed_pusd=managed_pusd,
        cost_pusd=cost_pusd,
        own_key_pusd=_cost(own),
        own_key_unpriced=sum(step.cost_pusd is None for step in own),
        revenue_pusd=revenue,
        margin_pusd=None if revenue is None else revenue - cost_pusd,
    )


def _payer(step: Step) -> PayerKind:
    return _admitted(step).payer


def _admitted(step: Step) -> Admitted:
    assert isinstance(step.answer, Admitted)
    return step.answer


def _cost(steps: Iterable[Step]) -> int:
    return sum(step.cost_pusd or 0 for step in steps)


def _plan_revenue(walk: Walk) -> int | None:
    plan = walk.catalog.plan(walk.profile.plan)
    if plan is None or plan.price_pusd is None:
        return None
    return plan.price_pusd * walk.profile.days // walk.catalog.days_in_month


def _managed_revenue(walk: Walk) -> int:
    credit = walk.catalog.managed_credit
    if credit is None:
        return 0
    return sum(
        draw.amount
        for step in walk.steps
        for draw in step.draws
        if draw.grant.source == credit.allowance
    )


def _sources(walk: Walk) -> tuple[SourceSum, ...]:
    """In the order of drawing; each window counts once, as it was last seen."""
    last = {grant.id: grant for step in walk.steps for grant in step.left}
    last |= {grant.id: grant for grant in walk.packs}
    order = {name: place for place, name in enumerate(walk.catalog.draw_order)}
    by_source: dict[tuple[int, bool, Unit], list[Grant]] = {}
    for grant in last.values():
        key = (order[grant.source], not grant.limited, grant.unit)
        by_source.setdefault(key, []).append(grant)
    return tuple(_source_sum(by_source[key]) for key in sorted(by_source))


def _source_sum(grants: list[Grant]) -> SourceSum:
    first = grants[0]
    return SourceSum(
        source=first.source,
        name="Packs" if first.source == PACKS else first.name,
        unit=first.unit,
        windows=len(grants),
        granted=sum(grant.amount for grant in grants) if first.limited else None,
        used=sum(grant.used for grant in grants),
    )
