"""The table "what the user pays", row by row, where the operator pays the provider."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.prices import Price
from app.errors import ProviderDown, ProviderError, ProviderUnreachable
from app.metering.hold import Basis, How, Proof
from app.metering.payer import PayerKind
from app.metering.usage import Usage
from app.providers.events import Finished, Outcome
from app.server.accounts.identify import Caller
from app.server.credits.records import (
    AdmittedCall,
    CallDropped,
    CallEnd,
    CallKind,
    Ending,
    PricedRoute,
)
from app.server.proxy.endings import Seen, end_by_rule, end_seen, how_it_ended

ROUTE = PricedRoute("openrouter", "openrouter", "m", None)
CALL = AdmittedCall(
    request_id="r",
    caller=Caller("a", "a"),
    kind=CallKind.CHAT,
    model="m",
    input_tokens=20,
    output_tokens_max=100,
    routes=(ROUTE,),
    payer=PayerKind.ALLOWANCE,
    draws=(),
    admitted_at=datetime(2026, 11, 21, tzinfo=UTC),
)


def seen(
    how: How,
    *,
    output: int = 0,
    usage: Usage | None = None,
    drained: bool = False,
    error: ProviderError | None = None,
) -> CallEnd | CallDropped:
    facts = Seen(
        how, ROUTE, counted_input=18, counted_output=output, usage=usage, drained=drained,
        error=error,
    )  # fmt: skip
    return end_seen(CALL, facts)


def charged(end: CallEnd | CallDropped) -> tuple[Basis, Ending, int, int]:
    assert isinstance(end, CallEnd)
    return end.basis, end.ending, end.usage.input_total, end.usage.output_total


def test_a_complete_answer_is_charged_by_the_provider() -> None:
    found = seen(How.COMPLETE, usage=Usage(input=12, output=5))
    assert charged(found) == (Basis.PROVIDER_USAGE, Ending.COMPLETE, 12, 5)


def test_a_stream_without_usage_is_charged_as_counted() -> None:
    found = seen(How.COMPLETE, output=7)
    assert charged(found) == (Basis.COUNTED_PARTIAL, Ending.COMPLETE, 18, 7)


def test_a_stopped_answer_is_charged_for_what_came() -> None:
    found = seen(How.STOPPED, output=7)
    assert charged(found) == (Basis.COUNTED_PARTIAL, Ending.INTERRUPTED, 18, 7)


def test_a_drained_answer_is_charged_by_the_provider() -> None:
    found = seen(How.STOPPED, output=7, usage=Usage(input=12, output=90), drained=True)
    assert charged(found) == (Basis.PROVIDER_USAGE, Ending.INTERRUPTED, 12, 90)


def test_an_error_after_tokens_is_charged_for_them() -> None:
    found = seen(How.FAILED, output=7)
    assert charged(found) == (Basis.COUNTED_PARTIAL, Ending.INCOMPLETE, 18, 7)


@pytest.mark.parametrize(
    ("error", "proof"),
    [
        (ProviderDown("", status=500), Proof.REFUSED),
        (ProviderUnreachable("", billed=False), Proof.NOTHING_SENT),
        (ProviderUnreachable("", billed=None), Proof.NO_OUTPUT),
    ],
)
def test_an_error_without_output_costs_nothing(error: ProviderError, proof: Proof) -> None:
    found = seen(How.FAILED, error=error)
    assert isinstance(found, CallDropped)
    assert (found.proof, found.lost_pusd) == (proof, 0)


@pytest.mark.parametrize("billed", [None, False])
def test_on_a_key_of_ones_own_the_input_is_counted_where_it_may_be_billed(
    billed: bool | None,
) -> None:
    route = PricedRoute("openrouter", "openrouter", "m", None, own_key="key-1")
    error = ProviderUnreachable("The connection was lost.", billed=billed)
    found = end_seen(CALL, Seen(How.FAILED, route, counted_input=18, error=error))
    if billed is None:
        assert charged(found) == (Basis.INPUT_ONLY, Ending.INCOMPLETE, 18, 0)
    else:
        assert isinstance(found, CallDropped)


def test_what_the_provider_bills_for_nothing_is_the_operators_loss() -> None:
    price = Price.from_json(
        '{"version":1,"provider":"p","model":"m","rates":{"input":1000000,"output":2000000},'
        '"units":{},"service_tiers":[],"free":false,"source":"","dated":"2026-08-21","notes":[]}'
    )
    route = PricedRoute("openrouter", "openrouter", "m", price)
    found = end_seen(
        CALL, Seen(How.FAILED, route, counted_input=18, usage=Usage(input=12, output=0))
    )
    assert isinstance(found, CallDropped)
    assert found.lost_pusd == 12 * 1_000_000


def test_absurd_usage_is_clamped_and_flagged() -> None:
    found = seen(How.COMPLETE, usage=Usage(input=12, output=10**15))
    assert isinstance(found, CallEnd)
    assert found.usage.output_total == CALL.output_tokens_max
    assert found.flagged


@pytest.mark.parametrize(
    ("finished", "gone", "how"),
    [
        (Finished(Outcome.COMPLETE), False, How.COMPLETE),
        (Finished(Outcome.LENGTH), False, How.COMPLETE),
        (Finished(Outcome.REFUSED), False, How.COMPLETE),
        (Finished(Outcome.BROKEN), False, How.FAILED),
        (None, False, How.FAILED),
        (Finished(Outcome.COMPLETE), True, How.STOPPED),
    ],
)
def test_how_a_stream_ended(finished: Finished | None, gone: bool, how: How) -> None:
    assert how_it_ended(finished, gone=gone) is how


@given(
    st.builds(
        Seen,
        how=st.just(How.COMPLETE) | st.sampled_from(How),
        route=st.sampled_from([ROUTE, PricedRoute("own", "openai", "m", None, own_key="k")]),
        counted_input=st.integers(0, 99),
        counted_output=st.integers(0, 150),
        usage=st.none()
        | st.builds(
            Usage,
            input=st.integers(-1, 50),
            output=st.integers(-1, 150),
            reported_cost_pusd=st.none() | st.integers(-1, 5),
            clamped=st.booleans(),
        ),
        drained=st.booleans(),
        looked_up=st.booleans(),
        error=st.none() | st.just(ProviderUnreachable("", billed=None)),
        upstream_id=st.sampled_from(["", "gen-1"]),
        upstream_model=st.sampled_from(["", "m-1"]),
        answer=st.sampled_from(["", "{}"]),
    )
)
def test_a_complete_call_ends_by_the_same_rule_as_every_other(found: Seen) -> None:
    assert end_seen(CALL, found) == end_by_rule(CALL, found)
