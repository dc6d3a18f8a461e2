"""The end of a call: what was used, what it costs, and the one transaction that stores it all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.catalog.prices import Price
from app.chat.counting import Counting
from app.chat.faults import fault_json
from app.chat.hold_facts import facts_of_hold, frozen_price
from app.chat.quotes import Admission
from app.chat.resolving_receipts import (
    LOOKING_UP,
    joined,
    pending_call,
    pending_on,
    with_rule,
    with_settled,
)
from app.chat.routes import DEMO_KEY, LOCAL_PREFIX, Route, host_of, payer_for
from app.clock import Clock
from app.errors import ProviderError, StoreError
from app.metering.cost import Charge, charge
from app.metering.endings import end_of
from app.metering.hold import Basis, CallEnd, HoldState, How, Settlement
from app.metering.payer import Payer
from app.metering.quote import Quote
from app.metering.receipt import ReceiptCall
from app.metering.usage import Certainty, Usage
from app.money import format_usd
from app.providers.events import Finished, Outcome
from app.providers.lookup import has_records
from app.seam.views import FaultView
from app.store.records import HoldRecord, MessageRecord, ParkedRecord, State, UsageRecord
from app.store.shelves import Shelves

STOPPED_BETWEEN = (
    "You stopped this answer: what was asked before was charged, and nothing was sent after."
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a turn ended. `error` is what the provider or the keychain said before any answer."""

    state: State
    fault: FaultView | None = None
    error: ProviderError | None = None
    how: How = How.COMPLETE
    drained: bool = False


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """A route that was asked first, gave no token and charged nothing; `why` in its words."""

    route: Route
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """A call that is over, with what it left behind."""

    message: MessageRecord  # as it shall be stored, receipt aside
    admission: Admission
    ending: Ending
    dispatched: bool
    usage: Usage | None
    finished: Finished | None
    new_text: str  # what this call wrote, thinking included
    refused: bool = False  # nothing but refusals came, and none is under way
    counted_output: int | None = None  # tokens of `new_text`, None where they were not counted yet
    failed: tuple[FailedAttempt, ...] = ()
    generation_id: str | None = None  # the provider's record of the call, where it keeps one


