"""What a call cost: usage times price, part by part, in whole picodollars.

Where a part has no rate of its own, it is charged at the rate that vendors bill it at:
thinking as output; cache reads and writes as input where no cache price is published (there is
no discount then, and no surcharge); a 1-hour write as a 5-minute one, marked, since the vendors
that sell it charge more; audio, image and video as text of the same direction, likewise marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.by_identity import ByIdentity
from app.catalog.prices import Price, RatesAt
from app.metering.usage import Certainty, Part, Usage
from app.quick_init import quick_init

# Where a part's rate comes from when it has none: the first of these that has one.
_FALLBACKS: Mapping[Part, tuple[Part, ...]] = {
    Part.REASONING: (Part.OUTPUT,),
    Part.CACHE_READ: (Part.INPUT,),
    Part.CACHE_WRITE_5M: (Part.INPUT,),
    Part.CACHE_WRITE_1H: (Part.CACHE_WRITE_5M, Part.INPUT),
    Part.INPUT_AUDIO: (Part.INPUT,),
    Part.INPUT_IMAGE: (Part.INPUT,),
    Part.INPUT_VIDEO: (Part.INPUT,),
    Part.CACHE_READ_AUDIO: (Part.CACHE_READ, Part.INPUT_AUDIO, Part.INPUT),
    Part.CACHE_READ_IMAGE: (Part.CACHE_READ, Part.INPUT_IMAGE, Part.INPUT),
    Part.OUTPUT_AUDIO: (Part.OUTPUT,),
    Part.OUTPUT_IMAGE: (Part.OUTPUT,),
    Part.OUTPUT_VIDEO: (Part.OUTPUT,),
}
# Falling back is how these are billed, so the charge stays exact. For the others it is a guess.
_USUAL_FALLBACKS = frozenset(
    {
        (Part.REASONING, Part.OUTPUT),
        (Part.CACHE_READ, Part.INPUT),
        (Part.CACHE_WRITE_5M, Part.INPUT),
        (Part.CACHE_WRITE_1H, Part.INPUT),
        (Part.INPUT_IMAGE, Part.INPUT),
        (Part.CACHE_READ_IMAGE, Part.CACHE_READ),
        (Part.CACHE_READ_IMAGE, Part.INPUT_IMAGE),
        (Part.CACHE_READ_IMAGE, Part.INPUT),
    }
)
_PART_WORDS = {
    Part.CACHE_WRITE_1H: "1-hour cache writes",
    Part.INPUT_AUDIO: "audio input",
    Part.CACHE_READ_AUDIO: "cached audio",
    Part.OUTPUT_AUDIO: "audio output",
    Part.INPUT_VIDEO: "video input",
    Part.OUTPUT_IMAGE: "image output",
    Part.OUTPUT_VIDEO: "video output",
}
_NAMES = {part: part.value for part in Part}
_REPORTED = "The provider said what it charged; that is what counts here."
REQUEST_UNIT = "request"


@quick_init
@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line of a receipt. `name` is a part's or a unit's; amounts are picodollars.

    `rate_pusd` is per token or piece; None, like the amount, where no rate is known.
    `unit` is `tokens` or the unit's plural: `searches`, `requests`.
    """

    name: str
    quantity: int
    unit: str
    rate_pusd: int | None
    amount_pusd: int | None


@quick_init
@dataclass(frozen=True, slots=True)
class Charge:
    """What one call cost. `total_pusd` None: no usable price, tokens only.

    The provider's own figure (`reported_pusd`) wins over ours (`calculated_pusd`); both are kept.
    `complete` is False where something billed could not be priced. `notes` are for the user.
    """

    lines: tuple[ChargeLine, ...]
    total_pusd: int | None
    certainty: Certainty
    notes: tuple[str, ...] = ()
    calculated_pusd: int | None = None
    reported_pusd: int | None = None
    complete: bool = True


