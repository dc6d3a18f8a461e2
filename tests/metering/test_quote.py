from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.prices import Price, Rate
from app.metering.cost import charge
from app.metering.payer import Payer, PayerKind
from app.metering.quote import Quote, likely_output, make_quote
from app.metering.token_count import TokenCount
from app.metering.usage import Usage

PAYER = Payer(PayerKind.OWN_KEY, "your OpenAI key")
PRICE = Price(
    "openai",
    "m",
    (
        ("input", Rate(2_000_000, ((1000, 4_000_000),))),
        ("cache_read", Rate(200_000, ((1000, 400_000),))),
        ("output", Rate(10_000_000, ((1000, 15_000_000),))),
    ),
)


def quote(count: TokenCount, price: Price | None = PRICE, cap: int = 500, cached: int = 0) -> Quote:
    return make_quote(
        count,
        price,
        output_tokens_max=cap,
        recent_outputs=(),
        payer=PAYER,
        likely_cached_tokens=cached,
    )


def test_until_there_are_five_answers_400_tokens_are_likely() -> None:
    assert likely_output([1, 2, 3, 4]) == 400


def test_from_five_answers_on_their_median_is_likely() -> None:
    assert likely_output([10, 900, 20, 30, 40]) == 30


def test_the_likely_answer_is_never_longer_than_the_cap() -> None:
    assert quote(TokenCount(10), cap=100).likely_output_tokens == 100


def test_a_quote_is_input_and_likely_answer_at_their_rates() -> None:
    found = quote(TokenCount(100))
    assert found.likely_pusd == 100 * 2_000_000 + 400 * 10_000_000
    assert found.most_pusd == 100 * 2_000_000 + 500 * 10_000_000


def test_the_most_reckons_with_the_counts_margin_at_the_dearer_tier() -> None:
    found = quote(TokenCount(990, spread=20))
    assert found.likely_pusd == 990 * 2_000_000 + 400 * 10_000_000
    assert found.most_pusd == 1010 * 4_000_000 + 500 * 15_000_000
    assert "Close to 1,000 tokens" in found.note


def test_what_is_likely_read_from_the_cache_makes_the_likely_price_smaller_only() -> None:
    found = quote(TokenCount(100), cached=60)
    assert found.likely_pusd == 40 * 2_000_000 + 60 * 200_000 + 400 * 10_000_000
    assert found.most_pusd == 100 * 2_000_000 + 500 * 10_000_000


def test_a_cache_that_is_written_is_in_the_most() -> None:
    price = replace(PRICE, rates=(*PRICE.rates, ("cache_write_5m", Rate(2_500_000))))
    assert quote(TokenCount(100), price).most_pusd == 100 * 2_500_000 + 500 * 10_000_000


@pytest.mark.parametrize("price", [None, Price("x", "m", (("input", Rate(0)),))])
def test_without_a_usable_price_tokens_are_quoted_and_the_reason_is_told(
    price: Price | None,
) -> None:
    found = quote(TokenCount(100), price)
    assert (found.input_tokens, found.likely_pusd, found.most_pusd) == (100, None, None)
    assert found.price_trouble


def test_a_free_model_is_quoted_at_nothing() -> None:
    found = quote(TokenCount(100), Price.declared_free("ollama", "m", "here"))
    assert (found.likely_pusd, found.most_pusd) == (0, 0)


@given(
    st.integers(0, 3000),
    st.integers(0, 500),
    st.integers(0, 3000),
    st.integers(1, 3000),
    st.data(),
)
def test_no_answer_within_the_cap_and_margin_costs_more_than_the_most(
    tokens: int, spread: int, cached: int, cap: int, data: st.DataObject
) -> None:
    found = quote(TokenCount(tokens, spread=spread), cap=cap, cached=cached)
    read = data.draw(st.integers(0, tokens + spread))
    from_cache = data.draw(st.integers(0, read))
    written = data.draw(st.integers(0, cap))
    used = Usage(input=read - from_cache, cache_read=from_cache, output=written)
    actual = charge(used, PRICE).total_pusd
    assert actual is not None
    assert found.most_pusd is not None
    assert found.likely_pusd is not None
    assert actual <= found.most_pusd
    assert found.likely_pusd <= found.most_pusd
