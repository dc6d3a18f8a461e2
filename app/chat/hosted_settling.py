"""How a call ends that hosted credit pays for: at the server's receipt, and at nothing else.

A receipt that came with the answer is stored with it, in one transaction. Where none came, the
message is stored as it is, and the call waits (`parked`) until the server was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.account.hosted import FoundCall, OutOfTokens
from app.chat.counting import Counting
from app.chat.faults import fault_json
from app.chat.hosted_routes import is_hosted
from app.chat.resolving_receipts import pending_call
from app.chat.settle import Done, Settler, failed_calls, payer_of_hold
from app.clock import Clock
from app.metering.cost import Charge
from app.metering.hold import Basis, HoldState, How, Proof
from app.metering.payer import Amount, Payer, Unit
from app.metering.receipt import Receipt, ReceiptCall, ReceiptCertainty
from app.metering.usage import Certainty, Usage
from app.store.hosted_calls import CallPlace, DrawRecord, HostedCall
from app.store.records import HoldRecord, MessageRecord, ParkedRecord, State, UsageRecord
from app.store.shelves import Shelves

ASKING_SERVER = "What this answer cost is being asked of the server."


class HostedSettler(Settler):
    """Ends calls of hosted credit; own keys, this computer and the demo are ended as before."""

    def __init__(self, shelves: Shelves, counting: Counting, clock: Clock) -> None:
        super().__init__(shelves, counting, clock)
        self._short: dict[str, OutOfTokens] = {}

    def why_short(self, message_id: str) -> OutOfTokens | None:
        """Why a message that had been stored was not covered after all; told once."""
        return self._short.pop(message_id, None)

    def settle(self, done: Done) -> MessageRecord:
        route = done.admission.route
        error = done.ending.error
        if isinstance(error, OutOfTokens):
            self._short[done.message.id] = error
            if done.ending.fault is not None:
                fault = replace(done.ending.fault, message=error.lasting)
                done = replace(done, ending=replace(done.ending, fault=fault))
        if route.hosted is None:
            return super().settle(done)
        hold = done.admission.hold_for(done.message.id, done.message.chat_id)
        message = replace(
            done.message,
            state=done.ending.state,
            fault_json=fault_json(done.ending.fault) if done.ending.fault else None,
        )
        receipt = done.finished.receipt if done.finished is not None else None
        if receipt is not None:
            return self._store_receipt(message, hold, receipt, (), failed_calls(done))
        if not done.dispatched or _was_refused(done):
            proof = Proof.REFUSED if done.dispatched else Proof.NOTHING_SENT
            released = replace(hold, state=HoldState.RELEASED, proof=proof)
            self._shelves.messages.finish(message, (), released)
            return message
        return self._park_hosted(message, hold, failed_calls(done), done.admission.payer)

    def settle_after_crash(self, message: MessageRecord, hold: HoldRecord) -> MessageRecord:
        if not is_hosted(hold.key_id):
            return super().settle_after_crash(message, hold)
        return self._park_hosted(message, hold, (), payer_of_hold(hold))

    def settle_left(self, hold: HoldRecord) -> None:
        if not is_hosted(hold.key_id):
            super().settle_left(hold)
            return
        with self._shelves.database.transaction():
            self._shelves.generations.note(hold.id, hold.id)
            self._shelves.generations.park(
                hold.id, self._clock.now(), output_tokens=hold.output_tokens_seen, how=How.DIED
            )

    def settle_found(
        self, hold: HoldRecord, parked: ParkedRecord, found: FoundCall
    ) -> MessageRecord | None:
        """End a call at what the server says of it, with the answer that was paid for.

        The message as it is now, None where it is gone. Raises StoreError; nothing is stored then.
        """
        message = self._shelves.messages.get(hold.message_id)
        if message is not None:
            message = self._without_pending(message)
        if found.receipt is None:
            return self._end_unpaid(message, hold)
        call = self._shelves.hosted_calls.get(hold.id)
        if message is not None and call is not None:
            message = _with_answer(message, call, found)
        if message is None:
            self._end_without_message(hold, found.receipt)
            return None
        return self._store_receipt(message, hold, found.receipt, (), ())

    def _store_receipt(
        self,
        message: MessageRecord,
        hold: HoldRecord,
        text: str,
        notes: Sequence[str],
        before: Sequence[ReceiptCall],
    ) -> MessageRecord:
        """Message, receipt, usage, draws and the end of the hold: all at once, or nothing.

        `before` are attempts elsewhere that gave nothing.
        """
        receipt = Receipt.from_json(text)
        whole = _joined(message.receipt_json, receipt, before, notes)
        stored = replace(message, receipt_json=whole.to_json())
        with self._shelves.database.transaction():
            rows = self._rows(message.id, message.chat_id, hold, receipt)
            self._shelves.messages.finish(stored, rows, _ended(hold, receipt))
            self._keep(hold, text, receipt)
        return stored

    def _end_without_message(self, hold: HoldRecord, text: str) -> None:
        """The chat is gone; what was spent stays known."""
        receipt = Receipt.from_json(text)
        with self._shelves.database.transaction():
            for row in self._rows(hold.message_id, hold.chat_id, hold, receipt):
                self._shelves.usage.add(row)
            self._shelves.holds.end(_ended(hold, receipt))
            self._keep(hold, text, receipt)

    def _end_unpaid(self, message: MessageRecord | None, hold: HoldRecord) -> MessageRecord | None:
        """The server never had this call: its id is worth nothing there, so nothing is owed."""
        released = replace(hold, state=HoldState.RELEASED, proof=Proof.NOTHING_SENT)
        if message is None:
            self._shelves.holds.end(released)
            return None
        self._shelves.messages.finish(message, (), released)
        return message

    def _keep(self, hold: HoldRecord, text: str, receipt: Receipt) -> None:
        call = self._shelves.hosted_calls.get(hold.id)
        if call is None:
            return  # a rescue of a damaged file lost it; the message has the receipt
        draws = [
            DrawRecord(each.payer.id, each.payer.words, each.unit.value, each.value)
            for each in receipt.amounts
        ]
        # At the moment and provider of its row in the usage, so that both add up by day and model.
        first = next((each for each in receipt.calls if each.delivered), None)
        place = CallPlace(
            hold.chat_id,
            first.provider if first is not None else "",
            first.at if first is not None else call.at,
        )
        self._shelves.hosted_calls.end(call, text, draws, place)

    def _rows(
        self, message_id: str, chat_id: str, hold: HoldRecord, receipt: Receipt
    ) -> list[UsageRecord]:
        """One row for each call that was delivered; dollars are what hosted credit drew, so that
        a call which tokens paid for costs none."""
        rows, drawn_pusd = [], _drawn_pusd(receipt)
        for call in receipt.calls:
            if not call.delivered:
                continue
            named = replace(call, model=hold.model_ref.partition("/")[2])
            row = self._usage_row(message_id, chat_id, named, hold)
            rows.append(replace(row, cost_pusd=drawn_pusd, certainty=_certainty(receipt)))
            drawn_pusd = 0
        return rows

    def _park_hosted(
        self,
        message: MessageRecord,
        hold: HoldRecord,
        before: Sequence[ReceiptCall],
        payer: Payer,
    ) -> MessageRecord:
        """Store what came; the server is asked for the rest by the hold's id."""
        waiting = pending_call(self._bare_call(hold, payer), hold.id)
        whole = Receipt(
            (*_calls_of(message.receipt_json), *before, waiting),
            payer,
            None,
            ReceiptCertainty.PENDING,
            rule=ASKING_SERVER,
            amounts=_amounts_of(message.receipt_json),
        )
        stored = replace(message, receipt_json=whole.to_json())
        with self._shelves.database.transaction():
            self._shelves.messages.finish(stored, (), None)
            self._shelves.holds.park_for_lookup(
                hold.id, hold.id, output_tokens=hold.output_tokens_seen, how=How.FAILED
            )
        return stored

    def _bare_call(self, hold: HoldRecord, payer: Payer) -> ReceiptCall:
        return ReceiptCall(
            provider="tuppence",
            model=hold.model_ref.partition("/")[2],
            at=hold.created_at,
            usage=Usage(certainty=Certainty.PENDING),
            charge=Charge((), None, Certainty.PENDING),
            price=None,
            payer=payer,
        )

    def _without_pending(self, message: MessageRecord) -> MessageRecord:
        """The message without the call that waited; what is known of it comes in its place."""
        if message.receipt_json is None:
            return message
        receipt = Receipt.from_json(message.receipt_json)
        known = tuple(call for call in receipt.calls if call.request_id is None or call.basis)
        known = tuple(call for call in known if call.basis != "pending")
        if not known:
            return replace(message, receipt_json=None)
        kept = replace(receipt, calls=known, rule=receipt.rule.replace(ASKING_SERVER, "").strip())
        return replace(message, receipt_json=kept.to_json())


