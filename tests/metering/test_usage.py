"""The parts of a usage: those that nearly every call has alone are read like all of them."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from app.metering.payer import Payer, PayerKind
from app.metering.receipt import make_receipt
from app.metering.receipt_json import receipt_to_plain
from app.metering.usage import OUTPUT_PARTS, Certainty, Part, Usage
from tests.metering.test_receipt import call

_COUNT = st.just(0) | st.integers(-3, 10**7)
_USUAL = dict.fromkeys(("input", "cache_read", "output", "reasoning"), _COUNT)
_BESIDE = {
    "tool_units": st.just(()) | st.just((("web_search", 2),)),
    "certainty": st.sampled_from(Certainty),
    "unknown_fields": st.just(()) | st.just(("x_tokens",)),
    "reported_cost_pusd": st.none() | st.integers(0, 10**9),
    "service_tier": st.sampled_from([None, "", "batch"]),
    "clamped": st.booleans(),
}
usages = (
    st.builds(Usage, **_USUAL)
    | st.builds(Usage, **{part.value: _COUNT for part in Part})
    | st.builds(Usage, **_USUAL, **_BESIDE)
)


@given(usages)
def test_parts_are_all_that_are_not_zero_in_their_order(usage: Usage) -> None:
    every = [(part, getattr(usage, part.value)) for part in Part]
    assert usage.parts() == [(part, count) for part, count in every if count]
    assert usage.counts() == [(part.value, count) for part, count in every if count]
    assert all(type(name) is str for name, _ in usage.counts())


@given(usages)
def test_each_part_is_in_one_of_the_totals(usage: Usage) -> None:
    written = sum(getattr(usage, part.value) for part in OUTPUT_PARTS)
    assert usage.output_total == written
    assert usage.input_total == sum(getattr(usage, part.value) for part in Part) - written


@given(usages)
def test_a_receipt_names_what_is_not_as_usual(usage: Usage) -> None:
    receipt = make_receipt([call(usage)], Payer(PayerKind.DEMO, "nobody"))
    every = {each.name: (getattr(usage, each.name), each.default) for each in fields(Usage)}
    named = {name: value for name, (value, usual) in every.items() if value != usual}
    plain = receipt_to_plain(receipt)["calls"][0]["usage"]
    assert plain == named
    assert list(plain) == list(named)