class Settler:
    """Charges calls that ended and stores their messages."""

    def __init__(self, shelves: Shelves, counting: Counting, clock: Clock) -> None:
        self._shelves = shelves
        self._counting = counting
        self._clock = clock

    def settle(self, done: Done) -> MessageRecord:
        """Store the message with its receipt, its usage and the end of its hold, all at once.

        Where the line broke and the provider keeps a record of the call, the hold is parked and
        the receipt is pending: `settle_parked` follows. Raises StoreError; nothing is stored then.
        """
        admission = done.admission
        facts = self._facts(done)
        settlement = end_of(facts)
        hold = admission.hold_for(done.message.id, done.message.chat_id)
        message = replace(
            done.message,
            state=done.ending.state,
            fault_json=fault_json(done.ending.fault) if done.ending.fault else None,
        )
        if done.generation_id is not None and _is_unseen(done):
            calls = [*failed_calls(done), self._call(done, Usage(), "")]
            return self._park(
                message, calls, hold.id, done.generation_id, facts, admission.payer, admission.quote
            )
        if settlement.usage is None:
            released = replace(
                hold, state=HoldState.RELEASED, settled_pusd=0, proof=settlement.proof
            )
            self._shelves.messages.finish(message, (), released)
            return message
        basis = str(settlement.basis or "")
        calls = [*failed_calls(done), self._call(done, settlement.usage, basis)]
        stored = self._store(
            message, calls, settlement, hold, admission.payer, admission.quote, _notes(done, calls)
        )
        learns = settlement.basis is Basis.PROVIDER_USAGE and not done.failed
        if learns and settlement.usage.input_total:
            self._learn(admission, settlement.usage.input_total)
        return stored

    def close(self, done: Done) -> MessageRecord:
        """Store a message that ended between two of its calls: each of them is settled.

        Raises StoreError; nothing is stored then.
        """
        ending, message = done.ending, done.message
        if ending.how is How.STOPPED and message.receipt_json is not None:
            message = replace(
                message, receipt_json=with_rule(message.receipt_json, STOPPED_BETWEEN)
            )
        fault = fault_json(ending.fault) if ending.fault else None
        message = replace(message, state=ending.state, fault_json=fault)
        self._shelves.messages.finish(message, (), None)
        return message

    def _learn(self, admission: Admission, billed: int) -> None:
        try:
            self._counting.learn(admission.route, counted=admission.counted_tokens, billed=billed)
        except StoreError as error:
            # The charge is stored; a count that stays as good as it was loses nobody anything.
            _log.warning("nothing was learned: %s", error)

    async def count(self, text: str, admission: Admission) -> int:
        """The tokens of what arrived, counted beside the loop."""
        return await self._counting.count_arrived(text, admission.route.model_id)

    def settle_after_crash(self, message: MessageRecord, hold: HoldRecord) -> MessageRecord:
        """Settle a call that the program died in, at what was saved of it; or park it, where its
        provider can be asked.

        What stood there before the call is not counted again: earlier calls paid for it. Its
        price is the one that was frozen when the call was admitted.
        """
        model = hold.model_ref.partition("/")[2]
        arrived = self._shelves.messages.arrived(message.id)
        facts = facts_of_hold(hold, How.DIED, self._counting.count_text(arrived, model))
        settlement, payer = end_of(facts), payer_of_hold(hold)
        generation_id = self._shelves.generations.id_of(hold.id)
        if generation_id is not None and self._may_be_asked(hold):
            calls = [self._call_of_hold(hold, Usage(), "")]
            return self._park(message, calls, hold.id, generation_id, facts, payer, None)
        assert settlement.usage is not None, "a call that died is never free"
        call = self._call_of_hold(hold, settlement.usage, str(settlement.basis or ""))
        with self._shelves.database.transaction():
            if hold.state is HoldState.DISPATCHED:
                self._shelves.holds.park(hold.id)
            return self._store(message, [call], settlement, hold, payer, None)

    def settle_parked(
        self, hold: HoldRecord, parked: ParkedRecord, usage: Usage | None
    ) -> MessageRecord | None:
        """Settle a call that was parked: at the provider's record, or at what was counted where
        `usage` is None. The message as it is now, None where it is gone.

        Raises StoreError, also where the hold has ended; nothing is stored then.
        """
        facts = facts_of_hold(hold, parked.how, parked.output_tokens)
        facts = replace(facts, usage=usage, looked_up=usage is not None)
        return self._settle_late(hold, end_of(facts), parked.generation_id)

    def settle_left(self, hold: HoldRecord) -> None:
        """Settle a call that its message knows nothing of, at its last heartbeat."""
        facts = facts_of_hold(hold, How.DIED, hold.output_tokens_seen)
        self._settle_late(hold, end_of(facts), "")

    def _settle_late(
        self, hold: HoldRecord, settlement: Settlement, generation_id: str
    ) -> MessageRecord | None:
        assert settlement.usage is not None, "a call that left is never free"
        message = self._shelves.messages.get(hold.message_id)
        receipt_json = None if message is None else message.receipt_json
        call = self._call_of_hold(hold, settlement.usage, str(settlement.basis or ""))
        if (waiting := pending_on(receipt_json, generation_id)) is not None:
            call = replace(waiting, usage=call.usage, charge=call.charge, basis=call.basis)
        settled = replace(
            hold,
            state=HoldState.SETTLED,
            settled_pusd=call.charge.total_pusd,
            basis=call.basis,
        )
        if message is None:
            with self._shelves.database.transaction():
                self._shelves.usage.add(self._usage_row(hold.message_id, hold.chat_id, call, hold))
                self._shelves.holds.end(settled)
            return None
        receipt = with_settled(receipt_json, call, payer_of_hold(hold), settlement.rule)
        stored = replace(message, receipt_json=receipt.to_json())
        row = self._usage_row(message.id, message.chat_id, call, hold)
        self._shelves.messages.finish(stored, (row,), settled)
        return stored

    def _park(
        self,
        message: MessageRecord,
        calls: Sequence[ReceiptCall],
        hold_id: str,
        generation_id: str,
        facts: CallEnd,
        payer: Payer,
        quote: Quote | None,
    ) -> MessageRecord:
        """Store a message whose bill is not known yet; `calls` end with the one that is asked
        for."""
        waiting = [*calls[:-1], pending_call(calls[-1], generation_id)]
        receipt = joined(message, waiting, payer, LOOKING_UP, quote, ())
        stored = replace(message, receipt_json=receipt.to_json())
        with self._shelves.database.transaction():
            self._shelves.messages.finish(stored, (), None)
            self._shelves.holds.park_for_lookup(
                hold_id, generation_id, output_tokens=facts.counted_output, how=facts.how
            )
        return stored

    def _call_of_hold(self, hold: HoldRecord, usage: Usage, basis: str) -> ReceiptCall:
        """A call of which only the hold is left."""
        price = frozen_price(hold)
        return ReceiptCall(
            provider=self._provider_of(hold, price),
            model=hold.model_ref.partition("/")[2],
            at=hold.created_at,
            usage=usage,
            charge=charge(usage, price),
            price=price,
            basis=basis,
            payer=payer_of_hold(hold),
        )

    def _may_be_asked(self, hold: HoldRecord) -> bool:
        """Whether a hold's provider keeps records and its key is still there to ask with."""
        key = self._shelves.keys.get(hold.key_id)
        return key is not None and has_records(host_of(key))

    def _provider_of(self, hold: HoldRecord, price: Price | None) -> str:
        """Whom a hold's call was sent to, by the id that calls which ended well have too."""
        if hold.key_id == DEMO_KEY or hold.key_id.startswith(LOCAL_PREFIX):
            return hold.key_id.removeprefix(LOCAL_PREFIX)
        key = self._shelves.keys.get(hold.key_id)
        if key is not None:
            return key.provider
        return price.provider if price is not None else ""

    def _facts(self, done: Done) -> CallEnd:
        ending, admission = done.ending, done.admission
        how = ending.how
        usage = done.usage
        counted = done.counted_output or 0
        if done.counted_output is None and needs_count(ending, usage):
            counted = self._counting.count_text(done.new_text, admission.route.model_id)
        return CallEnd(
            how=how,
            dispatched=done.dispatched,
            counted_input=admission.quote.input_tokens,
            counted_output=counted,
            output_tokens_max=admission.request.output_tokens_max,
            usage=usage,
            drained=ending.drained,
            maybe_billed=ending.error is not None and ending.error.billed is None,
            refused=done.refused,
        )

    def _call(self, done: Done, usage: Usage, basis: str) -> ReceiptCall:
        route, finished = done.admission.route, done.finished
        return ReceiptCall(
            provider=route.host.id,
            model=route.model_id,
            at=done.admission.at,
            usage=usage,
            charge=charge(usage, route.price),
            price=route.price,
            request_id=finished.request_id if finished else None,
            answered_by=finished.model if finished else None,
            basis=basis,
            payer=route.payer,
        )

    def _store(
        self,
        message: MessageRecord,
        calls: Sequence[ReceiptCall],
        settlement: Settlement,
        hold: HoldRecord,
        payer: Payer,
        quote: Quote | None,
        notes: Sequence[str] = (),
    ) -> MessageRecord:
        """`calls` end with the one that is charged."""
        call = calls[-1]
        receipt = joined(message, calls, payer, settlement.rule, quote, notes)
        settled = replace(
            hold,
            state=HoldState.SETTLED,
            settled_pusd=call.charge.total_pusd,
            basis=str(settlement.basis or ""),
        )
        stored = replace(message, receipt_json=receipt.to_json())
        row = self._usage_row(message.id, message.chat_id, call, hold)
        self._shelves.messages.finish(stored, (row,), settled)
        return stored

    def _usage_row(
        self, message_id: str, chat_id: str, call: ReceiptCall, hold: HoldRecord
    ) -> UsageRecord:
        usage = call.usage
        return UsageRecord(
            id=self._clock.new_id(),
            message_id=message_id,
            chat_id=chat_id,
            at=call.at,
            key_id=hold.key_id,
            provider=call.provider,
            model=call.model,
            input_tokens=usage.input_total - usage.cache_read - usage.cache_write,
            cache_read_tokens=usage.cache_read,
            cache_write_tokens=usage.cache_write,
            output_tokens=usage.output_total - usage.reasoning,
            reasoning_tokens=usage.reasoning,
            cost_pusd=call.charge.total_pusd,
            certainty=str(call.charge.certainty),
        )


