"""Which limit makes an answer shorter, and to how many tokens."""

from __future__ import annotations

import pytest

from app.catalog.prices import Price, Rate
from app.metering.allowances_split import WorstCase
from app.metering.payer import Payer, PayerKind
from app.metering.quote import make_quote, worst_case
from app.metering.quote_limits import (
    LimitKind,
    OutputLimit,
    context_limit,
    money_limit,
    shortest,
)
from app.metering.token_count import TokenCount

MODEL = OutputLimit(LimitKind.MODEL, 4_096)
BUDGET = OutputLimit(LimitKind.BUDGET, 900, "today's budget")
PRICE = Price("openai", "m", (("input", Rate(2_000_000)), ("output", Rate(10_000_000))))


def test_without_limits_what_is_asked_for_is_the_cap() -> None:
    assert shortest(8_192, ()) == (8_192, None)


def test_a_limit_above_what_is_asked_for_shortens_nothing() -> None:
    assert shortest(4_096, (MODEL,)) == (4_096, None)


def test_the_tightest_limit_is_the_one_that_is_named() -> None:
    assert shortest(8_192, (MODEL, BUDGET)) == (900, BUDGET)


def test_of_limits_that_are_alike_the_first_is_named() -> None:
    other = OutputLimit(LimitKind.ALLOWANCE, 900, "Free")
    assert shortest(8_192, (BUDGET, other)) == (900, BUDGET)


def test_a_limit_below_nothing_counts_as_nothing() -> None:
    assert shortest(10, (OutputLimit(LimitKind.BUDGET, -5),))[0] == 0


@pytest.mark.parametrize(("read", "left"), [(127_000, 1_000), (127_744, 256), (127_745, None)])
def test_a_window_leaves_what_the_input_does_not_take_as_long_as_it_is_worth_it(
    read: int, left: int | None
) -> None:
    limit = context_limit(128_000, read)
    assert (limit.tokens if limit else None) == left


def test_a_sum_pays_for_the_input_first_and_for_whole_tokens_then() -> None:
    worst = worst_case(TokenCount(1_000), PRICE, 8_192)
    # 2,000 micro-dollars for the input; the rest is 300 tokens of output and a bit.
    limit = money_limit(5_009_999_999, worst, "today's budget")
    assert limit == OutputLimit(LimitKind.BUDGET, 300, "today's budget")


def test_a_sum_that_does_not_even_pay_for_the_input_leaves_no_answer() -> None:
    worst = worst_case(TokenCount(1_000), PRICE, 8_192)
    limit = money_limit(1_999_999_999, worst, "today's budget")
    assert limit is not None
    assert limit.tokens == 0


@pytest.mark.parametrize(
    "worst",
    [
        WorstCase(1_000, 8_192, None, None),
        WorstCase(1_000, 8_192, None, 0, 0),
        WorstCase(1_000, 100, None, 10, 10),
    ],
    ids=["price unknown", "free", "enough"],
)
def test_money_limits_nothing_that_it_does_not_pay_for(worst: WorstCase) -> None:
    assert money_limit(10_000, worst, "today's budget") is None


def test_a_shorter_answer_makes_the_likely_and_the_most_smaller() -> None:
    quote = make_quote(
        TokenCount(100),
        PRICE,
        output_tokens_max=8_192,
        recent_outputs=(2_000,) * 5,
        payer=Payer(PayerKind.OWN_KEY, "your key"),
        limits=(MODEL, BUDGET),
    )
    assert (quote.likely_output_tokens, quote.most_output_tokens) == (900, 900)
    assert quote.shortened_by is BUDGET
    assert quote.most_pusd == 100 * 2_000_000 + 900 * 10_000_000
