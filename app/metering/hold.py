"""What is set aside for a call and how it ends: the states, and the rule for every ending.

HELD -> DISPATCHED -> SETTLED | RELEASED, with UNKNOWN for a call whose end nobody saw. Pure:
the store keeps the rows and the caller brings the facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from app.catalog.prices import Price
from app.errors import MeteringError
from app.metering.payer import Amount
from app.metering.quote import Quote
from app.metering.usage import Usage
from app.quick_init import quick_init


class HoldState(StrEnum):
    HELD = "held"
    DISPATCHED = "dispatched"
    UNKNOWN = "unknown"
    SETTLED = "settled"
    RELEASED = "released"


class Basis(StrEnum):
    """What a settlement rests on."""

    PROVIDER_USAGE = "provider_usage"
    COUNTED_PARTIAL = "counted_partial"
    INPUT_ONLY = "input_only"
    PROVIDER_LOOKUP = "provider_lookup"


class Proof(StrEnum):
    """Why nothing can be owed for a call that was dispatched."""

    NOTHING_SENT = "nothing_sent"
    REFUSED = "refused"  # the provider refused before any token
    NO_OUTPUT = "no_output"


_NEXT = {
    HoldState.HELD: {HoldState.DISPATCHED, HoldState.RELEASED},
    HoldState.DISPATCHED: {HoldState.SETTLED, HoldState.RELEASED, HoldState.UNKNOWN},
    HoldState.UNKNOWN: {HoldState.SETTLED, HoldState.RELEASED},
    HoldState.SETTLED: set[HoldState](),
    HoldState.RELEASED: set[HoldState](),
}


@dataclass(frozen=True, slots=True)
class Hold:
    """The most a call can cost, set aside before a byte is sent; it ends exactly once.

    `amounts` has one entry per payer. `price` is frozen: settlement uses it and no other.
    """

    amounts: tuple[Amount, ...]
    price: Price | None
    input_tokens: int
    output_tokens_max: int
    state: HoldState = HoldState.HELD
    settled_pusd: int | None = None
    basis: Basis | None = None

    @property
    def is_over(self) -> bool:
        return not _NEXT[self.state]


def hold_for(quote: Quote, price: Price | None) -> Hold:
    """Reserve the most this call can cost, before a byte is sent.

    On an own key without a known price nothing can be reserved: the amount is 0 and the call
    counts as tokens only.
    """
    return Hold(
        amounts=(Amount(quote.payer, quote.most_pusd or 0),),
        price=price,
        input_tokens=quote.input_tokens,
        output_tokens_max=quote.most_output_tokens,
    )


def dispatch(hold: Hold) -> Hold:
    """The request is about to be sent; committed before the first byte."""
    return _to(hold, HoldState.DISPATCHED)


def park(hold: Hold) -> Hold:
    """Nobody knows how the call ended: the hold is kept."""
    return _to(hold, HoldState.UNKNOWN)


def release(hold: Hold, proof: Proof | None = None) -> Hold:
    """Give everything back; a dispatched hold only with proof that nothing is owed."""
    if hold.state is not HoldState.HELD and proof is None:
        raise MeteringError("A call that was sent is not released without proof.")
    return replace(_to(hold, HoldState.RELEASED), settled_pusd=0)


def settle(hold: Hold, amount_pusd: int | None, basis: Basis) -> Hold:
    """Charge what the call did cost; None where no price is known."""
    if amount_pusd is not None and amount_pusd < 0:
        raise MeteringError("A charge is never negative.")
    return replace(_to(hold, HoldState.SETTLED), settled_pusd=amount_pusd, basis=basis)


def _to(hold: Hold, state: HoldState) -> Hold:
    if state not in _NEXT[hold.state]:
        raise MeteringError(f"A hold that is {hold.state} cannot become {state}.")
    return replace(hold, state=state)


class How(StrEnum):
    """How a call ended, as far as its caller saw."""

    COMPLETE = "complete"
    STOPPED = "stopped"  # by the user
    FAILED = "failed"  # the provider or the line, also in the middle of a stream
    DIED = "died"  # the program ended while it ran


@quick_init
@dataclass(frozen=True, slots=True)
class CallEnd:
    """The facts about a call that ended.

    `usage` is the provider's last word, None where it never came; `drained` is true where the
    stream was read to its end after the user stopped. `counted_input` and `counted_output` are
    our own counts of what was sent and of what arrived, thinking included; error text is never
    counted. `looked_up` is true where `usage` comes from the provider's record of the call.
    `maybe_billed` is true where a call failed without an answer and nobody knows whether the
    provider took it in: the line broke after the request was sent. `refused` is true where every
    request so far was refused at no cost and none is under way.
    """

    how: How
    dispatched: bool
    counted_input: int
    counted_output: int
    output_tokens_max: int
    usage: Usage | None = None
    drained: bool = False
    looked_up: bool = False
    maybe_billed: bool = False
    refused: bool = False


@quick_init
@dataclass(frozen=True, slots=True)
class Settlement:
    """How a call's hold ends. `usage` is what is to be charged, None where nothing is.

    `rule` says it in the user's words; it is empty where the answer simply completed.
    """

    state: HoldState
    usage: Usage | None
    rule: str
    basis: Basis | None = None
    proof: Proof | None = None
