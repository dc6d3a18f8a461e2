from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.prices import PART_NAMES, Price, Rate, ServiceTier
from app.metering.cost import charge, charge_by_rule
from app.metering.usage import Certainty, Part, Usage

FULL = Price(
    "x",
    "m",
    rates=tuple((name, Rate(1000 + 7 * place)) for place, name in enumerate(PART_NAMES)),
    units=(("web_search", 10_000_000_000),),
)
PLAIN = Price(
    "x",
    "m",
    rates=(
        ("input", Rate(2_000_000, ((200_000, 4_000_000),))),
        ("output", Rate(10_000_000, ((200_000, 15_000_000),))),
    ),
)
CLAUDE = Price(
    "anthropic",
    "claude",
    rates=(
        ("input", Rate(3_000_000)),
        ("cache_read", Rate(300_000)),
        ("cache_write_5m", Rate(3_750_000)),
        ("cache_write_1h", Rate(6_000_000)),
        ("output", Rate(15_000_000)),
    ),
    service_tiers=(ServiceTier("batch", "vendor", percent=50),),
)


@pytest.mark.parametrize("part", list(Part))
def test_each_part_is_charged_at_its_own_rate(part: Part) -> None:
    rate = dict(FULL.rates)[part.value].base
    assert charge(Usage(**{part.value: 321}), FULL).total_pusd == 321 * rate


@given(st.lists(st.integers(0, 10**7), min_size=len(PART_NAMES), max_size=len(PART_NAMES)))
def test_the_total_is_the_sum_of_the_lines(counts: list[int]) -> None:
    usage = Usage(**dict(zip(PART_NAMES, counts, strict=True)))
    found = charge(usage, FULL)
    assert found.total_pusd == sum(line.amount_pusd or 0 for line in found.lines)
    assert sum(line.quantity for line in found.lines) == sum(counts)


def test_cache_writes_of_five_minutes_and_of_an_hour_are_priced_apart() -> None:
    usage = Usage(input=10, cache_read=100, cache_write_5m=20, cache_write_1h=30, output=5)
    expected = 10 * 3_000_000 + 100 * 300_000 + 20 * 3_750_000 + 30 * 6_000_000 + 5 * 15_000_000
    assert charge(usage, CLAUDE).total_pusd == expected


def test_cached_input_counts_towards_the_context_tier() -> None:
    below = charge(Usage(input=100_000, cache_read=100_000, output=10), PLAIN)
    above = charge(Usage(input=100_001, cache_read=100_000, output=10), PLAIN)
    assert below.total_pusd == 200_000 * 2_000_000 + 10 * 10_000_000
    assert above.total_pusd == 200_001 * 4_000_000 + 10 * 15_000_000


def test_output_does_not_count_towards_the_context_tier() -> None:
    assert charge(Usage(input=1, output=300_000), PLAIN).total_pusd == 2_000_000 + 3 * 10**12


def test_the_tier_of_service_that_came_back_decides() -> None:
    usage = Usage(input=1000, output=100, service_tier="batch")
    standard = charge(replace(usage, service_tier="standard"), CLAUDE).total_pusd
    assert standard is not None
    assert charge(usage, CLAUDE).total_pusd == standard // 2


def test_a_tier_of_service_without_a_price_is_charged_as_standard_and_marked() -> None:
    found = charge(Usage(input=1000, service_tier="priority"), CLAUDE)
    assert found.total_pusd == 1000 * 3_000_000
    assert found.certainty is Certainty.ESTIMATED
    assert "priority" in found.notes[0]


def test_thinking_without_a_rate_is_charged_as_output_and_stays_exact() -> None:
    found = charge(Usage(reasoning=7), PLAIN)
    assert (found.total_pusd, found.certainty) == (70_000_000, Certainty.EXACT)


def test_a_cache_read_without_a_rate_has_no_discount() -> None:
    assert charge(Usage(cache_read=7), PLAIN).total_pusd == 14_000_000


def test_audio_without_a_rate_is_charged_as_text_and_marked() -> None:
    found = charge(Usage(input_audio=7), PLAIN)
    assert (found.total_pusd, found.certainty) == (14_000_000, Certainty.ESTIMATED)
    assert "audio" in found.notes[0]


def test_a_web_search_is_charged_by_the_piece() -> None:
    found = charge(Usage(input=1, tool_units=(("web_search", 3),)), FULL)
    assert found.lines[-1].unit == "web searches"
    assert found.lines[-1].amount_pusd == 30_000_000_000


