"""What a message will cost before it is sent: likely, and at most.

The whole conversation is counted, so a long chat's quote grows with it. Pure arithmetic on a
count, a price and recent answers: fast enough for every key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from app.catalog.prices import Price, RatesAt
from app.metering.payer import Payer
from app.metering.token_count import TokenCount
from app.metering.usage import Certainty, Part

LIKELY_OUTPUT_AT_FIRST = 400
RECENT_NEEDED = 5


@dataclass(frozen=True, slots=True)
class Quote:
    """Amounts are picodollars, None where no usable price is known.

    `most_pusd` is an upper bound: the counted input with its margin, nothing read from a cache,
    the whole output cap, at the dearest rates that this call can meet. `likely_cached_tokens` is
    what `likely_pusd` expects the provider to read from its cache.
    """

    input_tokens: int
    input_certainty: Certainty
    input_tokens_most: int
    likely_output_tokens: int
    most_output_tokens: int
    likely_pusd: int | None
    most_pusd: int | None
    payer: Payer
    likely_cached_tokens: int = 0
    price_trouble: str = ""  # why no price: empty where there is one
    note: str = ""


def likely_output(recent: Sequence[int]) -> int:
    """The median of a model's recent answers in tokens; 400 until there are 5."""
    return median_low(recent) if len(recent) >= RECENT_NEEDED else LIKELY_OUTPUT_AT_FIRST


def make_quote(
    count: TokenCount,
    price: Price | None,
    *,
    output_tokens_max: int,
    recent_outputs: Sequence[int],
    payer: Payer,
    likely_cached_tokens: int = 0,
    writes_cache: bool = False,
    service_tier: str | None = None,
) -> Quote:
    """Quote one call.

    `recent_outputs` are token counts of this model's last answers, thinking included.
    `writes_cache` is true where the request asks the provider to cache its input.
    """
    likely_tokens = min(likely_output(recent_outputs), output_tokens_max)
    cached = min(max(likely_cached_tokens, 0), count.tokens)
    likely_pusd = most_pusd = None
    trouble = "this model is not in the price list" if price is None else price.trouble
    note = ""
    if price is not None and not trouble:
        likely_rates = price.rates_at(count.tokens, service_tier)
        likely_pusd = _likely(likely_rates, count.tokens, cached, likely_tokens)
        most_rates = price.rates_at(count.most, service_tier)
        most_pusd = max(
            likely_pusd or 0,
            _most(most_rates, count.most, output_tokens_max, writes_cache=writes_cache),
        )
        note = _threshold_note(price, count)
    return Quote(
        input_tokens=count.tokens,
        input_certainty=count.certainty,
        input_tokens_most=count.most,
        likely_output_tokens=likely_tokens,
        most_output_tokens=output_tokens_max,
        likely_pusd=likely_pusd,
        most_pusd=most_pusd,
        payer=payer,
        likely_cached_tokens=cached,
        price_trouble=trouble,
        note=note,
    )


def _likely(rates: RatesAt, input_tokens: int, cached: int, output_tokens: int) -> int:
    cache_rate = rates.parts.get(Part.CACHE_READ, _input_rate(rates))
    return (
        _input_rate(rates) * (input_tokens - cached)
        + cache_rate * cached
        + rates.parts.get(Part.OUTPUT, 0) * output_tokens
        + rates.units.get("request", 0)
    )


def _most(rates: RatesAt, input_tokens: int, output_tokens: int, *, writes_cache: bool) -> int:
    input_rate = _input_rate(rates)
    # OpenAI's newer models write their cache unasked and charge for it; others only when asked.
    writes = (Part.CACHE_WRITE_5M, Part.CACHE_WRITE_1H) if writes_cache else (Part.CACHE_WRITE_5M,)
    input_rate = max(input_rate, *(rates.parts.get(part, 0) for part in writes))
    output_rate = max(rates.parts.get(part, 0) for part in (Part.OUTPUT, Part.REASONING))
    return input_rate * input_tokens + output_rate * output_tokens + rates.units.get("request", 0)


def _input_rate(rates: RatesAt) -> int:
    return rates.parts.get(Part.INPUT, 0)


def _threshold_note(price: Price, count: TokenCount) -> str:
    above = price.first_threshold
    if above is None or count.most <= above:
        return ""
    if count.tokens > above:
        return f"Above {above:,} tokens the whole call is dearer."
    return f"Close to {above:,} tokens, above which the whole call is dearer."
