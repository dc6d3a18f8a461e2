"""Which rule applies to a call that ended, in the user's words.

The table "what the user pays": stopped, failed, cut off, without usage, absurd usage, died.
"""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import assert_never

from app.metering.hold import Basis, CallEnd, HoldState, How, Proof, Settlement
from app.metering.usage import Certainty, Part, Usage

_OTHER_OUTPUT = (Part.OUTPUT_AUDIO, Part.OUTPUT_IMAGE, Part.OUTPUT_VIDEO)
_COUNTS = attrgetter(*(part.value for part in Part))
_NOT_SENT = "Nothing was sent: nothing was charged."
_REFUSED = "The provider had refused for the moment: nothing was charged."


def end_of(call: CallEnd) -> Settlement:
    """How a call's hold ends and what is charged. Total: every set of facts has an answer."""
    if not call.dispatched:
        return Settlement(HoldState.RELEASED, None, _NOT_SENT, proof=Proof.NOTHING_SENT)
    if call.refused:
        return Settlement(HoldState.RELEASED, None, _REFUSED, proof=Proof.REFUSED)
    match call.how:
        case How.COMPLETE:
            return _complete(call)
        case How.STOPPED:
            return _stopped(call)
        case How.FAILED:
            return _failed(call)
        case How.DIED:
            return _died(call)
        case _:
            assert_never(call.how)


def bounded(usage: Usage, output_tokens_max: int) -> Usage:
    """Usage within bounds: nothing negative, no more output than the cap that was sent.

    `clamped` is set where something was brought within them.
    """
    if _is_bounded(usage, output_tokens_max):
        return usage
    counts = {part.value: max(0, getattr(usage, part.value)) for part in Part}
    room = output_tokens_max
    for part in (Part.OUTPUT, Part.REASONING, *_OTHER_OUTPUT):
        counts[part.value] = min(counts[part.value], room)
        room -= counts[part.value]
    within = replace(usage, **counts)
    reported = usage.reported_cost_pusd
    if reported is not None and reported < 0:
        within = replace(within, reported_cost_pusd=None)
    return within if within == usage else replace(within, clamped=True)


def _is_bounded(usage: Usage, output_tokens_max: int) -> bool:
    """Whether nothing has to be brought within bounds, as with nearly every call."""
    reported = usage.reported_cost_pusd
    written = usage.output + usage.reasoning + usage.output_audio
    written += usage.output_image + usage.output_video
    is_negative = min(_COUNTS(usage)) < 0 or (reported is not None and reported < 0)
    return not is_negative and written <= output_tokens_max


def _complete(call: CallEnd) -> Settlement:
    if call.usage is not None:
        return _by_provider(call, "")
    return _counted(
        call, "The provider sent no usage: the charge is what was counted on this computer."
    )


def _stopped(call: CallEnd) -> Settlement:
    if call.usage is not None and (call.drained or call.looked_up):
        return _by_provider(
            call,
            "You stopped this answer. This provider bills on to the end, "
            f"so the {_tokens(call.usage.output_total)} it wrote were charged.",
        )
    if call.counted_output:
        return _counted(
            call,
            f"You stopped this answer: input and {_tokens(call.counted_output)} were charged.",
        )
    return _input_only(call, "You stopped before the answer began: only the input was charged.")


def _failed(call: CallEnd) -> Settlement:
    if call.usage is not None and call.looked_up:
        return _by_provider(
            call,
            "The answer broke off: the provider's own record says that it read the input and "
            f"wrote {_tokens(call.usage.output_total)}.",
        )
    if call.usage is not None and _covers(call.usage, call.counted_output):
        seen = _by_provider(
            call,
            "The answer broke off: the provider had counted the input and "
            f"{_tokens(call.usage.output_total)}.",
        )
        return replace(seen, usage=_not_final(seen.usage))
    if call.counted_output:
        return _counted(
            call,
            f"The answer broke off: input and {_tokens(call.counted_output)} were charged.",
        )
    if call.maybe_billed:
        return _input_only(
            call,
            "The line broke before an answer came. The provider may have charged the input, "
            "so it is counted here.",
        )
    return Settlement(
        HoldState.RELEASED,
        None,
        "The provider failed before it wrote anything: nothing was charged.",
        proof=Proof.NO_OUTPUT,
    )


def _died(call: CallEnd) -> Settlement:
    if call.usage is not None:
        return _by_provider(
            call, "The program ended during this answer: the provider's own figures."
        )
    if call.counted_output:
        return _counted(
            call,
            "The program ended during this answer: input and the "
            f"{_tokens(call.counted_output)} that were saved were charged.",
        )
    return _input_only(
        call, "The program ended before the answer began: at most the input was charged."
    )


def _covers(usage: Usage, counted_output: int) -> bool:
    """Whether figures that came before the end speak of what arrived, not of its beginning.

    Anthropic's first event says one to eight tokens of output, whatever follows.
    """
    return usage.output_total > 0 and counted_output <= 2 * usage.output_total


def _not_final(usage: Usage | None) -> Usage | None:
    """Figures from before the end: whoever wrote on unheard may bill more.

    A cost that was reported comes with the last figures, and stands.
    """
    if usage is None or usage.reported_cost_pusd is not None:
        return usage
    return replace(usage, certainty=Certainty.ESTIMATED)


def _by_provider(call: CallEnd, rule: str) -> Settlement:
    assert call.usage is not None
    usage = bounded(call.usage, call.output_tokens_max)
    basis = Basis.PROVIDER_LOOKUP if call.looked_up else Basis.PROVIDER_USAGE
    if usage.clamped and not rule:
        rule = "The provider's figures were out of bounds: charged within what was set aside."
    return Settlement(HoldState.SETTLED, usage, rule, basis)


def _counted(call: CallEnd, rule: str) -> Settlement:
    usage = _partial(call)
    return Settlement(HoldState.SETTLED, usage, rule, Basis.COUNTED_PARTIAL)


def _input_only(call: CallEnd, rule: str) -> Settlement:
    return Settlement(HoldState.SETTLED, _partial(call), rule, Basis.INPUT_ONLY)


def _partial(call: CallEnd) -> Usage:
    """Our count of the output with the provider's figures of the input, where it gave them.

    Anthropic and others say at the start what they read and what of it came from a cache.
    """
    output = min(call.counted_output, call.output_tokens_max)
    seen = call.usage
    if seen is None or not seen.input_total:
        return Usage(input=call.counted_input, output=output, certainty=Certainty.ESTIMATED)
    return replace(
        bounded(seen, call.output_tokens_max),
        output=max(output - seen.reasoning, 0),
        certainty=Certainty.ESTIMATED,
        reported_cost_pusd=None,
    )


def _tokens(count: int) -> str:
    return "1 token" if count == 1 else f"{count:,} tokens"
