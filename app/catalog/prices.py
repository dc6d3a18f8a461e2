"""The rates of one model at one moment: by part, context tier and service tier.

Rates are picodollars per token, unit prices picodollars per piece. No file is read here, and no
usage is charged: that is metering's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.by_identity import ByIdentity
from app.errors import CatalogError
from app.money import rate_from_usd_per_million
from app.quick_init import quick_init

# The names of `metering.usage.Part`, which is above this room; a test holds both together.
PART_NAMES = (
    "input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "output",
    "reasoning",
    "input_audio",
    "cache_read_audio",
    "output_audio",
    "input_image",
    "cache_read_image",
    "output_image",
    "input_video",
    "output_video",
)
UNIT_NAMES = ("web_search", "request", "citation_token")
STANDARD_TIERS = frozenset({"", "default", "standard", "auto", "on_demand", "scale"})
JSON_VERSION = 1


@dataclass(frozen=True, slots=True)
class Rate:
    """Picodollars per token; a tier `(above, rate)` holds for the whole call above its tokens."""

    base: int
    tiers: tuple[tuple[int, int], ...] = ()

    def at(self, context_tokens: int) -> int:
        """The rate of a call that reads `context_tokens`; exactly at a threshold: still below."""
        rate = self.base
        for above, dearer in self.tiers:
            if context_tokens > above:
                rate = dearer
        return rate

    def scaled(self, percent: int) -> Rate:
        """This rate at a percentage, rounded up where a picodollar would be split."""
        return Rate(
            _percent(self.base, percent),
            tuple((above, _percent(rate, percent)) for above, rate in self.tiers),
        )


@dataclass(frozen=True, slots=True)
class ServiceTier:
    """A tier of service with its own rates, or all token rates at `percent` of the standard."""

    name: str
    source: str
    percent: int | None = None
    rates: tuple[tuple[str, Rate], ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class RatesAt:
    """Rates by part name at one context and service tier.

    `tier_known` is False where the service tier that came back has no rates of its own here: the
    standard ones are given then.
    """

    parts: Mapping[str, int]
    units: Mapping[str, int]
    tier_known: bool = True


@dataclass(frozen=True, slots=True)
class Price:
    """Everything needed to charge one model's calls, frozen when a call is admitted.

    `rates` by part name, `units` by unit name (`web_search`; `request` is due once per call).
    `free` is a declaration: only then may every rate be zero. `source` is shown to users.
    """

    provider: str
    model: str
    rates: tuple[tuple[str, Rate], ...]
    units: tuple[tuple[str, int], ...] = ()
    service_tiers: tuple[ServiceTier, ...] = ()
    free: bool = False
    source: str = ""
    dated: date | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def declared_free(cls, provider: str, model: str, source: str) -> Price:
        """A price of nothing, said so by `source`: `this computer`."""
        zero = Rate(0)
        return cls(provider, model, (("input", zero), ("output", zero)), free=True, source=source)

    @classmethod
    def from_user(
        cls,
        provider: str,
        model: str,
        *,
        input_usd: str | Decimal,
        output_usd: str | Decimal,
        cache_read_usd: str | Decimal | None = None,
        dated: date | None = None,
    ) -> Price:
        """A price that the user set for a host of their own, in dollars per million tokens.

        Zero for both is the user's declaration that it is free.
        Raises CatalogError where a figure is not a price.
        """
        given = {"input": input_usd, "output": output_usd, "cache_read": cache_read_usd}
        rates = tuple(
            (name, Rate(_user_rate(name, usd))) for name, usd in given.items() if usd is not None
        )
        free = all(rate.base == 0 for _, rate in rates)
        return cls(provider, model, rates, free=free, source="price by you", dated=dated)

    @property
    def input_rate(self) -> int | None:
        """The base rate of uncached input."""
        return self._base("input")

    @property
    def output_rate(self) -> int | None:
        """The base rate of visible output."""
        return self._base("output")

    @property
    def first_threshold(self) -> int | None:
        """The context above which a call gets dearer, None where it never does."""
        thresholds = [above for _, rate in self.rates for above, _ in rate.tiers]
        return min(thresholds, default=None)

    @property
    def trouble(self) -> str:
        """Why this price cannot be used, empty where it can."""
        return _trouble_of(self)

    def rates_at(self, context_tokens: int, service_tier: str | None = None) -> RatesAt:
        """The rates of a call that reads `context_tokens` and was served at `service_tier`."""
        tier, known = self._tier(service_tier)
        if tier is None and known and (flat := _flat_rates_of(self)) is not None:
            return flat
        parts = {name: rate.at(context_tokens) for name, rate in self.rates}
        if tier is not None and tier.percent is not None:
            parts = {
                name: rate.scaled(tier.percent).at(context_tokens) for name, rate in self.rates
            }
        elif tier is not None:
            parts |= {name: rate.at(context_tokens) for name, rate in tier.rates}
        return RatesAt(parts, dict(self.units), known)

    def with_notes(self, *notes: str) -> Price:
        """This price with more to tell the user."""
        return replace(self, notes=self.notes + tuple(note for note in notes if note))

    def to_json(self) -> str:
        """The frozen form that receipts and holds keep."""
        return json.dumps(price_to_plain(self), separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Price:
        """Raises CatalogError where the text is not a frozen price."""
        try:
            return price_from_plain(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CatalogError(f"A kept price cannot be read: {error!r}.") from error

    def _base(self, part: str) -> int | None:
        return next((rate.base for name, rate in self.rates if name == part), None)

    def _tier(self, name: str | None) -> tuple[ServiceTier | None, bool]:
        wanted = (name or "").lower()
        if wanted in STANDARD_TIERS:
            return None, True
        tier = next((tier for tier in self.service_tiers if tier.name == wanted), None)
        return tier, tier is not None or self.free


def _trouble(price: Price) -> str:
    if not price.rates and not price.units:
        return "the source names no price"
    every = [rate.base for _, rate in price.rates] + [amount for _, amount in price.units]
    every += [amount for _, rate in price.rates for _, amount in rate.tiers]
    if min(every) < 0:
        return "the source names a negative price"
    if not price.free and max(every) == 0:
        return "the source says zero but does not say that it is free"
    return ""


def _flat_rates(price: Price) -> RatesAt | None:
    """The standard rates where they are the same however long the context is."""
    if any(rate.tiers for _, rate in price.rates):
        return None
    return RatesAt({name: rate.base for name, rate in price.rates}, dict(price.units))


# Asked several times in every call, always of the same few prices.
_trouble_of = ByIdentity(_trouble)
_flat_rates_of = ByIdentity(_flat_rates)


def price_to_plain(price: Price) -> dict[str, object]:
    """A price as JSON values."""
    return {
        "version": JSON_VERSION,
        "provider": price.provider,
        "model": price.model,
        "rates": {name: rate_to_plain(rate) for name, rate in price.rates},
        "units": dict(price.units),
        "service_tiers": [
            {
                "name": tier.name,
                "source": tier.source,
                "percent": tier.percent,
                "rates": {name: rate_to_plain(rate) for name, rate in tier.rates},
            }
            for tier in price.service_tiers
        ],
        "free": price.free,
        "source": price.source,
        "dated": price.dated.isoformat() if price.dated else None,
        "notes": list(price.notes),
    }


def price_from_plain(plain: Mapping[str, object]) -> Price:
    """Read back `price_to_plain`; raises ValueError, KeyError or TypeError on anything else."""
    if plain["version"] != JSON_VERSION:
        raise ValueError(f"version {plain['version']} is not known")
    dated = plain["dated"]
    return Price(
        provider=str(plain["provider"]),
        model=str(plain["model"]),
        rates=rates_from_plain(plain["rates"]),
        units=tuple((name, _whole(amount)) for name, amount in _mapping(plain["units"]).items()),
        service_tiers=tuple(tier_from_plain(tier) for tier in _list(plain["service_tiers"])),
        free=plain["free"] is True,
        source=str(plain["source"]),
        dated=date.fromisoformat(dated) if isinstance(dated, str) else None,
        notes=tuple(str(note) for note in _list(plain["notes"])),
    )


def rate_to_plain(rate: Rate) -> int | list[int]:
    """A bare integer, or `[base, above, rate, above, rate, ...]`."""
    return (
        [rate.base, *(number for tier in rate.tiers for number in tier)]
        if rate.tiers
        else (rate.base)
    )


def rate_from_plain(plain: object) -> Rate:
    """Read back `rate_to_plain`; raises ValueError or TypeError on anything else."""
    if isinstance(plain, int) and not isinstance(plain, bool):
        return Rate(plain)
    numbers = [_whole(number) for number in _list(plain)]
    if len(numbers) % 2 == 0:
        raise ValueError(f"not a rate: {plain!r}")
    tiers = tuple(zip(numbers[1::2], numbers[2::2], strict=True))
    if list(tiers) != sorted(tiers):
        raise ValueError(f"tiers are not in order: {plain!r}")
    return Rate(numbers[0], tiers)


def rates_from_plain(plain: object) -> tuple[tuple[str, Rate], ...]:
    """Rates by part name; raises ValueError on a name that is no part."""
    rates = _mapping(plain)
    for name in rates:
        if name not in PART_NAMES:
            raise ValueError(f"{name!r} is not a billed part")
    return tuple((name, rate_from_plain(rate)) for name, rate in rates.items())


def tier_from_plain(plain: object) -> ServiceTier:
    """A service tier; raises ValueError, KeyError or TypeError where it is none."""
    tier = _mapping(plain)
    percent = tier["percent"]
    return ServiceTier(
        name=str(tier["name"]),
        source=str(tier["source"]),
        percent=None if percent is None else _whole(percent),
        rates=rates_from_plain(tier["rates"]),
    )


def _percent(rate: int, percent: int) -> int:
    return -(-rate * percent // 100)


def _user_rate(name: str, usd: str | Decimal) -> int:
    try:
        rate = rate_from_usd_per_million(usd)
    except ValueError as error:
        raise CatalogError(
            f"{usd} is not a price for {name.replace('_', ' ')}.",
            "Give dollars per million tokens, such as 0.25.",
        ) from error
    if rate < 0:
        raise CatalogError(f"A price cannot be negative: {usd}.")
    return rate


def _mapping(plain: object) -> Mapping[str, object]:
    if not isinstance(plain, dict):
        raise TypeError(f"expected a table, found {plain!r}")
    return plain


def _list(plain: object) -> list[object]:
    if not isinstance(plain, list):
        raise TypeError(f"expected a list, found {plain!r}")
    return plain


def _whole(plain: object) -> int:
    if isinstance(plain, bool) or not isinstance(plain, int):
        raise TypeError(f"expected a whole number, found {plain!r}")
    return plain