def _was_refused(done: Done) -> bool:
    """Whether the server, or the network before it, said that nothing was begun."""
    error = done.ending.error
    if done.refused:
        return True
    if error is None:
        # Faults of this computer's own, such as a keyring that stays locked, come before a byte.
        return done.finished is None and done.ending.how is How.FAILED and not done.new_text
    return error.billed is False


def _joined(
    before_json: str | None,
    receipt: Receipt,
    before: Sequence[ReceiptCall],
    notes: Sequence[str],
) -> Receipt:
    """The server's receipt as it is, behind what earlier calls of the message have on theirs."""
    earlier = _calls_of(before_json)
    if not earlier and not before and not notes:
        return receipt
    sums = [call.charge.total_pusd for call in (*earlier, *before)]
    total = (receipt.total_pusd or 0) + sum(one for one in sums if one is not None)
    return replace(
        receipt,
        calls=(*earlier, *before, *receipt.calls),
        total_pusd=total,
        amounts=(*_amounts_of(before_json), *receipt.amounts),
        notes=(*receipt.notes, *notes),
    )


def _calls_of(receipt_json: str | None) -> tuple[ReceiptCall, ...]:
    if receipt_json is None:
        return ()
    receipt = Receipt.from_json(receipt_json)
    return tuple(replace(call, payer=receipt.payer_of(call)) for call in receipt.calls)


