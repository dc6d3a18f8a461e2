"""What a changed catalog means to the accounts that exist, in words.

Plans are looked up when they are needed: a change holds at once, for everyone. What was used,
bought or paid is kept elsewhere and no change of a catalog touches it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Protocol, TypeVar, cast

from app.catalog.models_sold import ModelSold, Route
from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_change_words import (
    STAYS,
    allowance_meanings,
    catalog_meanings,
    gone_model,
    model_meanings,
    pack_meanings,
    plan_meanings,
    role_meanings,
)
from app.catalog.plan_words import allowance_words, amount_words, price_words, to_plain
from app.catalog.plans import AddOn, Allowance, Pack, Plan


class ChangeKind(StrEnum):
    RAISED = "raised"
    LOWERED = "lowered"
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `subject` is `allowance "free-monthly"`, `meaning` what it does to people."""

    kind: ChangeKind
    subject: str
    meaning: str


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_Named)
# Compared one by one below; every other field is compared as a whole.
_LISTS = ("plans", "allowances", "packs", "add_ons", "models", "routes", "roles")
_UNSAID = ("name", "title", "about", "not_represented")


def changes_between(old: PlanCatalog, new: PlanCatalog) -> tuple[Change, ...]:
    """Every difference that matters to an account, in the order of the file's tables."""
    found = [
        *_compare("plan", old.plans, new.plans, _plan_changes, _new_plan, _gone_plan),
        *_compare(
            "allowance",
            old.allowances,
            new.allowances,
            _allowance_changes,
            lambda one: f"granted from now on to {_plans(one)}: {allowance_words(one)}",
            lambda one: f"granted no more to {_plans(one)}; {STAYS} on record",
        ),
        *_compare("pack", old.packs, new.packs, _pack_changes, _new_pack, _gone_pack),
        *_compare(
            "add-on",
            old.add_ons,
            new.add_ons,
            _add_on_changes,
            lambda one: f"{one.name} is offered at {price_words(one.price_pusd, one.price_words)}",
            lambda one: f"{one.name} is offered no more; who has it keeps it",
        ),
        *_compare(
            "model",
            old.models,
            new.models,
            _model_changes,
            lambda one: f"{one.name} can be asked" + (f", weight {one.weight}" * bool(one.weight)),
            lambda one: gone_model(one, new),
        ),
        *_compare(
            "route",
            old.routes,
            new.routes,
            _route_changes,
            lambda one: (
                f"{one.name} can answer" + (f"; disabled: {one.disabled}" * bool(one.disabled))
            ),
            lambda one: f"{one.name} answers no more",
        ),
        *_compare(
            "role",
            old.roles,
            new.roles,
            lambda one, other: _changed(role_meanings(one, other, _fields(one))),
            lambda one: f"members can have it, and may {', '.join(one.may) or 'nothing'}",
            lambda one: "its members may nothing until they have another role",
        ),
    ]
    found.extend(_other_changes(old, new))
    return tuple(found)


def _compare(
    kind: str,
    old: Sequence[_Entry],
    new: Sequence[_Entry],
    changed: Callable[[_Entry, _Entry], Iterator[tuple[ChangeKind, str]]],
    began: Callable[[_Entry], str],
    ended: Callable[[_Entry], str],
) -> Iterator[Change]:
    before = {entry.id: entry for entry in old}
    after = {entry.id: entry for entry in new}
    for name, entry in before.items():
        subject = f'{kind} "{name}"'
        if name not in after:
            yield Change(ChangeKind.GONE, subject, ended(entry))
        elif entry != after[name]:
            for change, meaning in changed(entry, after[name]):
                yield Change(change, subject, meaning)
    for name, entry in after.items():
        if name not in before:
            yield Change(ChangeKind.NEW, f'{kind} "{name}"', began(entry))


def _allowance_changes(old: Allowance, new: Allowance) -> Iterator[tuple[ChangeKind, str]]:
    counted = [name for name in ("unit", "window", "scope") if _differs(old, new, name)]
    if counted:
        yield (
            ChangeKind.CHANGED,
            (
                f"counted anew from now on: {allowance_words(old)} becomes {allowance_words(new)}; "
                f"{STAYS} on record under the old count"
            ),
        )
    elif old.amount != new.amount:
        yield _amount_change(old, new)
    said = ("unit", "window", "scope", "amount", "share_percent")
    yield from _changed(allowance_meanings(old, new, _fields(old, *said)))
    if old.share_percent != new.share_percent and old.amount == new.amount:
        yield from _changed(allowance_meanings(old, new, ("share_percent",)))


def _amount_change(old: Allowance, new: Allowance) -> tuple[ChangeKind, str]:
    words = f"{amount_words(old.unit, old.amount)} becomes {allowance_words(new)}"
    if old.amount is None or new.amount is None:
        set_by = (
            "what the operator set for each holder counts no more"
            if new.amount is not None
            else "each holder has what the operator sets, nothing until then"
        )
        return ChangeKind.CHANGED, f"{words}; {set_by}; {STAYS}"
    if new.amount > old.amount:
        more = amount_words(new.unit, new.amount - old.amount)
        return ChangeKind.RAISED, f"{words}: {more} more at once in the current window; {STAYS}"
    limit = amount_words(new.unit, new.amount)
    return (
        ChangeKind.LOWERED,
        (
            f"{words}; {STAYS}: who has used {limit} or more has nothing left until the reset, "
            "and owes nothing"
        ),
    )


