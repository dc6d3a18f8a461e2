"""What a message's receipt becomes with one more call, with one whose bill is not known yet, and
once that is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.chat.rounds import has_rounds
from app.errors import MeteringError
from app.metering.cost import Charge
from app.metering.payer import Payer
from app.metering.quote import Quote
from app.metering.receipt import (
    PENDING_BASIS,
    Receipt,
    ReceiptCall,
    is_pending,
    make_receipt,
)
from app.metering.usage import Certainty, Usage
from app.store.records import MessageRecord

LOOKING_UP = "What this answer cost is being looked up at the provider."


def joined(
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
    in_loop = has_rounds(message)
    # Receipts of earlier versions name one payer for all calls: those calls are still theirs.
    earlier = [replace(call, payer=before.payer_of(call)) for call in before.calls]
    whole = make_receipt([*earlier, *calls], payer, rule=rules, quote=quote, notes=every_note)
    if not in_loop:
        return whole
    # What was said before Send was about the whole message; later calls had a quote of their own.
    return replace(
        whole,
        quoted_likely_pusd=before.quoted_likely_pusd,
        quoted_most_pusd=before.quoted_most_pusd,
        quoted_input_tokens=before.quoted_input_tokens,
    )


def with_rule(receipt_json: str, rule: str) -> str:
    """The receipt with one more rule that applied."""
    receipt = Receipt.from_json(receipt_json)
    rules = dict.fromkeys(text for text in (receipt.rule, rule) if text)
    return replace(receipt, rule=" ".join(rules)).to_json()


def pending_call(call: ReceiptCall, generation_id: str) -> ReceiptCall:
    """A call as it stands on the receipt until its provider was asked."""
    return replace(
        call,
        usage=Usage(certainty=Certainty.PENDING),
        charge=Charge((), None, Certainty.PENDING),
        basis=PENDING_BASIS,
        request_id=generation_id,
    )


def pending_on(receipt_json: str | None, generation_id: str) -> ReceiptCall | None:
    """The call on a receipt that waits for this record; None where the receipt has none."""
    receipt = _read(receipt_json)
    calls = receipt.calls if receipt is not None else ()
    return next((call for call in calls if _waits_for(call, generation_id)), None)


def with_settled(receipt_json: str | None, call: ReceiptCall, payer: Payer, rule: str) -> Receipt:
    """The receipt with a call in the place where it was pending; what else it says stays."""
    before = _read(receipt_json)
    if before is None:
        return make_receipt([call], payer, rule=rule)
    settled = [
        call if _waits_for(each, call.request_id) else replace(each, payer=before.payer_of(each))
        for each in before.calls
    ]
    if call not in settled:
        settled.append(call)
    others = LOOKING_UP if any(map(is_pending, settled)) else ""
    rules = (before.rule.replace(LOOKING_UP, "").strip(), rule, others)
    after = make_receipt(
        settled, before.payer, rule=" ".join(filter(None, rules)), notes=before.notes
    )
    return replace(
        after,
        quoted_likely_pusd=before.quoted_likely_pusd,
        quoted_most_pusd=before.quoted_most_pusd,
        quoted_input_tokens=before.quoted_input_tokens,
    )


def _waits_for(call: ReceiptCall, generation_id: str | None) -> bool:
    return is_pending(call) and call.request_id == generation_id


def _read(receipt_json: str | None) -> Receipt | None:
    try:
        return None if receipt_json is None else Receipt.from_json(receipt_json)
    except MeteringError:
        # A receipt that no version can read keeps no call from being settled.
        return None
