from __future__ import annotations

from collections.abc import Callable

import pytest

from app.errors import MeteringError
from app.metering.hold import (
    Basis,
    Hold,
    HoldState,
    Proof,
    dispatch,
    hold_for,
    park,
    release,
    settle,
)
from app.metering.payer import Payer, PayerKind, Unit
from app.metering.quote import make_quote
from app.metering.token_count import TokenCount

PAYER = Payer(PayerKind.OWN_KEY, "your key")
HELD = Hold(amounts=(), price=None, input_tokens=1, output_tokens_max=10)


def test_a_hold_sets_the_most_aside() -> None:
    quote = make_quote(TokenCount(5), None, output_tokens_max=10, recent_outputs=(), payer=PAYER)
    hold = hold_for(quote, None)
    assert [(amount.value, amount.unit) for amount in hold.amounts] == [(0, Unit.PICODOLLARS)]
    assert hold.state is HoldState.HELD


def test_a_call_is_held_dispatched_and_settled() -> None:
    hold = settle(dispatch(HELD), 5, Basis.PROVIDER_USAGE)
    assert (hold.state, hold.settled_pusd, hold.is_over) == (HoldState.SETTLED, 5, True)


def test_a_hold_that_was_never_sent_is_released_without_more_ado() -> None:
    assert release(HELD).state is HoldState.RELEASED


def test_a_hold_that_was_sent_is_not_released_without_proof() -> None:
    with pytest.raises(MeteringError, match="proof"):
        release(dispatch(HELD))


def test_a_hold_that_was_sent_is_released_with_proof() -> None:
    assert release(dispatch(HELD), Proof.REFUSED).state is HoldState.RELEASED


def test_a_held_call_never_settles() -> None:
    with pytest.raises(MeteringError):
        settle(HELD, 5, Basis.PROVIDER_USAGE)


def test_a_parked_call_is_kept_until_it_is_settled() -> None:
    parked = park(dispatch(HELD))
    assert not parked.is_over
    assert settle(parked, 1, Basis.PROVIDER_LOOKUP).state is HoldState.SETTLED


ENDS: list[Callable[[Hold], Hold]] = [
    lambda hold: settle(hold, 1, Basis.PROVIDER_USAGE),
    lambda hold: release(hold, Proof.NO_OUTPUT),
    dispatch,
    park,
]


@pytest.mark.parametrize("again", ENDS)
@pytest.mark.parametrize("end", ENDS[:2])
def test_a_hold_ends_exactly_once(
    end: Callable[[Hold], Hold], again: Callable[[Hold], Hold]
) -> None:
    with pytest.raises(MeteringError):
        again(end(dispatch(HELD)))


def test_a_negative_charge_is_refused() -> None:
    with pytest.raises(MeteringError, match="negative"):
        settle(dispatch(HELD), -1, Basis.PROVIDER_USAGE)
