"""A whole catalog as one value, and the questions that are asked of it.

It is made by `plan_file.load_catalog`, which has checked every reference in it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.catalog.match import undated
from app.catalog.models_sold import (
    Markup,
    ModelSold,
    ReferencePrice,
    Route,
    UnlistedRule,
    fits,
)
from app.catalog.offers import Offer, offer_of_add_on, offer_of_pack, offer_of_plan
from app.catalog.plans import (
    AddOn,
    Allowance,
    Flag,
    Pack,
    Plan,
    Role,
    WhenReached,
    Window,
)
from app.catalog.prices import Price

_REFUSED = UnlistedRule()
PACKS = "packs"  # in a draw order: what was bought, the oldest first


@dataclass(frozen=True, slots=True)
class ManagedCredit:
    """Model calls that the operator pays for and charges with a markup.

    `allowance` grants what each holder may use; `key_variables` is (provider, variable). A holder
    that is throttled waits `throttle_s` seconds from the beginning of one call to the next.
    """

    allowance: str
    markup: Markup
    when_reached: WhenReached
    alerts_percent: tuple[int, ...]
    own_invoice: bool
    key_variables: tuple[tuple[str, str], ...] = ()
    throttle_s: int = 60


@dataclass(frozen=True, slots=True)
class Passphrases:
    """A plan that shared secrets open; one that was replaced still opens it for a while."""

    plan: str
    grace_days: int


@dataclass(frozen=True, slots=True)
class BulkChange:
    """Move every holder of the plans `from_plans` (globs) to `to_plan` and clear flags."""

    id: str
    from_plans: tuple[str, ...]
    to_plan: str
    clears: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Processor:
    """A payment processor: (what, environment variable), and the events that it is asked for."""

    id: str
    name: str
    variables: tuple[tuple[str, str], ...]
    webhook_events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommended:
    """Models that suit somebody, the best first. `audience` is in words: `Beginners`."""

    audience: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotRepresented:
    """Something that a catalog's source says and that its data cannot, with the reason."""

    says: str
    why: str


@dataclass(frozen=True, slots=True)
class PlanCatalog:
    """Everything one file says. Order is the file's, and order matters: for routes and drawing.

    `draw_order` holds allowance ids and `packs`. `thresholds_percent` are where notices are due.
    """

    name: str
    title: str
    about: str
    start_plan: str
    plans: tuple[Plan, ...]
    allowances: tuple[Allowance, ...]
    draw_order: tuple[str, ...]
    packs: tuple[Pack, ...] = ()
    add_ons: tuple[AddOn, ...] = ()
    models: tuple[ModelSold, ...] = ()
    unlisted: UnlistedRule = _REFUSED
    routes: tuple[Route, ...] = ()
    failover: bool = False
    features: tuple[tuple[str, str], ...] = ()
    roles: tuple[Role, ...] = ()
    flags: tuple[Flag, ...] = ()
    reference_prices: tuple[ReferencePrice, ...] = ()
    managed_credit: ManagedCredit | None = None
    passphrases: Passphrases | None = None
    bulk_changes: tuple[BulkChange, ...] = ()
    processors: tuple[Processor, ...] = ()
    own_key_providers: tuple[str, ...] = ()
    not_represented: tuple[NotRepresented, ...] = ()
    recommended: tuple[Recommended, ...] = ()
    least_output_tokens: int = 256
    thresholds_percent: tuple[int, ...] = (80, 100)
    days_in_month: int = 30

    def plan(self, plan_id: str) -> Plan | None:
        for plan in self.plans:  # several times in every call: a generator costs twice as much
            if plan.id == plan_id:
                return plan
        return None

    def allowance(self, allowance_id: str) -> Allowance | None:
        return next((each for each in self.allowances if each.id == allowance_id), None)

    def pack(self, pack_id: str) -> Pack | None:
        return next((pack for pack in self.packs if pack.id == pack_id), None)

    def route(self, route_id: str) -> Route | None:
        return next((route for route in self.routes if route.id == route_id), None)

    def model(self, model_id: str) -> ModelSold | None:
        """A listed model by its id or its name at a route; a date at its end may be missing."""
        wanted = (model_id, undated(model_id))
        for name in wanted:
            for model in self.models:
                if name == model.id or name in (there for _, there in model.names_at):
                    return model
        return None

    def weight(self, model_id: str, price: Price | None = None) -> int | None:
        """Plan tokens for each token of a model; None where plan tokens do not pay for it.

        `price` is needed for a model that is not listed.
        """
        model = self.model(model_id)
        return model.weight if model is not None else self.unlisted.weight(price)

    def plan_tokens(self, model_id: str, tokens: int, price: Price | None = None) -> int | None:
        """What a number of tokens of a model is in plan tokens: exact, weights are whole."""
        weight = self.weight(model_id, price)
        return None if weight is None else weight * tokens

    def plan_with_included(self, plan_id: str) -> tuple[str, ...]:
        """A plan and those that it includes, each once."""
        found: dict[str, None] = {}
        waiting = [plan_id]
        while waiting:
            plan = self.plan(waiting.pop(0))
            if plan is not None and plan.id not in found:
                found[plan.id] = None
                waiting.extend(plan.includes)
        return tuple(found)

    def allowances_of(self, plan_id: str) -> tuple[Allowance, ...]:
        """What a plan grants, with what it includes, in the order of drawing."""
        plans = set(self.plan_with_included(plan_id))
        order = {name: place for place, name in enumerate(self.draw_order)}
        carried = (each for each in self.allowances if plans & set(each.plans))
        return tuple(sorted(carried, key=lambda each: order[each.id]))

    def free_models(self) -> tuple[str, ...]:
        """The models that have allowances of their own and never draw on another."""
        globs = tuple(glob for each in self.allowances if each.only for glob in each.models)
        return tuple(model.id for model in self.models if fits(globs, model.id))

    def routes_to(self, model_id: str) -> tuple[Route, ...]:
        """The routes to a model in order, the disabled ones with their reason among them."""
        model = self.model(model_id)
        found = (self.route(name) for name in (model.routes if model else ()))
        return tuple(route for route in found if route is not None)

    def routes_open(self, model_id: str, down: Collection[str] = ()) -> tuple[Route, ...]:
        """The routes that may be asked for a model, in order, while some are `down` (ids).

        Without failover only the first that is not disabled, whether it is down or not.
        """
        able = tuple(route for route in self.routes_to(model_id) if not route.disabled)
        if not self.failover:
            return able[:1]
        return tuple(route for route in able if route.id not in down)

    def offers(self) -> tuple[Offer, ...]:
        """Everything that is shown with a price, plans first."""
        return (
            *(offer_of_plan(plan) for plan in self.plans),
            *(offer_of_pack(pack) for pack in self.packs),
            *(offer_of_add_on(add_on) for add_on in self.add_ons),
        )

    def month_total(self, allowance: Allowance) -> int | None:
        """What an allowance comes to in a month; None where that is not one number."""
        if allowance.amount is None or allowance.window is Window.ONCE:
            return None
        days = 1 if allowance.window is Window.MONTH else self.days_in_month
        return allowance.amount * days

    def bulk_change_of(self, change: BulkChange) -> tuple[str, ...]:
        """The plans whose holders a bulk change moves."""
        return tuple(
            plan.id
            for plan in self.plans
            if plan.id != change.to_plan and fits(change.from_plans, plan.id)
        )
