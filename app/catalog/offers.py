"""What can be bought: plans, packs and add-ons as offers with a price and their processors' ids.

A client names an offer, never a price. An offer without a number for its price is shown and
cannot be checked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.catalog.plans import AddOn, JoinedBy, Pack, Plan, ProcessorIds
from app.money import format_usd


class OfferKind(StrEnum):
    PLAN = "plan"
    PACK = "pack"
    ADD_ON = "add_on"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing with a price. `id` is unique in its catalog; `monthly` is paid again each month.

    `for_sale` is False for what is given (the start plan, an invitation) and for what has no
    price.
    """

    id: str
    kind: OfferKind
    name: str
    price_pusd: int | None
    price_words: str
    monthly: bool
    for_sale: bool
    processors: tuple[ProcessorIds, ...]

    @property
    def price_text(self) -> str:
        """The price as people read it: `$9 a month`, or the catalog's words where it has none."""
        if self.price_pusd is None:
            return self.price_words
        amount = format_usd(self.price_pusd).removesuffix(".00")
        return f"{amount} a month" if self.monthly and self.price_pusd else amount

    def processor_ids(
        self, processor: str, environment: Mapping[str, str]
    ) -> tuple[tuple[str, str], ...] | None:
        """(what, id) at a processor; None where the offer or a variable of it is not set up."""
        for ids in self.processors:
            if ids.processor == processor:
                found = tuple(
                    (what, environment.get(name, "").strip()) for what, name in ids.variables
                )
                return found if all(value for _, value in found) else None
        return None


def offer_of_plan(plan: Plan) -> Offer:
    return Offer(
        id=plan.id,
        kind=OfferKind.PLAN,
        name=plan.name,
        price_pusd=plan.price_pusd,
        price_words=plan.price_words,
        monthly=True,
        for_sale=plan.joined_by is JoinedBy.CHECKOUT and bool(plan.price_pusd),
        processors=plan.processors,
    )


def offer_of_pack(pack: Pack) -> Offer:
    return Offer(
        id=pack.id,
        kind=OfferKind.PACK,
        name=pack.name,
        price_pusd=pack.price_pusd,
        price_words=pack.price_words,
        monthly=False,
        for_sale=bool(pack.price_pusd),
        processors=pack.processors,
    )


def offer_of_add_on(add_on: AddOn) -> Offer:
    return Offer(
        id=add_on.id,
        kind=OfferKind.ADD_ON,
        name=add_on.name,
        price_pusd=add_on.price_pusd,
        price_words=add_on.price_words,
        monthly=True,
        for_sale=bool(add_on.price_pusd),
        processors=add_on.processors,
    )
