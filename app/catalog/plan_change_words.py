"""What a changed field means to accounts, field by field: one short rule for each.

`plan_changes` finds the differences; a field without a rule here is said with its two values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from app.catalog.models_sold import ModelSold, Unlisted, UnlistedRule
from app.catalog.plan_catalog import ManagedCredit, Passphrases, PlanCatalog
from app.catalog.plan_words import to_plain
from app.catalog.plans import Allowance, OwnKeys, Pack, Plan, Role, Seats, WhenReached
from app.money import usd_text

STAYS = "what was used stays"
SHOWN = "only what is shown changes"
_OWN_KEYS = {
    OwnKeys.ALWAYS: "a key that is kept pays whenever its owner prefers it",
    OwnKeys.AFTER_ALLOWANCE: "a key that is kept pays only once nothing else covers a call",
    OwnKeys.NEVER: "keys that are kept pay for nothing any more",
}


def plan_meanings(old: Plan, new: Plan, fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(field, meaning) of each changed field of a plan among `fields`."""
    rules: Mapping[str, Callable[[], str]] = {
        "own_keys": lambda: (
            f"{_said(old.own_keys)} becomes {_said(new.own_keys)}; {_OWN_KEYS[new.own_keys]}"
        ),
        "own_keys_held_by": lambda: (
            f"kept by the {new.own_keys_held_by} from now on; those of each "
            f"{old.own_keys_held_by} pay for nothing until they are kept there"
        ),
        "includes": lambda: "; ".join(
            _gained_and_lost(old.includes, new.includes, "its holders {} what {} grants")
        ),
        "models": lambda: "; ".join(
            _gained_and_lost(old.models, new.models, "its holders {} the models {}")
        ),
        "features": lambda: "; ".join(
            _gained_and_lost(old.features, new.features, "its holders {} the features {}")
        ),
        "priority": lambda: (
            "its holders go first from now on" if new.priority else "its holders wait like others"
        ),
        "limits": lambda: (
            f"{_limits(old)} becomes {_limits(new)}; who has more keeps it and gets no more"
        ),
        "seats": lambda: (
            f"{seats_words(old.seats)} becomes {seats_words(new.seats)}; nobody loses a seat, "
            "and who comes from now on is counted against the new number"
        ),
        "joined_by": lambda: f"had by {new.joined_by} from now on; who has it keeps it",
        "holder": lambda: (
            f"held by an {new.holder}, no longer by an {old.holder}; move its holders first"
        ),
        "processors": lambda: (
            "checkouts use the new ids; running subscriptions stay as they are there"
        ),
        **dict.fromkeys(("name", "benefits", "audience"), lambda: SHOWN),
    }
    yield from _meant(old, new, fields, rules)