def test_a_fee_per_request_is_due_once_per_call() -> None:
    price = replace(PLAIN, units=(("request", 12_000_000_000),))
    assert charge(Usage(input=1), price).total_pusd == 12_002_000_000


def test_a_tool_without_a_price_makes_the_price_incomplete() -> None:
    found = charge(Usage(input=1, tool_units=(("code_hour", 1),)), PLAIN)
    assert not found.complete
    assert found.certainty is Certainty.ESTIMATED
    assert "code hour" in found.notes[0]


def test_a_field_that_we_do_not_know_makes_the_price_incomplete() -> None:
    found = charge(Usage(input=1, unknown_fields=("smell_tokens",)), PLAIN)
    assert (found.complete, found.certainty) == (False, Certainty.ESTIMATED)
    assert "smell_tokens" in found.notes[0]


def test_what_the_provider_says_it_charged_wins_and_both_are_kept() -> None:
    found = charge(Usage(input=10, reported_cost_pusd=19_000_000), PLAIN)
    assert found.total_pusd == found.reported_pusd == 19_000_000
    assert found.calculated_pusd == 20_000_000
    assert found.certainty is Certainty.EXACT


def test_without_a_price_the_tokens_are_kept_and_the_total_is_unknown() -> None:
    found = charge(Usage(input=10, output=5), None)
    assert found.total_pusd is None
    assert [(line.name, line.quantity) for line in found.lines] == [("input", 10), ("output", 5)]
    assert "Price unknown" in found.notes[0]


def test_an_unusable_price_is_no_price() -> None:
    zero = Price("x", "m", (("input", Rate(0)), ("output", Rate(0))))
    found = charge(Usage(input=10), zero)
    assert found.total_pusd is None
    assert "free" in found.notes[0]


def test_a_free_model_costs_nothing_exactly() -> None:
    found = charge(Usage(input=10, reasoning=5), Price.declared_free("ollama", "m", "here"))
    assert (found.total_pusd, found.certainty) == (0, Certainty.EXACT)


def test_a_cost_that_the_provider_reports_needs_no_price_of_ours() -> None:
    assert charge(Usage(input=10, reported_cost_pusd=5), None).total_pusd == 5


def test_usage_that_we_counted_gives_an_estimated_charge() -> None:
    usage = Usage(input=10, certainty=Certainty.ESTIMATED)
    assert charge(usage, PLAIN).certainty is Certainty.ESTIMATED


def test_clamped_usage_says_so() -> None:
    found = charge(Usage(input=10, clamped=True), PLAIN)
    assert found.certainty is Certainty.ESTIMATED
    assert "out of bounds" in found.notes[0]


REQUESTS = replace(CLAUDE, units=(("request", 5_000_000),), service_tiers=())
NO_OUTPUT = Price("x", "m", (("input", Rate(2_000_000)),), notes=("A note.",))
FREE = Price("x", "m", (("input", Rate(0)), ("output", Rate(0))), free=True)
UNUSABLE = replace(FREE, free=False)
counts = st.just(0) | st.integers(0, 300_000)


@given(
    st.builds(
        Usage,
        input=counts,
        cache_read=counts,
        output=counts,
        reasoning=st.just(0) | counts,
        cache_write_1h=st.just(0) | counts,
        output_audio=st.just(0) | counts,
        tool_units=st.sampled_from([(), (), (("web_search", 2),), (("web_search", 0),)]),
        certainty=st.sampled_from(Certainty),
        unknown_fields=st.sampled_from([(), (), ("x_tokens",)]),
        reported_cost_pusd=st.none() | st.integers(0, 10**12) | st.just(0),
        service_tier=st.sampled_from([None, "", "standard", "batch", "priority"]),
        clamped=st.booleans(),
    ),
    st.sampled_from([FULL, PLAIN, CLAUDE, REQUESTS, NO_OUTPUT, FREE, UNUSABLE, None]),
)
def test_the_charge_of_tokens_alone_is_what_the_rules_say(
    usage: Usage, price: Price | None
) -> None:
    assert charge(usage, price) == charge_by_rule(usage, price)
    by_rule = charge_by_rule(usage, price).calculated_pusd
    agreed = replace(usage, reported_cost_pusd=by_rule)
    assert charge(agreed, price) == charge_by_rule(agreed, price)
