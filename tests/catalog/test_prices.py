from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.prices import PART_NAMES, Price, Rate, ServiceTier
from app.errors import CatalogError
from app.metering.usage import Part

TIERED = Price(
    "openai",
    "big",
    rates=(("input", Rate(2_500_000, ((272_000, 5_000_000),))), ("output", Rate(15_000_000))),
    service_tiers=(
        ServiceTier("flex", "vendor", percent=50),
        ServiceTier("priority", "vendor", rates=(("input", Rate(9_000_000)),)),
    ),
    source="a list, 1 May 2026",
    dated=date(2026, 5, 1),
)
rates = st.builds(
    Rate,
    st.integers(0, 10**12),
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**12)), max_size=3).map(
        lambda tiers: tuple(sorted(tiers))
    ),
)


def test_the_part_names_of_prices_are_those_of_usage() -> None:
    assert tuple(part.value for part in Part) == PART_NAMES


def test_exactly_at_the_threshold_the_call_is_not_dearer_yet() -> None:
    assert TIERED.rates_at(272_000).parts["input"] == 2_500_000


def test_one_token_above_the_threshold_the_whole_call_is_dearer() -> None:
    assert TIERED.rates_at(272_001).parts["input"] == 5_000_000


def test_flex_is_half_of_every_token_rate_also_above_the_threshold() -> None:
    assert TIERED.rates_at(300_000, "flex").parts == {"input": 2_500_000, "output": 7_500_000}


def test_a_service_tier_with_its_own_rates_keeps_the_standard_ones_elsewhere() -> None:
    found = TIERED.rates_at(10, "priority")
    assert found.parts == {"input": 9_000_000, "output": 15_000_000}


@pytest.mark.parametrize("tier", [None, "", "default", "standard", "auto", "on_demand"])
def test_the_standard_tiers_names_all_mean_the_standard_price(tier: str | None) -> None:
    found = TIERED.rates_at(10, tier)
    assert (found.parts["input"], found.tier_known) == (2_500_000, True)


def test_an_unknown_service_tier_is_priced_as_standard_and_says_so() -> None:
    found = TIERED.rates_at(10, "turbo")
    assert (found.parts["input"], found.tier_known) == (2_500_000, False)


@given(
    st.dictionaries(st.sampled_from(PART_NAMES), rates, max_size=6),
    st.dictionaries(st.sampled_from(["web_search", "request"]), st.integers(0, 10**15)),
    st.booleans(),
)
def test_a_frozen_price_reads_back_the_same(
    parts: dict[str, Rate], units: dict[str, int], free: bool
) -> None:
    price = replace(
        TIERED, rates=tuple(parts.items()), units=tuple(sorted(units.items())), free=free
    )
    kept = Price.from_json(price.to_json())
    assert sorted(kept.rates) == sorted(price.rates)
    assert replace(kept, rates=()) == replace(price, rates=())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version":2}', "null", '{"version":1}'])
def test_a_damaged_frozen_price_is_an_error_in_words(text: str) -> None:
    with pytest.raises(CatalogError, match="kept price"):
        Price.from_json(text)


def test_zero_that_nobody_declared_free_is_unusable() -> None:
    price = Price("x", "y", (("input", Rate(0)), ("output", Rate(0))))
    assert "does not say that it is free" in price.trouble


def test_zero_that_was_declared_free_is_usable() -> None:
    assert Price.declared_free("ollama", "llama", "this computer").trouble == ""


def test_a_negative_price_is_unusable() -> None:
    assert "negative" in Price("x", "y", (("input", Rate(-1)),)).trouble


def test_no_price_at_all_is_unusable() -> None:
    assert "no price" in Price("x", "y", ()).trouble


def test_a_price_by_the_user_is_exact() -> None:
    price = Price.from_user("mine", "m", input_usd="0.1", output_usd="2")
    assert (price.input_rate, price.output_rate, price.trouble) == (100_000, 2_000_000, "")


def test_zero_by_the_user_is_a_declaration() -> None:
    assert Price.from_user("mine", "m", input_usd="0", output_usd="0").free


@pytest.mark.parametrize("usd", ["-1", "NaN", "abc", "0.00000001", ""])
def test_a_price_by_the_user_that_is_none_is_refused(usd: str) -> None:
    with pytest.raises(CatalogError):
        Price.from_user("mine", "m", input_usd=usd, output_usd="1")