def allowance_meanings(
    old: Allowance, new: Allowance, fields: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    rules: Mapping[str, Callable[[], str]] = {
        "plans": lambda: (
            "; ".join(
                _gained_and_lost(old.plans, new.plans, "holders of {1} {0} it", of_plans=True)
            )
            + f"; {STAYS}"
        ),
        "models": lambda: (
            "; ".join(_gained_and_lost(old.models, new.models, "it {} {}", pays=True))
            + f"; {STAYS}"
        ),
        "only": lambda: (
            "its models may draw on nothing else"
            if new.only
            else "its models may draw on other allowances and packs as well"
        ),
        "share_percent": lambda: (
            f"{old.share_percent or 'no'} percent of the price becomes "
            f"{new.share_percent or 'an amount'}"
        ),
        "name": lambda: SHOWN,
    }
    yield from _meant(old, new, fields, rules)


def pack_meanings(old: Pack, new: Pack, fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    rules = {
        "processors": lambda: "checkouts use the new ids; what was bought stays",
        **dict.fromkeys(("name", "note"), lambda: SHOWN),
    }
    yield from _meant(old, new, fields, rules)


def model_meanings(
    old: ModelSold, new: ModelSold, fields: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    rules = {
        "routes": lambda: f"asked at {', then '.join(new.routes) or 'no route'} from now on",
        "names_at": lambda: "asked by other names from now on; receipts keep the old ones",
        **dict.fromkeys(("name", "vendor", "note"), lambda: SHOWN),
    }
    yield from _meant(old, new, fields, rules)


def role_meanings(old: Role, new: Role, fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    rules = {
        "may": lambda: "; ".join(_gained_and_lost(old.may, new.may, "its members {} the right {}")),
        "note": lambda: SHOWN,
    }
    yield from _meant(old, new, fields, rules)


def catalog_meanings(
    old: PlanCatalog, new: PlanCatalog, fields: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """(field, meaning) of the fields that are not lists of things with ids."""
    rules: Mapping[str, Callable[[], str]] = {
        "start_plan": lambda: (
            f"new accounts begin on {new.start_plan}; those on {old.start_plan} stay there"
        ),
        "draw_order": lambda: (
            f"calls from now on draw on {', then '.join(new.draw_order)}; "
            "what was drawn stays where it was"
        ),
        "unlisted": lambda: unlisted_words(old, new),
        "failover": lambda: (
            "where a route is down the next one answers"
            if new.failover
            else "where a route is down no other one is tried"
        ),
        "thresholds_percent": lambda: (
            f"notices at {_percents(new.thresholds_percent)}, no longer at "
            f"{_percents(old.thresholds_percent)}; who is above one already gets none for it"
        ),
        "least_output_tokens": lambda: (
            f"answers are shortened down to {new.least_output_tokens} tokens, not "
            f"{old.least_output_tokens}, before a call is refused"
        ),
        "days_in_month": lambda: (
            f"shares of a price are divided by {new.days_in_month}, not {old.days_in_month}; "
            "what that makes of each allowance is said there"
        ),
        "managed_credit": lambda: "; ".join(
            managed_meanings(old.managed_credit, new.managed_credit)
        ),
        "passphrases": lambda: "; ".join(passphrase_meanings(old.passphrases, new.passphrases)),
        "flags": lambda: (
            "; ".join(_gained_and_lost(old.flags, new.flags, "operators {} the flag {}"))
            + "; flags that are set still hold"
        ),
        "own_key_providers": lambda: "; ".join(
            _gained_and_lost(
                old.own_key_providers, new.own_key_providers, "keys of their own {} {}", kept=True
            )
        ),
        "bulk_changes": lambda: "nobody is moved until an operator carries one out",
        "processors": lambda: "checkouts and webhooks use the new names from now on",
        **dict.fromkeys(("features", "reference_prices"), lambda: SHOWN),
    }
    yield from _meant(old, new, fields, rules)


def managed_meanings(old: ManagedCredit | None, new: ManagedCredit | None) -> Iterator[str]:
    if old is None or new is None:
        yield "there is managed credit" if new else f"managed credit is given no more; {STAYS}"
        return
    if old.allowance != new.allowance:
        yield f"it is counted in {new.allowance}, no longer in {old.allowance}"
    if old.markup != new.markup:
        cost, charge = (usd_text(each) for each in (new.markup.cost_pusd, new.markup.charge_pusd))
        was = usd_text(old.markup.charge(new.markup.cost_pusd))
        yield (
            f"what costs ${cost} is charged at ${charge}, not ${was}, for calls from now on; "
            "settled calls stay"
        )
    if old.when_reached is not new.when_reached:
        yield (
            "who is beyond the limit is refused until the reset, and owes what was counted"
            if new.when_reached is WhenReached.BLOCK
            else "who reaches the limit is slowed and invoiced for more, no longer refused"
        )
    if old.alerts_percent != new.alerts_percent:
        alerts = _percents(new.alerts_percent)
        yield f"alerts at {alerts}; who is above one already gets none for it"
    if old.throttle_s != new.throttle_s:
        yield f"a slowed workspace has a call every {new.throttle_s} s, not every {old.throttle_s}"
    if old.own_invoice != new.own_invoice:
        yield "on an invoice of its own" if new.own_invoice else "on the invoice of the plan"
    if old.key_variables != new.key_variables:
        yield "the operator's keys are read from other variables"


def passphrase_meanings(old: Passphrases | None, new: Passphrases | None) -> Iterator[str]:
    if old is None or new is None:
        yield f"passphrases open {new.plan}" if new else "passphrases open nothing any more"
        return
    if old.plan != new.plan:
        yield f"they open {new.plan}, no longer {old.plan}"
    if new.grace_days < old.grace_days:
        yield f"those replaced {new.grace_days} days ago or earlier stop to work at once"
    elif new.grace_days > old.grace_days:
        yield f"those replaced less than {new.grace_days} days ago work, again where they had ended"


def unlisted_words(old: PlanCatalog, new: PlanCatalog) -> str:
    if new.unlisted.sold is Unlisted.REFUSED:
        return "models that are not listed are refused; settled calls stay"
    if old.unlisted.sold is Unlisted.REFUSED:
        return "models that are not listed can be asked, by their price"
    before, after = (_weight_words(rule) for rule in (old.unlisted, new.unlisted))
    return (
        f"models that are not listed have {after}, no longer {before}, for calls from now on; "
        "settled calls stay"
    )


def _weight_words(rule: UnlistedRule) -> str:
    if not rule.weight_pusd:
        return "no weight, so that plan tokens do not pay for them"
    price = f"${usd_text(rule.weight_pusd)}"
    return f"1 of weight for each {price} of a million tokens, {rule.input_percent} % of them read"


def gone_model(model: ModelSold, new: PlanCatalog) -> str:
    kept = "old receipts keep its weight and price"
    if new.unlisted.sold is Unlisted.REFUSED:
        return f"{model.name} can be asked no more; {kept}"
    return f"{model.name} is asked by its price, like every model that is not listed; {kept}"


def seats_words(seats: Seats | None) -> str:
    """`5 seats or more, with caps`; `no seats` where a plan names none."""
    if seats is None:
        return "no seats"
    most = f" to {seats.most} seats" if seats.most is not None else " seats or more"
    return f"{seats.least}{most}{', with caps' if seats.member_caps else ''}"


def _meant(
    old: object, new: object, fields: tuple[str, ...], rules: Mapping[str, Callable[[], str]]
) -> Iterator[tuple[str, str]]:
    for name in fields:
        one, other = getattr(old, name), getattr(new, name)
        if one != other:
            rule = rules.get(name)
            yield name, rule() if rule else f"{_said(one)} becomes {_said(other)}"


def _gained_and_lost(
    old: tuple[str, ...],
    new: tuple[str, ...],
    sentence: str,
    *,
    of_plans: bool = False,
    pays: bool = False,
    kept: bool = False,
) -> Iterator[str]:
    """A sentence for what is there from now on, and one for what is there no more."""
    gains, loses = "get", "lose"
    if of_plans:
        gains, loses = "are granted", "are no longer granted"
    elif pays:
        gains, loses = "pays for", "pays no more for"
    elif kept:
        gains, loses = "can be kept for", "can be kept no more for"
    gained = ", ".join(str(each) for each in new if each not in old)
    lost = ", ".join(str(each) for each in old if each not in new)
    if gained:
        yield sentence.format(gains, gained)
    if lost:
        yield sentence.format(loses, lost)
    if not gained and not lost:
        yield f"in another order: {', '.join(str(each) for each in new)}"


def _limits(plan: Plan) -> str:
    return ", ".join(f"{name} {to_plain(limit)}" for name, limit in plan.limits) or "no limits"


def _percents(percents: tuple[int, ...]) -> str:
    return ", ".join(f"{percent} %" for percent in percents)


def _said(value: object) -> str:
    plain = to_plain(value)
    match plain:
        case None | "" | []:
            return "none"
        case bool():
            return "yes" if plain else "no"
        case list():
            return ", ".join(str(each) for each in plain)
        case str():
            return plain.replace("_", " ")
        case _:
            return str(plain)