@dataclass(slots=True)
class _Tally:
    """What the lines found on the way."""

    lines: list[ChargeLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    guessed: bool = False
    missing: bool = False


def charge(usage: Usage, price: Price | None) -> Charge:
    """Charge a call's usage at a price, at the tiers of its own context and service.

    `price` None or unusable: the lines carry tokens only and the total is unknown, unless the
    provider reported what it charged. Never raises for any usage or price.
    """
    if price is not None and (rates := _token_rates_of(price)) is not None:
        found = _by_tokens_alone(usage, rates)
        if found is not None:
            return found
    return charge_by_rule(usage, price)


def _token_rates(price: Price) -> Mapping[str, int] | None:
    """The rates of a usable price that knows no dearer context and no fee for the request."""
    units = [name for name, _ in price.units]
    if price.trouble or price.first_threshold is not None or REQUEST_UNIT in units:
        return None
    return price.rates_at(0).parts


_token_rates_of = ByIdentity(_token_rates)


def _by_tokens_alone(usage: Usage, rates: Mapping[str, int]) -> Charge | None:
    """What nearly every call costs: each part at its own rate and nothing else. None where there
    is more to it."""
    if usage.service_tier or usage.tool_units or usage.unknown_fields or usage.clamped:
        return None
    lines: list[ChargeLine] = []
    total = 0
    for name, count in usage.counts():
        rate = rates.get(name)
        if rate is None:
            return None
        amount = rate * count
        total += amount
        lines.append(ChargeLine(name, count, "tokens", rate, amount))
    reported = usage.reported_cost_pusd
    if reported is None:
        return Charge(tuple(lines), total, usage.certainty, (), total)
    notes = (_REPORTED,) if reported != total else ()
    return Charge(tuple(lines), reported, usage.certainty, notes, total, reported)


def charge_by_rule(usage: Usage, price: Price | None) -> Charge:
    """What `charge` answers, for every usage and price there is."""
    tally = _Tally()
    usable = price if price is not None and not price.trouble else None
    if usable is None:
        tally.notes.append(_why_unknown(price))
        _add_tokens(tally, usage, None)
        _add_units(tally, usage, None)
    else:
        rates = usable.rates_at(usage.input_total, usage.service_tier)
        if not rates.tier_known:
            tally.guessed = True
            tally.notes.append(
                f"Served at the tier “{usage.service_tier}”, for which no price is known: "
                "charged here at the standard price."
            )
        _add_tokens(tally, usage, rates)
        _add_units(tally, usage, rates)
    return _close(tally, usage, priced=usable is not None)


def _why_unknown(price: Price | None) -> str:
    if price is None:
        return "Price unknown: this model is not in the price list."
    return f"Price unknown: {price.trouble}."


def _add_tokens(tally: _Tally, usage: Usage, rates: RatesAt | None) -> None:
    for part, count in usage.parts():
        if rates is not None and (own := rates.parts.get(part)) is not None:
            tally.lines.append(ChargeLine(_NAMES[part], count, "tokens", own, own * count))
            continue
        rate, source = _rate_of(part, rates) if rates is not None else (None, part)
        if rates is not None and rate is None:
            tally.missing = True
            tally.notes.append(f"No price is known for {part.value.replace('_', ' ')} tokens.")
        elif source is not part and (part, source) not in _USUAL_FALLBACKS:
            tally.guessed = True
            tally.notes.append(
                f"No price is published for {_PART_WORDS[part]}: "
                f"charged as {source.value.replace('_', ' ')}."
            )
        amount = None if rate is None else rate * count
        tally.lines.append(ChargeLine(_NAMES[part], count, "tokens", rate, amount))


def _rate_of(part: Part, rates: RatesAt) -> tuple[int | None, Part]:
    for source in (part, *_FALLBACKS.get(part, ())):
        if (rate := rates.parts.get(source.value)) is not None:
            return rate, source
    return None, part


def _add_units(tally: _Tally, usage: Usage, rates: RatesAt | None) -> None:
    units = [(name, count) for name, count in usage.tool_units if count]
    if rates is not None and REQUEST_UNIT in rates.units:
        units.append((REQUEST_UNIT, 1))
    for name, count in units:
        rate = None if rates is None else rates.units.get(name)
        if rates is not None and rate is None:
            tally.missing = True
            tally.notes.append(f"No price is known for {unit_plural(name)}.")
        amount = None if rate is None else rate * count
        tally.lines.append(ChargeLine(name, count, unit_plural(name), rate, amount))


def unit_plural(name: str) -> str:
    """`web_search` as `web searches`."""
    words = name.replace("_", " ")
    return words + ("es" if words.endswith(("s", "h", "x")) else "s")


def _close(tally: _Tally, usage: Usage, *, priced: bool) -> Charge:
    notes = list(tally.notes)
    if usage.unknown_fields:
        notes.append(
            "Price incomplete: the provider counted something that is not known here "
            f"({', '.join(usage.unknown_fields)})."
        )
    if usage.clamped:
        notes.append("The provider's figures were out of bounds and were brought within them.")
    calculated = sum([line.amount_pusd or 0 for line in tally.lines]) if priced else None
    reported = usage.reported_cost_pusd
    if reported is not None and calculated is not None and reported != calculated:
        notes.append(_REPORTED)
    complete = not (tally.missing or usage.unknown_fields)
    exact = reported is not None or (complete and not tally.guessed)
    certainty = usage.certainty
    if certainty is Certainty.EXACT and (not exact or usage.clamped):
        certainty = Certainty.ESTIMATED
    return Charge(
        lines=tuple(tally.lines),
        total_pusd=reported if reported is not None else calculated,
        certainty=certainty,
        notes=tuple(notes),
        calculated_pusd=calculated,
        reported_pusd=reported,
        complete=complete or reported is not None,
    )
