"""What each table of a catalog file may hold: one reader for each kind of table."""

from __future__ import annotations

from collections.abc import Mapping

from app.catalog.models_sold import (
    Markup,
    ModelSold,
    ReferencePrice,
    Route,
    Unlisted,
    UnlistedRule,
)
from app.catalog.plan_reader import Table
from app.catalog.plans import (
    AddOn,
    Allowance,
    Flag,
    Holder,
    JoinedBy,
    LimitRule,
    OwnKeys,
    Pack,
    Plan,
    ProcessorIds,
    Right,
    Role,
    Scope,
    Seats,
    Unit,
    Window,
)

CUSTOM = "custom"
WEIGHT_MAX = 1_000_000


def read_plan(table: Table) -> Plan:
    price_pusd, price_words = _price(table)
    plan = Plan(
        id=table.id(),
        name=table.text("name"),
        price_pusd=price_pusd,
        price_words=price_words,
        joined_by=table.choice("joined_by", JoinedBy),
        holder=table.choice("holder", Holder, Holder.ACCOUNT),
        own_keys=table.choice("own_keys", OwnKeys),
        own_keys_held_by=table.choice("own_keys_held_by", Holder, Holder.ACCOUNT),
        features=table.texts("features", ("*",)),
        models=table.texts("models", ("*",)),
        includes=table.texts("includes", ()),
        benefits=table.texts("benefits", ()),
        audience=table.text("audience", ""),
        priority=table.truth("priority"),
        seats=_seats(table.table("seats")),
        limits=_limits(table),
        processors=_processors(table),
    )
    table.end()
    return plan


def read_allowance(table: Table, prices: Mapping[str, int | None], days: int) -> Allowance:
    """An allowance; `prices` are the plans' for a month, for a share of one."""
    plans = table.texts("plans")
    unit = table.choice("unit", Unit)
    share = table.whole("share_percent", 0, most=100)
    if not plans and table.has("plans"):
        table.wrong("plans", "is empty; name the plans that grant this")
    allowance = Allowance(
        id=table.id(),
        plans=plans,
        unit=unit,
        amount=_share(table, plans, unit, prices, share, days) if share else _amount(table, unit),
        window=table.choice("window", Window),
        scope=table.choice("scope", Scope),
        models=table.texts("models", ("*",)),
        only=table.truth("only"),
        share_percent=share or None,
        name=table.text("name", ""),
    )
    if not allowance.models:
        table.wrong("models", 'is empty; write ["*"] for every model')
    table.end()
    return allowance


def read_pack(table: Table) -> Pack:
    price_pusd, price_words = _price(table)
    unit = table.choice("unit", Unit, Unit.PLAN_TOKENS)
    pack = Pack(
        id=table.id(),
        name=table.text("name"),
        price_pusd=price_pusd,
        unit=unit,
        amount=table.amount("amount", in_usd=unit is Unit.USD),
        price_words=price_words,
        note=table.text("note", ""),
        processors=_processors(table),
    )
    table.end()
    return pack


def read_add_on(table: Table) -> AddOn:
    price_pusd, price_words = _price(table)
    add_on = AddOn(
        id=table.id(),
        name=table.text("name"),
        plan=table.id("plan"),
        price_pusd=price_pusd,
        price_words=price_words,
        processors=_processors(table),
    )
    table.end()
    return add_on


def read_model(table: Table) -> ModelSold:
    names_at = []
    for route, name in table.pairs("names_at"):
        if isinstance(name, str) and name:
            names_at.append((route, name))
        else:
            table.wrong(f"names_at.{route}", "write the model's name there as text")
    model = ModelSold(
        id=table.id(),
        name=table.text("name"),
        vendor=table.text("vendor"),
        weight=table.whole("weight", 0, least=1, most=WEIGHT_MAX) or None,
        routes=table.texts("routes", ()),
        names_at=tuple(names_at),
        note=table.text("note", ""),
    )
    table.end()
    return model


def read_route(table: Table) -> Route:
    route = Route(
        id=table.id(),
        name=table.text("name"),
        provider=table.id("provider"),
        key_variable=table.variable("key_variable"),
        disabled=table.text("disabled") if table.has("disabled") else "",
    )
    table.end()
    return route


def read_unlisted(table: Table | None) -> UnlistedRule:
    if table is None:
        return UnlistedRule()
    rule = UnlistedRule(
        sold=table.choice("sold", Unlisted),
        weight_pusd=table.amount("weight_usd", in_usd=True) if table.has("weight_usd") else 0,
        input_percent=table.whole("input_percent", 40, most=100),
    )
    table.end()
    return rule


