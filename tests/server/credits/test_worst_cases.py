"""What a call is held for at most: the quick way of a price without tiers beside the whole rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.catalog.prices import PART_NAMES, Price, Rate, ServiceTier
from app.metering.allowances_split import WorstCase
from app.metering.quote import worst_case
from app.metering.token_count import TokenCount
from app.metering.usage import Part
from app.server.credits.prices import Sold, sold, worst_of
from app.server.credits.records import CallKind, CallWish, PricedRoute
from tests.fixtures.credit_server import CreditServer

AMOUNTS = st.sampled_from([0, 1, 50_000]) | st.integers(0, 10**8)
RATES = st.builds(Rate, AMOUNTS) | st.builds(
    lambda base, above, dearer: Rate(base, ((above, dearer),)),
    AMOUNTS,
    st.integers(0, 2_000),
    AMOUNTS,
)
PRICES = st.builds(
    lambda model, rates, units, free, tier: Price(
        "openai", model, tuple(rates.items()), tuple(units.items()), tier, free=free
    ),
    st.sampled_from(["gpt-4o", "gpt-4o-audio"]),
    st.dictionaries(st.sampled_from(PART_NAMES), RATES),
    st.dictionaries(st.sampled_from(["request", "image", "second"]), AMOUNTS),
    st.booleans(),
    st.sampled_from([(), (ServiceTier("flex", "", percent=50),)]),
)
WISHES = st.builds(
    lambda kind, tokens, cap, units: CallWish("r", "r", "", kind, "m", tokens, cap, units),
    st.sampled_from(CallKind),
    st.integers(0, 3_000),
    st.none() | st.integers(0, 100_000),
    st.just({}) | st.dictionaries(st.sampled_from(["image", "second"]), st.integers(0, 9)),
)


@given(st.lists(st.none() | PRICES, max_size=3), WISHES, st.integers(0, 3_000))
def test_the_most_a_call_can_cost_is_the_same_whichever_way_it_is_reckoned(
    prices: list[Price | None], wish: CallWish, other_tokens: int
) -> None:
    routes = tuple(PricedRoute(f"r{n}", "h", "m", price) for n, price in enumerate(prices))
    found = Sold("m", "M", routes, 3)
    # More than once, for another length and kind: some are answered from what others have left.
    for each in (wish, wish, replace(wish, input_tokens=other_tokens)):
        for kind in (each.kind, *CallKind):
            asked = replace(each, kind=kind)
            assert worst_of(found, asked) == _worst_of(found, asked)


async def test_a_price_is_that_of_its_minute(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    now = datetime(2026, 11, 21, 12, 0, 59, 999_999, tzinfo=UTC)
    before = sold(server.services, "openai/gpt-4o", now)
    assert sold(server.services, "openai/gpt-4o", now - timedelta(seconds=59)) is before
    after = sold(server.services, "openai/gpt-4o", now + timedelta(microseconds=1))
    assert after == before
    assert after is not before
    assert sold(server.services, "openai/gpt-4o", now) == before


async def test_names_that_clients_make_up_are_not_kept_for_ever(
    any_credit_server: CreditServer,
) -> None:
    services = any_credit_server.services
    now = services.clock.now()
    first = sold(services, "made-up/0", now)
    for number in range(2_100):
        assert sold(services, f"made-up/{number}", now).routes == ()
    assert sold(services, "made-up/0", now) is not first
    assert sold(services, "made-up/0", now) == first


def _worst_of(found: Sold, wish: CallWish) -> WorstCase:
    cap = worst_of(replace(found, routes=()), wish).output_tokens_max
    worst = [_worst_at(route.price, cap, wish) for route in found.routes]
    priced = [each for each in worst if each.input_pusd is not None]
    if not priced:
        return WorstCase(wish.input_tokens, cap, found.weight, None)
    return WorstCase(
        wish.input_tokens,
        cap,
        found.weight,
        max(each.input_pusd or 0 for each in priced),
        max(each.output_rate_pusd for each in priced),
    )


def _worst_at(price: Price | None, cap: int, wish: CallWish) -> WorstCase:
    unknown = WorstCase(wish.input_tokens, cap, None, None)
    worst = worst_case(TokenCount(wish.input_tokens), price, cap)
    if price is None or worst.input_pusd is None:
        return unknown
    rates = price.rates_at(wish.input_tokens)
    if wish.kind in (CallKind.CHAT, CallKind.RESPONSES) and Part.OUTPUT not in rates.parts:
        return unknown
    if any(name not in rates.units for name in wish.units):
        return unknown
    units = sum(rates.units[name] * number for name, number in wish.units.items())
    is_audio = "audio" in price.model
    read = [Part.INPUT_IMAGE]
    if is_audio or wish.kind is CallKind.TRANSCRIPTION:
        read.append(Part.INPUT_AUDIO)
    written = [Part.OUTPUT, Part.REASONING]
    if wish.kind is CallKind.IMAGES:
        written.append(Part.OUTPUT_IMAGE)
    elif is_audio or wish.kind is CallKind.SPEECH:
        written.append(Part.OUTPUT_AUDIO)
    dearer = max(rates.parts.get(part, 0) for part in read) * wish.input_tokens
    return replace(
        worst,
        input_pusd=max(worst.input_pusd, dearer + rates.units.get("request", 0)) + units,
        output_rate_pusd=max(
            worst.output_rate_pusd, *(rates.parts.get(part, 0) for part in written)
        ),
    )
