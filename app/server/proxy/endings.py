"""From what was seen of a call to what it is charged: the table "what the user pays", in the words
of the books. The rules are metering's; here is what differs where the operator pays the provider.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import ProviderError
from app.metering.cost import charge
from app.metering.endings import bounded, end_of
from app.metering.hold import Basis, HoldState, How, Proof
from app.metering.hold import CallEnd as SeenEnd
from app.metering.usage import Usage
from app.providers.events import Finished, Outcome
from app.quick_init import quick_init
from app.server.credits.records import AdmittedCall, CallDropped, CallEnd, Ending, PricedRoute

GONE_BEFORE = CallDropped("the client went before anything was sent", None)
_ABSURD = "usage that cannot be"

_ENDINGS = {
    How.COMPLETE: Ending.COMPLETE,
    How.STOPPED: Ending.INTERRUPTED,
    How.FAILED: Ending.INCOMPLETE,
    How.DIED: Ending.INCOMPLETE,
}


@quick_init
@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a call that was sent.

    `usage` is the provider's last word; `counted_input` and `counted_output` are our own counts
    of what was sent and of what came, thinking included and error text not. `drained` is true
    where the stream was read to its end after the client went, `looked_up` where `usage` is the
    provider's record. `error` is set where the provider refused or could not be reached.
    """

    how: How
    route: PricedRoute
    counted_input: int
    counted_output: int = 0
    usage: Usage | None = None
    drained: bool = False
    looked_up: bool = False
    error: ProviderError | None = None
    upstream_id: str = ""
    upstream_model: str = ""
    answer: str = ""


def how_it_ended(finished: Finished | None, *, gone: bool) -> How:
    """How a stream ended as far as it was read; `gone`: the client left before its end."""
    if gone:
        return How.STOPPED
    if finished is None or finished.outcome is Outcome.BROKEN:
        return How.FAILED
    return How.STOPPED if finished.outcome is Outcome.INTERRUPTED else How.COMPLETE


def end_seen(call: AdmittedCall, seen: Seen) -> CallEnd | CallDropped:
    """How a call that was sent ends in the books. Total: every set of facts has an answer."""
    if seen.how is How.COMPLETE and seen.usage is not None:
        basis = Basis.PROVIDER_LOOKUP if seen.looked_up else Basis.PROVIDER_USAGE
        return _charged(seen, basis, bounded(seen.usage, call.output_tokens_max))
    return end_by_rule(call, seen)


def end_by_rule(call: AdmittedCall, seen: Seen) -> CallEnd | CallDropped:
    """The same by the table of all calls; one that is complete with its usage needs no table."""
    settlement = end_of(
        SeenEnd(
            how=seen.how,
            dispatched=True,
            counted_input=seen.counted_input,
            counted_output=seen.counted_output,
            output_tokens_max=call.output_tokens_max,
            usage=seen.usage,
            drained=seen.drained,
            looked_up=seen.looked_up,
            # A hosted call that failed without an answer costs its user nothing: what the
            # provider bills for it all the same is the operator's. On a key of their own it is
            # theirs, and counted.
            maybe_billed=bool(seen.route.own_key)
            and seen.error is not None
            and seen.error.billed is None,
        )
    )
    if settlement.state is HoldState.RELEASED:
        return CallDropped(
            settlement.rule or "the provider gave no answer",
            _proof(seen.error),
            seen.route.route,
            _lost_pusd(seen),
        )
    assert settlement.usage is not None
    assert settlement.basis is not None
    return _charged(seen, settlement.basis, settlement.usage)


def _charged(seen: Seen, basis: Basis, usage: Usage) -> CallEnd:
    flagged = _ABSURD if usage.clamped else ""
    return CallEnd(
        basis,
        usage,
        seen.route.route,
        _ENDINGS[seen.how],
        seen.upstream_id,
        seen.upstream_model,
        flagged,
        seen.answer,
    )


def _proof(error: ProviderError | None) -> Proof:
    if error is None or error.billed is not False:
        return Proof.NO_OUTPUT
    return Proof.NOTHING_SENT if error.status is None else Proof.REFUSED


def _lost_pusd(seen: Seen) -> int:
    """What the provider said it bills for an answer that never came."""
    if seen.usage is None or not (seen.usage.input_total or seen.usage.output_total):
        return 0
    return charge(seen.usage, seen.route.price).total_pusd or 0