def read_reference_price(table: Table) -> ReferencePrice:
    price = ReferencePrice(
        model=table.id("model"),
        per_thousand_pusd=table.amount("usd_per_thousand", in_usd=True),
        input_percent=table.whole("input_percent", most=100),
        input_per_thousand_pusd=table.usd("input_usd_per_thousand") or 0,
        output_per_thousand_pusd=table.usd("output_usd_per_thousand") or 0,
        note=table.text("note", ""),
    )
    if price.blend_pusd != price.per_thousand_pusd and not price.note:
        table.wrong("usd_per_thousand", "is not what its parts add up to; say why in note")
    table.end()
    return price


def read_markup(table: Table) -> Markup:
    """`cost_usd` is charged as `charge_usd`: both, or neither for no markup."""
    if not table.has("cost_usd") and not table.has("charge_usd"):
        return Markup()
    cost = table.amount("cost_usd", in_usd=True)
    charge = table.amount("charge_usd", in_usd=True)
    if charge < cost:
        table.wrong("charge_usd", "is less than cost_usd; every call would lose money")
    return Markup(cost, charge)


def read_role(table: Table) -> Role:
    rights = []
    for word in table.texts("may"):
        if word in {right.value for right in Right}:
            rights.append(Right(word))
        else:
            table.wrong("may", f'has "{word}"; a role may {", ".join(Right)}')
    role = Role(id=table.id(), may=tuple(rights), note=table.text("note", ""))
    table.end()
    return role


def read_flags(table: Table, name: str) -> tuple[Flag, ...]:
    found = []
    for word in table.texts(name, ()):
        if word in {flag.value for flag in Flag}:
            found.append(Flag(word))
        else:
            table.wrong(name, f'has "{word}"; the flags are {", ".join(Flag)}')
    return tuple(found)


def _price(table: Table) -> tuple[int | None, str]:
    """The price and its words: one of them is there, so that something can be shown."""
    price_pusd = table.usd("price_usd", optional=True)
    price_words = table.text("price_words", "")
    if not table.has("price_usd") and not price_words:
        table.wrong("price_usd", 'is missing; write price_usd = "9", or price_words for no number')
    return price_pusd, price_words


def _amount(table: Table, unit: Unit) -> int | None:
    if table.says("amount", CUSTOM):
        return None
    return table.amount("amount", in_usd=unit is Unit.USD)


def _share(
    table: Table,
    plans: tuple[str, ...],
    unit: Unit,
    prices: Mapping[str, int | None],
    share: int,
    days: int,
) -> int:
    """Price x share / days, rounded down to a picodollar: never more than was paid for."""
    if table.has("amount"):
        table.amount("amount", in_usd=unit is Unit.USD)
        table.wrong("share_percent", "stands beside amount; write one of them")
    if unit is not Unit.USD:
        table.wrong("share_percent", 'is a share of a price; write unit = "usd" with it')
    price_pusd = prices.get(plans[0]) if len(plans) == 1 else None
    if not price_pusd:
        table.wrong("share_percent", "needs one plan with a price in plans")
        return 1
    return price_pusd * share // (100 * days)


def _seats(table: Table | None) -> Seats | None:
    if table is None:
        return None
    seats = Seats(
        least=table.whole("least", 1, least=1),
        most=table.whole("most", least=1) if table.has("most") else None,
        member_caps=table.truth("member_caps"),
    )
    if seats.most is not None and seats.most < seats.least:
        table.wrong("most", f"is {seats.most} and least is {seats.least}; most cannot be less")
    table.end()
    return seats


def _limits(table: Table) -> tuple[tuple[str, int | LimitRule], ...]:
    found: list[tuple[str, int | LimitRule]] = []
    for name, limit in table.pairs("limits"):
        if isinstance(limit, str) and limit in {rule.value for rule in LimitRule}:
            found.append((name, LimitRule(limit)))
        elif isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0:
            found.append((name, limit))
        else:
            table.wrong(
                f"limits.{name}", f"is {limit}; write a whole number, unlimited or {CUSTOM}"
            )
    return tuple(found)


def _processors(table: Table) -> tuple[ProcessorIds, ...]:
    inner = table.table("processors")
    if inner is None:
        return ()
    return tuple(ProcessorIds(name, inner.variables(name)) for name in inner.names)