def _plan_changes(old: Plan, new: Plan) -> Iterator[tuple[ChangeKind, str]]:
    if old.price_pusd != new.price_pusd or old.price_words != new.price_words:
        words = (
            f"price {price_words(old.price_pusd, old.price_words)} becomes "
            f"{price_words(new.price_pusd, new.price_words)} for new subscriptions; "
            "running ones pay what their processor has on file"
        )
        yield _direction(old.price_pusd, new.price_pusd), words
    said = ("price_pusd", "price_words")
    yield from _changed(plan_meanings(old, new, _fields(old, *said)))


def _pack_changes(old: Pack, new: Pack) -> Iterator[tuple[ChangeKind, str]]:
    if (old.amount, old.unit) != (new.amount, new.unit):
        words = (
            f"{amount_words(old.unit, old.amount)} becomes {amount_words(new.unit, new.amount)} "
            "for who buys from now on; bought packs keep what is in them"
        )
        same = old.unit is new.unit
        yield _direction(old.amount, new.amount) if same else ChangeKind.CHANGED, words
    yield from _price_change(old, new)
    said = ("amount", "unit", "price_pusd", "price_words")
    yield from _changed(pack_meanings(old, new, _fields(old, *said)))


def _add_on_changes(old: AddOn, new: AddOn) -> Iterator[tuple[ChangeKind, str]]:
    yield from _price_change(old, new)
    yield from _plain_changes(old, new, ("price_pusd", "price_words"))


def _price_change(old: Pack | AddOn, new: Pack | AddOn) -> Iterator[tuple[ChangeKind, str]]:
    if (old.price_pusd, old.price_words) != (new.price_pusd, new.price_words):
        before = price_words(old.price_pusd, old.price_words)
        after = price_words(new.price_pusd, new.price_words)
        words = f"price {before} becomes {after}; what was paid stays"
        yield _direction(old.price_pusd, new.price_pusd), words


def _model_changes(old: ModelSold, new: ModelSold) -> Iterator[tuple[ChangeKind, str]]:
    if old.weight != new.weight:
        before, after = (weight or "none" for weight in (old.weight, new.weight))
        words = f"weight {before} becomes {after} for calls from now on; settled calls stay"
        yield _direction(old.weight, new.weight), words
    yield from _changed(model_meanings(old, new, _fields(old, "weight")))


def _route_changes(old: Route, new: Route) -> Iterator[tuple[ChangeKind, str]]:
    if old.disabled != new.disabled:
        yield ChangeKind.CHANGED, f"disabled: {new.disabled}" if new.disabled else "open again"
    yield from _plain_changes(old, new, ("disabled",))


def _other_changes(old: PlanCatalog, new: PlanCatalog) -> Iterator[Change]:
    for name in _LISTS:
        before = [entry.id for entry in getattr(old, name)]
        after = [entry.id for entry in getattr(new, name)]
        if before != after and sorted(before) == sorted(after) and name == "routes":
            yield Change(ChangeKind.CHANGED, "routes", f"order is {', '.join(after)} now")
    for name, meaning in catalog_meanings(old, new, _fields(old, *_LISTS, *_UNSAID)):
        yield Change(ChangeKind.CHANGED, name, meaning)


def _changed(meanings: Iterator[tuple[str, str]]) -> Iterator[tuple[ChangeKind, str]]:
    for name, meaning in meanings:
        yield ChangeKind.CHANGED, f"{name.replace('_', ' ')}: {meaning}"


def _fields(value: object, *said: str) -> tuple[str, ...]:
    """The fields of a value but those that have been said, so that no difference goes unsaid."""
    names = (field.name for field in fields(value))  # type: ignore[arg-type]
    return tuple(name for name in names if name not in said)


def _plain_changes(
    old: object, new: object, said: tuple[str, ...]
) -> Iterator[tuple[ChangeKind, str]]:
    """The fields that have no words of their own, so that no difference goes unsaid."""
    for name in old.__dataclass_fields__ if hasattr(old, "__dataclass_fields__") else ():
        if name not in said and _differs(old, new, name):
            one, other = getattr(old, name), getattr(new, name)
            yield ChangeKind.CHANGED, f"{name}: {_said(one)} becomes {_said(other)}"


def _new_plan(plan: Plan) -> str:
    return f"{plan.name} can be had at {price_words(plan.price_pusd, plan.price_words)}"


def _gone_plan(plan: Plan) -> str:
    return (
        f"{plan.name} grants nothing any more; move its holders to another plan first; "
        f"{STAYS} on record"
    )


def _new_pack(pack: Pack) -> str:
    price = price_words(pack.price_pusd, pack.price_words)
    return f"{amount_words(pack.unit, pack.amount)} for {price} can be bought"


def _gone_pack(pack: Pack) -> str:
    return f"{pack.name} can be bought no more; bought ones never expire and stay"


def _direction(old: int | None, new: int | None) -> ChangeKind:
    if old is None or new is None or old == new:
        return ChangeKind.CHANGED
    return ChangeKind.RAISED if new > old else ChangeKind.LOWERED


def _plans(allowance: Allowance) -> str:
    return ", ".join(allowance.plans)


def _differs(old: object, new: object, name: str) -> bool:
    return cast(bool, getattr(old, name) != getattr(new, name))


def _said(value: object) -> str:
    return _flat(to_plain(value)) or "none"


def _flat(plain: object) -> str:
    match plain:
        case None:
            return ""
        case list():
            return ", ".join(_flat(each) for each in plain)
        case dict():
            return " ".join(f"{name} {_flat(each)}" for name, each in plain.items())
        case bool():
            return "yes" if plain else "no"
        case _:
            return str(plain)