def _amounts_of(receipt_json: str | None) -> tuple[Amount, ...]:
    return () if receipt_json is None else Receipt.from_json(receipt_json).amounts


def _ended(hold: HoldRecord, receipt: Receipt) -> HoldRecord:
    if not receipt.calls:
        return replace(hold, state=HoldState.RELEASED, proof=Proof.NO_OUTPUT)
    return replace(
        hold,
        state=HoldState.SETTLED,
        settled_pusd=_drawn_pusd(receipt),
        basis=receipt.calls[-1].basis or str(Basis.PROVIDER_USAGE),
    )


def _drawn_pusd(receipt: Receipt) -> int:
    return sum(each.value for each in receipt.amounts if each.unit is Unit.PICODOLLARS)


def _certainty(receipt: Receipt) -> str:
    return "exact" if receipt.certainty is ReceiptCertainty.EXACT else "estimated"


def _with_answer(message: MessageRecord, call: HostedCall, found: FoundCall) -> MessageRecord:
    """The message with the answer that was paid for, where the server still has all of it.

    What the user stopped, or what came here whole, stays as it is.
    """
    came = len(message.text) - call.base_letters
    if message.state is not State.INCOMPLETE or len(found.text) < max(came, 1):
        return message
    filled = replace(
        message,
        text=message.text[: call.base_letters] + found.text,
        thinking=message.thinking[: call.base_thinking] + found.thinking,
    )
    if not found.is_whole:
        return filled
    return replace(filled, state=State.COMPLETE, fault_json=None)
