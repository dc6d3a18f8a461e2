from __future__ import annotations

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.money import format_usd, pico_from_usd, rate_from_usd_per_million, usd_text


@given(st.integers(-(10**30), 10**30))
def test_every_amount_survives_its_text(amount_pusd: int) -> None:
    assert pico_from_usd(usd_text(amount_pusd)) == amount_pusd


@given(st.integers(-(10**30), 10**30) | st.integers(-(10**6), 10**6).map(lambda usd: usd * 10**11))
def test_an_amount_is_written_as_a_decimal_without_an_exponent(amount_pusd: int) -> None:
    text = f"{Decimal(amount_pusd).scaleb(-12, Context(prec=50)):f}"
    shortest = text.rstrip("0").rstrip(".") if "." in text else text
    assert usd_text(amount_pusd) == shortest


@given(st.integers(0, 10**15), st.integers(0, 10**9))
def test_a_rate_times_tokens_is_exactly_the_price_in_decimals(rate: int, tokens: int) -> None:
    usd_per_million = Decimal(rate) / 10**6
    exact = usd_per_million * tokens / 10**6
    assert Decimal(usd_text(rate_from_usd_per_million(usd_per_million) * tokens)) == exact


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e-13", "abc", ""])
def test_what_is_no_whole_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"picodollars|amount"):
        pico_from_usd(text)


def test_a_rate_finer_than_a_microdollar_per_million_is_refused() -> None:
    with pytest.raises(ValueError, match="finer"):
        rate_from_usd_per_million("0.0000001")


@pytest.mark.parametrize(
    ("amount_pusd", "words"),
    [
        (0, "$0"),
        (1, "<$0.0001"),
        (1_840_000_000_000, "$1.84"),
        (21_000_000_000, "$0.021"),
        (5_600_000_000, "$0.0056"),
        (1_234_567_000_000_000, "$1,234.57"),
        (-21_000_000_000, "−$0.021"),
    ],
)
def test_amounts_are_shown_as_people_read_them(amount_pusd: int, words: str) -> None:
    assert format_usd(amount_pusd) == words
