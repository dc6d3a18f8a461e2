"""How amounts, allowances and limits of a catalog are said: to people, and as plain JSON values."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Allowance, Pack, Scope, Unit, Window
from app.money import format_usd, usd_text

_UNITS = {
    Unit.PLAN_TOKENS: "tokens",
    Unit.TOKENS: "model tokens",
    Unit.REQUESTS: "requests",
}
_WINDOWS = {
    Window.DAY: "a day",
    Window.MONTH: "a month",
    Window.BILLING_DAY: "a day of the subscription",
    Window.ONCE: "once",
}
_SCOPES = {
    Scope.ACCOUNT: "for each account",
    Scope.ORGANIZATION: "shared by the organization",
    Scope.MEMBER: "for each member",
    Scope.ADDRESS: "for each network address",
    Scope.DEVICE: "for each device",
    Scope.MODEL: "for each model",
}


def amount_words(unit: Unit, amount: int | None) -> str:
    """`10,000 tokens`, `1 request`, `$0.105`, or that the operator sets it. Dollars are exact."""
    if amount is None:
        return "as much as the operator sets"
    if unit is Unit.USD:
        return f"${usd_text(amount)}"
    return f"{amount:,} {_UNITS[unit].removesuffix('s') if amount == 1 else _UNITS[unit]}"


def allowance_words(allowance: Allowance) -> str:
    """`10,000 tokens a month for each account`, and what it is bound to."""
    models = "" if allowance.models == ("*",) else f", models {', '.join(allowance.models)}"
    only = ", which draw on nothing else" if allowance.only else ""
    amount = amount_words(allowance.unit, allowance.amount)
    return f"{amount} {_WINDOWS[allowance.window]} {_SCOPES[allowance.scope]}{models}{only}"


def price_words(price_pusd: int | None, words: str) -> str:
    return words if price_pusd is None else format_usd(price_pusd).removesuffix(".00")


def to_plain(value: object) -> object:
    """A value of the catalog as JSON takes it. Money becomes text in dollars: `_pusd` is `_usd`."""
    match value:
        case Enum():
            return value.value
        case tuple() | list():
            return [to_plain(each) for each in value]
        case _ if is_dataclass(value):
            return dict(_plain_field(value, field.name) for field in fields(value))
        case _:
            return value


def catalog_to_plain(catalog: PlanCatalog) -> dict[str, object]:
    """A whole catalog, with what follows from it: totals of a month, budgets in tokens, offers."""
    plain = {field.name: to_plain(getattr(catalog, field.name)) for field in fields(catalog)}
    plain["allowances"] = [_allowance_to_plain(catalog, each) for each in catalog.allowances]
    plain["reference_prices"] = [
        dict(_plain_field(price, field.name) for field in fields(price))
        | {"output_percent": 100 - price.input_percent}
        for price in catalog.reference_prices
    ]
    plain["free_models"] = list(catalog.free_models())
    plain["offers"] = [
        {"id": offer.id, "price": offer.price_text, "for_sale": offer.for_sale}
        for offer in catalog.offers()
    ]
    return plain


def reference_tokens(catalog: PlanCatalog, allowance: Allowance) -> tuple[tuple[str, int], ...]:
    """(model, tokens) that a budget in dollars comes to at each reference price, rounded down."""
    if allowance.unit is not Unit.USD or allowance.amount is None:
        return ()
    amount = allowance.amount
    return tuple((price.model, price.tokens_for(amount)) for price in catalog.reference_prices)


def _allowance_to_plain(catalog: PlanCatalog, allowance: Allowance) -> dict[str, object]:
    total = catalog.month_total(allowance)
    in_usd = allowance.unit is Unit.USD and total is not None
    plain = dict(_plain_field(allowance, field.name) for field in fields(allowance))
    plain["month_total"] = usd_text(total or 0) if in_usd else total
    plain["reference_tokens"] = dict(reference_tokens(catalog, allowance))
    return plain


def _plain_field(value: object, name: str) -> tuple[str, object]:
    found = getattr(value, name)
    if name.endswith("_pusd"):
        return name.removesuffix("_pusd") + "_usd", None if found is None else usd_text(found)
    if name == "amount" and isinstance(value, Allowance | Pack) and value.unit is Unit.USD:
        return name, None if found is None else usd_text(found)
    return name, to_plain(found)