def _is_unseen(done: Done) -> bool:
    """Whether the line broke while the provider wrote: what it bills, nobody here has seen."""
    ending, finished = done.ending, done.finished
    if ending.how is not How.FAILED or done.usage is not None or done.refused:
        return False
    if not has_records(done.admission.route.host):
        return False
    if ending.error is not None:
        return ending.error.billed is None
    if finished is None or finished.outcome is not Outcome.BROKEN:
        return False
    return finished.fault is None or finished.fault.kind == "StreamBroken"


def needs_count(ending: Ending, usage: Usage | None) -> bool:
    """Whether the charge rests on our own count of what arrived."""
    return usage is None or ending.how is not How.COMPLETE


def payer_of_hold(hold: HoldRecord) -> Payer:
    """Who was to pay for a hold, as far as its row tells."""
    return payer_for(hold.key_id, "your key")


def failed_calls(done: Done) -> list[ReceiptCall]:
    """The attempts before the one that was delivered: told, and free."""
    return [
        ReceiptCall(
            provider=attempt.route.host.id,
            model=attempt.route.model_id,
            at=done.admission.at,
            usage=Usage(),
            charge=Charge((), 0, Certainty.EXACT),
            price=attempt.route.price,
            delivered=False,
            payer=attempt.route.payer,
        )
        for attempt in done.failed
    ]


def _notes(done: Done, calls: Sequence[ReceiptCall]) -> list[str]:
    """Why another provider answered, and what the first one would have charged for the same."""
    call, notes = calls[-1], []
    for attempt in done.failed:
        name = attempt.route.host.name
        notes.append(f"{name} was asked first and did not answer: {attempt.why}")
        would_be = charge(call.usage, attempt.route.price).total_pusd
        if would_be is not None and would_be != call.charge.total_pusd:
            notes.append(f"{name} would have charged {format_usd(would_be)} for the same.")
    return notes
