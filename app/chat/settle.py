"""The end of a call: what was used, what it costs, and the one transaction that stores it all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.catalog.prices import Price
from app.chat.counting import Counting
from app.chat.faults import fault_json
from app.chat.quotes import Admission
from app.chat.routes import Route
from app.clock import Clock
from app.errors import CatalogError, ProviderError, StoreError
from app.metering.cost import Charge, charge
from app.metering.endings import end_of
from app.metering.hold import Basis, CallEnd, HoldState, How, Settlement
from app.metering.payer import Payer
from app.metering.quote import Quote
from app.metering.receipt import Receipt, ReceiptCall, make_receipt
from app.metering.usage import Certainty, Usage
from app.money import format_usd
from app.providers.events import Finished
from app.seam.views import FaultView
from app.store.records import HoldRecord, MessageRecord, State, UsageRecord
from app.store.shelves import Shelves

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


class Settler:
    """Charges calls that ended and stores their messages."""

    def __init__(self, shelves: Shelves, counting: Counting, clock: Clock) -> None:
        self._shelves = shelves
        self._counting = counting
        self._clock = clock

    def settle(self, done: Done) -> MessageRecord:
        """Store the message with its receipt, its usage and the end of its hold, all at once.

        Raises StoreError, and then nothing of it is stored.
        """
        admission = done.admission
        settlement = end_of(self._facts(done))
        hold = admission.hold_for(done.message.id, done.message.chat_id)
        message = replace(
            done.message,
            state=done.ending.state,
            fault_json=fault_json(done.ending.fault) if done.ending.fault else None,
        )
        if settlement.usage is None:
            released = replace(
                hold, state=HoldState.RELEASED, settled_pusd=0, proof=settlement.proof
            )
            self._shelves.messages.finish(message, (), released)
            return message
        calls = [*_failed_calls(done), self._call(done, settlement)]
        stored = self._store(
            message, calls, settlement, hold, admission.payer, admission.quote, _notes(done, calls)
        )
        learns = settlement.basis is Basis.PROVIDER_USAGE and not done.failed
        if learns and settlement.usage.input_total:
            self._learn(admission, settlement.usage.input_total)
        return stored

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
        """Settle a call that the program died in, at what was saved of it.

        What stood there before the call is not counted again: earlier calls paid for it.
        `hold` is parked; its price is the one that was frozen when the call was admitted.
        """
        price = _frozen_price(hold)
        provider = self._provider_of(hold, price)
        model = hold.model_ref.partition("/")[2]
        settlement = end_of(
            CallEnd(
                how=How.DIED,
                dispatched=True,
                counted_input=hold.input_tokens,
                counted_output=self._counting.count_text(
                    self._shelves.messages.arrived(message.id), model
                ),
                output_tokens_max=hold.output_tokens_max,
            )
        )
        usage = settlement.usage
        assert usage is not None, "a call that died is never free"
        call = ReceiptCall(
            provider=provider,
            model=model,
            at=hold.created_at,
            usage=usage,
            charge=charge(usage, price),
            price=price,
            basis=str(settlement.basis or ""),
            payer=payer_of_hold(hold),
        )
        return self._store(message, [call], settlement, hold, payer_of_hold(hold), None)

    def _provider_of(self, hold: HoldRecord, price: Price | None) -> str:
        """Whom a hold's call was sent to, by the id that calls which ended well have too."""
        from app.chat.routes import DEMO_KEY, LOCAL_PREFIX

        if hold.key_id == DEMO_KEY or hold.key_id.startswith(LOCAL_PREFIX):
            return hold.key_id.removeprefix(LOCAL_PREFIX)
        key = self._shelves.keys.get(hold.key_id)
        if key is not None:
            return key.provider
        return price.provider if price is not None else ""

    def last_seen_pusd(self, hold: HoldRecord) -> int | None:
        """What a hold's call cost as far as its last heartbeat; None where no price is known."""
        price = _frozen_price(hold)
        seen = Usage(
            input=hold.input_tokens,
            output=min(hold.output_tokens_seen, hold.output_tokens_max),
            certainty=Certainty.ESTIMATED,
        )
        return charge(seen, price).total_pusd

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

    def _call(self, done: Done, settlement: Settlement) -> ReceiptCall:
        route, finished = done.admission.route, done.finished
        assert settlement.usage is not None
        return ReceiptCall(
            provider=route.host.id,
            model=route.model_id,
            at=done.admission.at,
            usage=settlement.usage,
            charge=charge(settlement.usage, route.price),
            price=route.price,
            request_id=finished.request_id if finished else None,
            answered_by=finished.model if finished else None,
            basis=str(settlement.basis or ""),
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
        receipt = _joined(message, calls, payer, settlement.rule, quote, notes)
        settled = replace(
            hold,
            state=HoldState.SETTLED,
            settled_pusd=call.charge.total_pusd,
            basis=str(settlement.basis or ""),
        )
        stored = replace(message, receipt_json=receipt.to_json())
        row = self._usage_row(stored, call, hold.key_id)
        self._shelves.messages.finish(stored, (row,), settled)
        return stored

    def _usage_row(self, message: MessageRecord, call: ReceiptCall, key_id: str) -> UsageRecord:
        usage = call.usage
        return UsageRecord(
            id=self._clock.new_id(),
            message_id=message.id,
            chat_id=message.chat_id,
            at=call.at,
            key_id=key_id,
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


def needs_count(ending: Ending, usage: Usage | None) -> bool:
    """Whether the charge rests on our own count of what arrived."""
    return usage is None or ending.how is not How.COMPLETE


def _frozen_price(hold: HoldRecord) -> Price | None:
    """The price of a hold; unknown where it cannot be read, which keeps no start from settling."""
    try:
        return Price.from_json(hold.price_json) if hold.price_json else None
    except CatalogError as error:
        _log.error("the price of hold %s: %s", hold.id, error)
        return None


def payer_of_hold(hold: HoldRecord) -> Payer:
    """Who was to pay for a hold, as far as its row tells."""
    from app.chat.routes import payer_for

    return payer_for(hold.key_id, "your key")


def _failed_calls(done: Done) -> list[ReceiptCall]:
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


def _joined(
    message: MessageRecord,
    calls: Sequence[ReceiptCall],
    payer: Payer,
    rule: str,
    quote: Quote | None,
    notes: Sequence[str],
) -> Receipt:
    """The receipt with these calls behind the ones that the message has already."""
    if message.receipt_json is None:
        return make_receipt(calls, payer, rule=rule, quote=quote, notes=notes)
    before = Receipt.from_json(message.receipt_json)
    rules = " ".join(dict.fromkeys(text for text in (before.rule, rule) if text))
    every_note = (*before.notes, *notes)
    # Receipts of earlier versions name one payer for all calls: those calls are still theirs.
    earlier = [replace(call, payer=before.payer_of(call)) for call in before.calls]
    return make_receipt([*earlier, *calls], payer, rule=rules, quote=quote, notes=every_note)
