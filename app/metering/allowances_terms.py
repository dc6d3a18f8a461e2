"""What a plan says of a model: which allowances pay for it, in which order. It follows from the
catalog alone and is worked out once for each catalog, plan and model; what an account has used is
not known here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.by_identity import ByIdentity
from app.catalog.models_sold import Markup, Unlisted, fits
from app.catalog.plan_catalog import PACKS, PlanCatalog
from app.catalog.plans import Allowance, Plan, Scope, WhenReached

_KEPT_MAX = 4096  # anybody may ask for models by names of their own


@dataclass(frozen=True, slots=True)
class Source:
    """An allowance that may pay. A grant of it is named by its holder, `counted`, its window and
    `of_model`, with a slash between each; `slows` where who used it up goes on without a limit."""

    allowance: Allowance
    holder: Scope
    counted: str
    of_model: str
    markup: Markup | None
    slows: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """`sources` are in the order of drawing; None stands for the packs that were bought.

    `is_sold`: the model is on sale, and in the plan or one that it includes. `has_priority`: one
    of these that is in force goes first.
    """

    is_sold: bool
    has_priority: bool
    sources: tuple[Source | None, ...]


def terms_of(
    catalog: PlanCatalog, plan_id: str, model_id: str, *, is_paid: bool, past_due: bool
) -> Terms:
    """The terms of a plan's holder. Where it is not paid, now or at all, paid plans are not in
    force; while a payment is past due managed credit is left out too."""
    kept = _kept(catalog)
    key = plan_id, model_id, is_paid, past_due
    found = kept.get(key)
    if found is None:
        if len(kept) >= _KEPT_MAX:
            kept.clear()
        found = kept[key] = _terms(catalog, plan_id, model_id, is_paid, past_due)
    return found


def _nothing(_: PlanCatalog) -> dict[tuple[str, str, bool, bool], Terms]:
    return {}


_kept = ByIdentity(_nothing, kept_max=16)


def _terms(
    catalog: PlanCatalog, plan_id: str, model_id: str, is_paid: bool, past_due: bool
) -> Terms:
    plans = [catalog.plan(each) for each in catalog.plan_with_included(plan_id)]
    known = [plan for plan in plans if plan is not None]
    in_force = [plan for plan in known if is_paid or not plan.is_paid]
    priority = any(plan.priority for plan in in_force)
    listed = catalog.model(model_id)
    if listed is None and catalog.unlisted.sold is Unlisted.REFUSED:
        return Terms(False, priority, ())
    name = listed.id if listed else model_id
    carried = _carried(catalog, plan_id, name, in_force, past_due=past_due)
    sources: tuple[Source | None, ...]
    own = [each for each in carried if each.only]
    if own or any(each.only and fits(each.models, name) for each in catalog.allowances):
        sources = tuple(_source(catalog, each, name, may_slow=False) for each in own)
    else:
        by_id: dict[str, Source | None] = {
            each.id: _source(catalog, each, name, may_slow=True) for each in carried
        }
        by_id.setdefault(PACKS, None)
        sources = tuple(by_id[source] for source in catalog.draw_order if source in by_id)
    return Terms(any(fits(plan.models, name) for plan in known), priority, sources)


def _carried(
    catalog: PlanCatalog, plan_id: str, name: str, in_force: Collection[Plan], *, past_due: bool
) -> list[Allowance]:
    """The allowances that plans in force grant for a model."""
    granting = {plan.id for plan in in_force if fits(plan.models, name)}
    credit = catalog.managed_credit
    invoiced = credit.allowance if credit is not None and past_due else None
    return [
        each
        for each in catalog.allowances_of(plan_id)
        if granting & set(each.plans) and each.id != invoiced and fits(each.models, name)
    ]


def _source(catalog: PlanCatalog, allowance: Allowance, name: str, *, may_slow: bool) -> Source:
    credit = catalog.managed_credit
    managed = credit is not None and credit.allowance == allowance.id
    of_model = allowance.scope is Scope.MODEL
    return Source(
        allowance=allowance,
        # A model's own grant is the account's: one for each model.
        holder=Scope.ACCOUNT if of_model else allowance.scope,
        # With unit, window and scope in its name, an allowance that changes one of them is
        # counted anew: what was used of it was something else.
        counted=f"/{allowance.id}/{allowance.unit}/{allowance.scope}/{allowance.window}/",
        of_model=f"/{name}" if of_model else "",
        markup=credit.markup if credit is not None and managed else None,
        slows=may_slow
        and credit is not None
        and managed
        and credit.when_reached is WhenReached.THROTTLE,
    )
