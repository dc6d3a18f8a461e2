"""The models of a catalog: their weights, the routes to them, and what they cost on average.

What a model can do and what a provider charges for it is the price book's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

from app.catalog.prices import Price
from app.money import PICODOLLARS_PER_USD


@dataclass(frozen=True, slots=True)
class Route:
    """A way to models. `disabled` is the reason that users see, empty where it is open.

    `provider` is an id of the host table; `key_variable` names the operator's key.
    """

    id: str
    name: str
    provider: str
    key_variable: str = ""
    disabled: str = ""


@dataclass(frozen=True, slots=True)
class ModelSold:
    """One model. `weight` is plan tokens for each of its tokens, None where none pay for it.

    `routes` are tried in order; `names_at` is (route, the name there) where that differs from id.
    """

    id: str
    name: str
    vendor: str
    weight: int | None = None
    routes: tuple[str, ...] = ()
    names_at: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def name_at(self, route: str) -> str:
        return dict(self.names_at).get(route, self.id)


class Unlisted(StrEnum):
    """What becomes of a model that a catalog does not list."""

    REFUSED = "refused"
    BY_PRICE = "by_price"


@dataclass(frozen=True, slots=True)
class UnlistedRule:
    """How unlisted models are sold.

    By price, their weight is the mean price of a million tokens (`input_percent` of them read,
    the rest written) over `weight_pusd`, rounded up, at least 1; 0 means that plan tokens do not
    pay for them.
    """

    sold: Unlisted = Unlisted.REFUSED
    weight_pusd: int = 0
    input_percent: int = 40

    def weight(self, price: Price | None) -> int | None:
        """The weight by a price, at the dearest of its context tiers; None where none is right."""
        if self.sold is not Unlisted.BY_PRICE or not self.weight_pusd or price is None:
            return None
        if price.trouble or price.free:
            return None
        rates = dict(price.rates)
        if "input" not in rates:
            return None
        # What only reads, such as a model for vectors, has no price for what it writes.
        read, written = (
            max(rate.base, *(dearer for _, dearer in rate.tiers), 0)
            for rate in (rates["input"], rates.get("output", rates["input"]))
        )
        mean = (read * self.input_percent + written * (100 - self.input_percent)) * 10_000
        return max(1, -(-mean // self.weight_pusd))


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """What 1,000 tokens of a model cost on average, to say a budget in tokens; it charges nobody.

    `blend_pusd` is what its parts add up to; where that differs, `note` says why the figure holds.
    """

    model: str
    per_thousand_pusd: int
    input_percent: int
    input_per_thousand_pusd: int
    output_per_thousand_pusd: int
    note: str = ""

    @property
    def blend_pusd(self) -> int:
        """Per 1,000 tokens, rounded down."""
        written = 100 - self.input_percent
        return (
            self.input_per_thousand_pusd * self.input_percent
            + self.output_per_thousand_pusd * written
        ) // 100

    def tokens_for(self, amount_pusd: int) -> int:
        """How many tokens an amount buys, rounded down."""
        return amount_pusd * 1000 // self.per_thousand_pusd


@dataclass(frozen=True, slots=True)
class Markup:
    """What is charged for what a call costs, as an exact ratio of two amounts."""

    cost_pusd: int = PICODOLLARS_PER_USD
    charge_pusd: int = PICODOLLARS_PER_USD

    def charge(self, cost_pusd: int) -> int:
        """The charge for a call's cost in picodollars, rounded up once."""
        return -(-cost_pusd * self.charge_pusd // self.cost_pusd)


@lru_cache(maxsize=4096)
def fits(globs: tuple[str, ...], name: str) -> bool:
    """Whether a name is among those that globs mean; upper and lower case differ."""
    return any(fnmatchcase(name, glob) for glob in globs)
