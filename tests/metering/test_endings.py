from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metering.endings import bounded, end_of
from app.metering.hold import Basis, CallEnd, HoldState, How, Proof
from app.metering.usage import Certainty, Part, Usage

CALL = CallEnd(
    how=How.COMPLETE,
    dispatched=True,
    counted_input=100,
    counted_output=0,
    output_tokens_max=1000,
)
USED = Usage(input=90, output=212)


def test_a_complete_answer_is_charged_by_the_providers_figures_without_a_word() -> None:
    found = end_of(replace(CALL, usage=USED))
    assert (found.state, found.basis) == (HoldState.SETTLED, Basis.PROVIDER_USAGE)
    assert (found.usage, found.rule) == (USED, "")


@pytest.mark.parametrize("how", list(How))
def test_what_was_never_sent_costs_nothing(how: How) -> None:
    found = end_of(replace(CALL, how=how, dispatched=False))
    assert (found.state, found.usage, found.proof) == (
        HoldState.RELEASED,
        None,
        Proof.NOTHING_SENT,
    )


@pytest.mark.parametrize("how", list(How))
def test_what_was_refused_and_is_not_under_way_costs_nothing(how: How) -> None:
    found = end_of(replace(CALL, how=how, refused=True))
    assert (found.state, found.usage, found.proof) == (HoldState.RELEASED, None, Proof.REFUSED)


def test_a_stopped_answer_is_charged_only_for_what_arrived() -> None:
    found = end_of(replace(CALL, how=How.STOPPED, counted_output=212))
    assert found.basis is Basis.COUNTED_PARTIAL
    assert found.usage == Usage(input=100, output=212, certainty=Certainty.ESTIMATED)
    assert found.rule == "You stopped this answer: input and 212 tokens were charged."


def test_a_stopped_answer_keeps_the_cache_figures_that_came_at_its_start() -> None:
    begun = Usage(input=10, cache_read=80, output=1)
    found = end_of(replace(CALL, how=How.STOPPED, counted_output=50, usage=begun))
    assert found.usage == Usage(input=10, cache_read=80, output=50, certainty=Certainty.ESTIMATED)


def test_stopping_before_the_answer_began_costs_the_input() -> None:
    found = end_of(replace(CALL, how=How.STOPPED))
    assert found.basis is Basis.INPUT_ONLY
    assert found.usage == Usage(input=100, certainty=Certainty.ESTIMATED)


def test_a_stopped_answer_that_was_read_to_its_end_costs_its_real_usage() -> None:
    found = end_of(replace(CALL, how=How.STOPPED, counted_output=9, usage=USED, drained=True))
    assert (found.basis, found.usage) == (Basis.PROVIDER_USAGE, USED)
    assert "212 tokens" in found.rule


def test_a_failure_before_any_output_costs_nothing() -> None:
    found = end_of(replace(CALL, how=How.FAILED))
    assert (found.state, found.usage, found.proof) == (HoldState.RELEASED, None, Proof.NO_OUTPUT)


def test_a_failure_that_may_have_been_billed_counts_the_input() -> None:
    found = end_of(replace(CALL, how=How.FAILED, maybe_billed=True))
    assert (found.state, found.basis) == (HoldState.SETTLED, Basis.INPUT_ONLY)


def test_an_answer_that_broke_off_is_charged_for_what_came() -> None:
    found = end_of(replace(CALL, how=How.FAILED, counted_output=30))
    assert found.usage == Usage(input=100, output=30, certainty=Certainty.ESTIMATED)
    assert "30 tokens" in found.rule


def test_figures_from_the_beginning_do_not_pass_for_those_of_the_end() -> None:
    begun = Usage(input=90, output=1)
    found = end_of(replace(CALL, how=How.FAILED, counted_output=300, usage=begun))
    assert found.usage == Usage(input=90, output=300, certainty=Certainty.ESTIMATED)


def test_figures_of_an_answer_that_broke_off_are_not_called_exact() -> None:
    counted = Usage(input=90, output=40)
    found = end_of(replace(CALL, how=How.FAILED, counted_output=30, usage=counted))
    assert found.usage == replace(counted, certainty=Certainty.ESTIMATED)
    assert found.basis is Basis.PROVIDER_USAGE


def test_a_cost_that_was_reported_stands_though_the_answer_broke_off() -> None:
    told = Usage(input=90, output=40, reported_cost_pusd=7)
    found = end_of(replace(CALL, how=How.FAILED, counted_output=30, usage=told))
    assert found.usage == told


def test_a_stream_without_usage_is_counted_here_and_marked() -> None:
    found = end_of(replace(CALL, counted_output=55))
    assert found.usage == Usage(input=100, output=55, certainty=Certainty.ESTIMATED)
    assert "no usage" in found.rule


def test_a_crash_is_charged_at_most_for_what_was_saved() -> None:
    found = end_of(replace(CALL, how=How.DIED, counted_output=40))
    assert (found.basis, found.usage) == (
        Basis.COUNTED_PARTIAL,
        Usage(input=100, output=40, certainty=Certainty.ESTIMATED),
    )


def test_after_a_crash_the_providers_own_record_wins() -> None:
    found = end_of(replace(CALL, how=How.DIED, counted_output=40, usage=USED, looked_up=True))
    assert (found.basis, found.usage) == (Basis.PROVIDER_LOOKUP, USED)


def test_after_a_broken_line_the_providers_own_record_wins_over_what_came() -> None:
    cut = replace(CALL, how=How.FAILED, counted_output=4_000, usage=USED, looked_up=True)
    found = end_of(cut)
    assert (found.basis, found.usage) == (Basis.PROVIDER_LOOKUP, USED)
    assert end_of(replace(cut, looked_up=False)).basis is Basis.COUNTED_PARTIAL


def test_usage_above_the_cap_that_was_sent_is_clamped_and_flagged() -> None:
    found = end_of(replace(CALL, usage=Usage(input=90, output=5000)))
    assert found.usage == Usage(input=90, output=1000, clamped=True)
    assert "out of bounds" in found.rule


@given(
    st.builds(Usage, **{part.value: st.integers(-(10**6), 10**6) for part in Part}),
    st.integers(0, 10**6),
)
def test_bounded_usage_is_never_negative_and_never_above_the_cap(usage: Usage, cap: int) -> None:
    within = bounded(usage, cap)
    assert all(count > 0 for _, count in within.parts())
    assert within.output_total <= cap
    assert bounded(within, cap) == within


@given(
    st.builds(
        CallEnd,
        how=st.sampled_from(How),
        dispatched=st.booleans(),
        counted_input=st.integers(0, 10**6),
        counted_output=st.integers(0, 10**6),
        output_tokens_max=st.integers(1, 10**6),
        usage=st.none()
        | st.builds(Usage, input=st.integers(0, 10**6), output=st.integers(0, 10**6)),
        drained=st.booleans(),
        looked_up=st.booleans(),
        maybe_billed=st.booleans(),
    )
)
def test_every_call_ends_settled_with_usage_or_released_with_proof(call: CallEnd) -> None:
    found = end_of(call)
    if found.state is HoldState.SETTLED:
        assert found.usage is not None
        assert found.basis is not None
        assert found.usage.output_total <= call.output_tokens_max
    else:
        assert found.state is HoldState.RELEASED
        assert found.usage is None
        assert found.proof is not None
