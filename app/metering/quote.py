"""What a message will cost before it is sent: likely, and at most.

The whole conversation is counted, so a long chat's quote grows with it. Pure arithmetic on a
count, a price and recent answers: fast enough for every key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from app.catalog.prices import Price, RatesAt
from app.metering.allowances_split import WorstCase
from app.metering.payer import Payer
from app.metering.quote_limits import OutputLimit, shortest
from app.metering.token_count import TokenCount
from app.metering.usage import Certainty, Part

LIKELY_OUTPUT_AT_FIRST = 400
RECENT_NEEDED = 5


@dataclass(frozen=True, slots=True)
class Quote:
    """Amounts are picodollars, None where no usable price is known.

    `most_pusd` is an upper bound: the counted input with its margin, nothing read from a cache,
    the whole output cap, at the dearest rates that this call can meet. `likely_cached_tokens` is
    what `likely_pusd` expects the provider to read from its cache; `likely_input_pusd` is the
    input's part of it. `most_output_tokens` is the cap to send.
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
    likely_input_pusd: int | None = None
    answers_seen: int = 0  # that the likely answer is the median of; 0: too few of them
    shortened_by: OutputLimit | None = None


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
    limits: Sequence[OutputLimit] = (),
) -> Quote:
    """Quote one call.

    `recent_outputs` are token counts of this model's last answers, thinking included.
    `writes_cache` is true where the request asks the provider to cache its input. The tightest
    of `limits` makes the answer shorter than `output_tokens_max`.
    """
    cap, limit = shortest(output_tokens_max, limits)
    likely_tokens = min(likely_output(recent_outputs), cap)
    cached = min(max(likely_cached_tokens, 0), count.tokens)
    likely_pusd = likely_input = most_pusd = None
    trouble = "this model is not in the price list" if price is None else price.trouble
    note = ""
    if price is not None and not trouble:
        rates = price.rates_at(count.tokens, service_tier)
        likely_input = _likely_input(rates, count.tokens, cached)
        likely_pusd = likely_input + rates.parts.get(Part.OUTPUT, 0) * likely_tokens
        worst = worst_case(count, price, cap, writes_cache=writes_cache, service_tier=service_tier)
        most_pusd = max(likely_pusd, worst.at(cap).pusd or 0)
        note = _threshold_note(price, count)
    return Quote(
        input_tokens=count.tokens,
        input_certainty=count.certainty,
        input_tokens_most=count.most,
        likely_output_tokens=likely_tokens,
        most_output_tokens=cap,
        likely_pusd=likely_pusd,
        most_pusd=most_pusd,
        payer=payer,
        likely_cached_tokens=cached,
        price_trouble=trouble,
        note=note,
        likely_input_pusd=likely_input,
        answers_seen=len(recent_outputs) if len(recent_outputs) >= RECENT_NEEDED else 0,
        shortened_by=limit,
    )


def worst_case(
    count: TokenCount,
    price: Price | None,
    output_tokens_max: int,
    *,
    weight: int | None = None,
    writes_cache: bool = False,
    service_tier: str | None = None,
) -> WorstCase:
    """The most that a call can cost by how long its answer gets, for limits and admissions.

    `weight` is plan tokens for each token, None where they do not pay for the model. Without a
    usable price `input_pusd` is None.
    """
    if price is None or price.trouble:
        return WorstCase(count.most, output_tokens_max, weight, None)
    rates = price.rates_at(count.most, service_tier)
    # OpenAI's newer models write their cache unasked and charge for it; others only when asked.
    writes = (Part.CACHE_WRITE_5M, Part.CACHE_WRITE_1H) if writes_cache else (Part.CACHE_WRITE_5M,)
    input_rate = max(_input_rate(rates), *(rates.parts.get(part, 0) for part in writes))
    return WorstCase(
        input_tokens=count.most,
        output_tokens_max=output_tokens_max,
        weight=weight,
        input_pusd=input_rate * count.most + rates.units.get("request", 0),
        output_rate_pusd=max(rates.parts.get(part, 0) for part in (Part.OUTPUT, Part.REASONING)),
    )


def _likely_input(rates: RatesAt, input_tokens: int, cached: int) -> int:
    """What is due for the input, and once for the call."""
    cache_rate = rates.parts.get(Part.CACHE_READ, _input_rate(rates))
    whole = _input_rate(rates) * (input_tokens - cached) + cache_rate * cached
    return whole + rates.units.get("request", 0)


def _input_rate(rates: RatesAt) -> int:
    return rates.parts.get(Part.INPUT, 0)


def _threshold_note(price: Price, count: TokenCount) -> str:
    above = price.first_threshold
    if above is None or count.most <= above:
        return ""
    if count.tokens > above:
        return f"Above {above:,} tokens the whole call is dearer."
    return f"Close to {above:,} tokens, above which the whole call is dearer."
