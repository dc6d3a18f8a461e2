"""What a catalog's tables say about each other: ids that are unique, references that lead
somewhere, and combinations that make sense.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Protocol, TypeVar

from app.catalog.models_sold import ModelSold, Unlisted, fits
from app.catalog.plan_catalog import PACKS, PlanCatalog
from app.catalog.plan_reader import Findings
from app.catalog.plans import AddOn, Allowance, Holder, JoinedBy, Pack, Plan, Scope, Unit, Window


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_Named)


def check_references(catalog: PlanCatalog, findings: Findings) -> None:
    """Add a problem for every id that is there twice and every reference to nothing."""
    _check_unique(catalog, findings)
    plans = [plan.id for plan in catalog.plans]
    _check_known(findings, "", "start_plan", [catalog.start_plan], plans, "plan")
    _check_draw_order(catalog, findings)
    _check_plans(catalog, findings, plans)
    for place, allowance in _places("allowances", catalog.allowances):
        _check_known(findings, place, "plans", allowance.plans, plans, "plan")
        _check_globs(catalog, findings, place, allowance.models)
    for place, add_on in _places("add_ons", catalog.add_ons):
        _check_known(findings, place, "plan", [add_on.plan], plans, "plan")
    _check_models(catalog, findings)
    listed = [model.id for model in catalog.models]
    for number, recommended in enumerate(catalog.recommended):
        place = f"recommended[{number}]"
        _check_known(findings, place, "models", recommended.models, listed, "model")
    _check_processors(catalog, findings)
    _check_changes(catalog, findings, plans)
    allowances = [each.id for each in catalog.allowances]
    if catalog.managed_credit is not None:
        wanted = [catalog.managed_credit.allowance]
        _check_known(findings, "managed_credit", "allowance", wanted, allowances, "allowance")
    if catalog.passphrases is not None:
        wanted = [catalog.passphrases.plan]
        _check_known(findings, "passphrases", "plan", wanted, plans, "plan")


def check_sense(catalog: PlanCatalog, findings: Findings) -> None:
    """Add a problem for each combination of right fields that cannot work."""
    start = catalog.plan(catalog.start_plan)
    if start is not None and start.joined_by is not JoinedBy.START:
        findings.add("", "start_plan", f'"{start.id}" must have joined_by = "start"')
    for place, plan in _places("plans", catalog.plans):
        _check_plan_sense(catalog, findings, place, plan)
    for place, allowance in _places("allowances", catalog.allowances):
        _check_allowance_sense(catalog, findings, place, allowance)
    credit = catalog.managed_credit
    managed = catalog.allowance(credit.allowance) if credit else None
    if managed is not None and managed.unit is not Unit.USD:
        findings.add("managed_credit", "allowance", f'"{managed.id}" must have unit = "usd"')


def _check_unique(catalog: PlanCatalog, findings: Findings) -> None:
    kinds: tuple[tuple[str, Sequence[_Named]], ...] = (
        ("allowances", catalog.allowances),
        ("models", catalog.models),
        ("routes", catalog.routes),
        ("roles", catalog.roles),
        ("processors", catalog.processors),
        ("bulk_changes", catalog.bulk_changes),
    )
    for kind, entries in kinds:
        seen: dict[str, str] = {}
        for place, entry in _places(kind, entries):
            _check_new(findings, place, entry.id, seen)
    offered: dict[str, str] = {}  # an offer's id says what is bought: plans, packs and add-ons
    for kind, entries in (
        ("plans", catalog.plans),
        ("packs", catalog.packs),
        ("add_ons", catalog.add_ons),
    ):
        for place, entry in _places(kind, entries):
            _check_new(findings, place, entry.id, offered)


def _check_new(findings: Findings, place: str, name: str, seen: dict[str, str]) -> None:
    if name and name in seen:
        findings.add(place, "id", f'"{name}" is the id of {seen[name]} already; choose another')
    seen.setdefault(name, place)


def _check_known(
    findings: Findings,
    place: str,
    field: str,
    wanted: Iterable[str],
    known: Sequence[str],
    what: str,
) -> None:
    for name in wanted:
        if name and name not in known:
            near = get_close_matches(name, known, 1)
            hint = (
                f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known) or 'none'}"
            )
            findings.add(place, field, f'there is no {what} "{name}"; {hint}')


def _check_draw_order(catalog: PlanCatalog, findings: Findings) -> None:
    sources = [each.id for each in catalog.allowances] + ([PACKS] if catalog.packs else [])
    _check_known(findings, "", "draw_order", catalog.draw_order, sources, "allowance")
    for name in sources:
        if name and name not in catalog.draw_order:
            findings.add("", "draw_order", f'"{name}" is missing; name each allowance once')
    for place, allowance in _places("allowances", catalog.allowances):
        if allowance.id == PACKS:
            findings.add(place, "id", f'"{PACKS}" means all packs in draw_order; choose another')


def _check_plans(catalog: PlanCatalog, findings: Findings, plans: Sequence[str]) -> None:
    features = [name for name, _ in catalog.features]
    for place, plan in _places("plans", catalog.plans):
        _check_known(findings, place, "includes", plan.includes, plans, "plan")
        wanted = [name for name in plan.features if name != "*"]
        _check_known(findings, place, "features", wanted, features, "feature")
        _check_globs(catalog, findings, place, plan.models)
        if any(plan.id in catalog.plan_with_included(name) for name in plan.includes):
            findings.add(place, "includes", "leads back to this plan; name plans without it")


def _check_globs(
    catalog: PlanCatalog, findings: Findings, place: str, globs: Iterable[str]
) -> None:
    open_list = catalog.unlisted.sold is Unlisted.BY_PRICE
    for glob in globs:
        if glob != "*" and not open_list and not _meant(catalog, glob):
            names = [model.id for model in catalog.models]
            near = get_close_matches(glob, names, 1)
            hint = f'did you mean "{near[0]}"?' if near else "list the model in models"
            findings.add(place, "models", f'"{glob}" matches no model of this file; {hint}')


def _check_models(catalog: PlanCatalog, findings: Findings) -> None:
    routes = [route.id for route in catalog.routes]
    called = {model.id: place for place, model in _places("models", catalog.models)}
    for place, model in _places("models", catalog.models):
        _check_known(findings, place, "routes", model.routes, routes, "route")
        names = [name for name, _ in model.names_at]
        _check_known(findings, place, "names_at", names, model.routes, "route of this model")
        for name in {name for _, name in model.names_at} - {model.id}:
            if name in called:
                words = f'"{name}" is a name of {called[name]} already; one name means one model'
                findings.add(place, "names_at", words)
            called[name] = place
    priced: set[str] = set()
    for number, price in enumerate(catalog.reference_prices):
        known = [model.id for model in catalog.models]
        place = f"reference_prices[{number}]"
        _check_known(findings, place, "model", [price.model], known, "model")
        if price.model in priced:
            findings.add(place, "model", f'"{price.model}" has a reference price; write one')
        priced.add(price.model)


def _check_processors(catalog: PlanCatalog, findings: Findings) -> None:
    known = [processor.id for processor in catalog.processors]
    offered: tuple[tuple[str, Sequence[Plan | Pack | AddOn]], ...] = (
        ("plans", catalog.plans),
        ("packs", catalog.packs),
        ("add_ons", catalog.add_ons),
    )
    for kind, entries in offered:
        for place, offer in _places(kind, entries):
            wanted = [ids.processor for ids in offer.processors]
            _check_known(findings, place, "processors", wanted, known, "processor")


def _check_changes(catalog: PlanCatalog, findings: Findings, plans: Sequence[str]) -> None:
    for place, change in _places("bulk_changes", catalog.bulk_changes):
        _check_known(findings, place, "to_plan", [change.to_plan], plans, "plan")
        for glob in change.from_plans:
            if not any(fits((glob,), name) for name in plans):
                findings.add(place, "from_plans", f'"{glob}" matches no plan')


def _check_plan_sense(catalog: PlanCatalog, findings: Findings, place: str, plan: Plan) -> None:
    if plan.seats is not None and plan.holder is not Holder.ORGANIZATION:
        findings.add(
            place, "seats", 'only an organization has seats; write holder = "organization"'
        )
    if plan.seats is not None and "seats" in dict(plan.limits):
        findings.add(place, "limits", "has seats beside the table seats; write one of them")
    opened_by = catalog.passphrases.plan if catalog.passphrases else ""
    if plan.joined_by is JoinedBy.PASSPHRASE and plan.id != opened_by:
        findings.add(place, "joined_by", "needs a table passphrases that names this plan")
    if plan.id == opened_by and plan.joined_by is not JoinedBy.PASSPHRASE:
        findings.add("passphrases", "plan", f'"{plan.id}" must have joined_by = "passphrase"')
    if plan.holder is Holder.MEMBER:
        findings.add(place, "holder", "a plan is held by an account or an organization")


def _check_allowance_sense(
    catalog: PlanCatalog, findings: Findings, place: str, allowance: Allowance
) -> None:
    plans = [plan for plan in catalog.plans if plan.id in allowance.plans]
    for plan in plans:
        if allowance.scope in (Scope.ORGANIZATION, Scope.MEMBER) and (
            plan.holder is not Holder.ORGANIZATION
        ):
            findings.add(
                place, "scope", f'is {allowance.scope}, and "{plan.id}" is held by an account'
            )
        if allowance.window is Window.BILLING_DAY and plan.joined_by is not JoinedBy.CHECKOUT:
            findings.add(
                place, "window", f'is billing_day, and "{plan.id}" has no subscription to start it'
            )
    if allowance.unit is Unit.PLAN_TOKENS and not catalog.unlisted.weight_pusd:
        for glob in allowance.models:
            if not any(model.weight for model in _meant(catalog, glob)):
                findings.add(place, "models", f'"{glob}" matches no model with a weight')


def _meant(catalog: PlanCatalog, glob: str) -> list[ModelSold]:
    return [model for model in catalog.models if fits((glob,), model.id)]


def _places(kind: str, entries: Sequence[_Entry]) -> Iterator[tuple[str, _Entry]]:
    for number, entry in enumerate(entries):
        called = f' "{entry.id}"' if entry.id else ""
        yield f"{kind}[{number}]{called}", entry
