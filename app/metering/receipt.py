"""What a message did cost: every upstream call with its frozen price, who paid, and by what rule.

A receipt is written once. It holds the price it was charged at, so that no later price changes
it, and it can be read by every later version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.catalog.prices import Price
from app.metering.cost import Charge
from app.metering.payer import Amount, Payer
from app.metering.quote import Quote
from app.metering.usage import Certainty, Usage
from app.quick_init import quick_init

PENDING_BASIS = "pending"  # stands where the basis will be once the call is settled


class ReceiptCertainty(StrEnum):
    """How sure the total is."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    PENDING = "pending"
    UNKNOWN = "unknown"  # no price is known: tokens only


@quick_init
@dataclass(frozen=True, slots=True)
class ReceiptCall:
    """One upstream call: the delivered answer, a retry, or an attempt at another provider.

    `provider` and `model` are as asked; `answered_by` is the model that the provider named.
    `payer` None: a receipt from before each call named its own; the receipt's payer paid.
    `weight` is how many plan tokens each token drew, None where none were drawn or by an older
    receipt.
    """

    provider: str
    model: str
    at: datetime
    usage: Usage
    charge: Charge
    price: Price | None
    request_id: str | None = None
    answered_by: str | None = None
    delivered: bool = True
    basis: str = ""
    payer: Payer | None = None
    weight: int | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class Credit:
    """What the credit server has beside a charge: what was drawn, and what was quoted at most."""

    amounts: tuple[Amount, ...]
    request_id: str
    quoted_most_pusd: int
    quoted_input_tokens: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer paid of a receipt; `total_pusd` None where no price is known."""

    payer: Payer
    total_pusd: int | None
    certainty: ReceiptCertainty


@quick_init
@dataclass(frozen=True, slots=True)
class Receipt:
    """`total_pusd` None: no call has a known price. Where only some have, it is their sum and

    `notes` say so. The quote's figures are kept beside what came of them. `payer` is that of
    the newest call. `amounts` are what was drawn, each in its own unit, where credit paid;
    `request_id` is the credit server's name for the request, empty for a call of this computer.
    """

    calls: tuple[ReceiptCall, ...]
    payer: Payer
    total_pusd: int | None
    certainty: ReceiptCertainty
    rule: str = ""
    quoted_likely_pusd: int | None = None
    quoted_most_pusd: int | None = None
    quoted_input_tokens: int | None = None
    notes: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    request_id: str = ""

    @property
    def price_source(self) -> str:
        """Where the prices come from, for users: `genai-prices, 21 August 2026`."""
        sources = dict.fromkeys(call.price.source for call in self.calls if call.price)
        return "; ".join(source for source in sources if source)

    def payer_of(self, call: ReceiptCall) -> Payer:
        """Who paid a call."""
        return call.payer or self.payer

    @property
    def shares(self) -> tuple[Share, ...]:
        """Who paid how much, in the order of their first call; the totals add up to the whole.

        A call that was not delivered is nobody's share unless it cost something.
        """
        paid: dict[Payer, list[ReceiptCall]] = {}
        for call in self.calls:
            if call.delivered or call.charge.total_pusd:
                paid.setdefault(self.payer_of(call), []).append(call)
        return tuple(
            Share(payer, _total(calls), _certainty(calls)) for payer, calls in paid.items()
        )

    def to_json(self) -> str:
        """The frozen form, with its version."""
        from app.metering.receipt_json import receipt_to_json

        return receipt_to_json(self)

    @classmethod
    def from_json(cls, text: str) -> Receipt:
        """Raises MeteringError where the text is no receipt that this version can read."""
        from app.metering.receipt_json import receipt_from_json

        return receipt_from_json(text)


def make_receipt(
    calls: Sequence[ReceiptCall],
    payer: Payer,
    *,
    rule: str = "",
    quote: Quote | None = None,
    notes: Sequence[str] = (),
    credit: Credit | None = None,
) -> Receipt:
    """Sum up a message's calls; the notes of every charge and price are taken along, each once.

    What `credit` quoted is the server's word and stands in the place of a `quote`'s.
    """
    total_pusd = _total(calls)
    every_note, unpriced = [*notes], False
    for call in calls:
        every_note += call.charge.notes
        if call.price is not None:
            every_note += call.price.notes
        unpriced = unpriced or (call.charge.total_pusd is None and not is_pending(call))
    if total_pusd is not None and unpriced:
        every_note.append("The total leaves out calls without a known price.")
    each_note = tuple(dict.fromkeys(every_note)) if every_note else ()
    likely_pusd = most_pusd = input_tokens = None
    if quote is not None:
        likely_pusd, most_pusd = quote.likely_pusd, quote.most_pusd
        input_tokens = quote.input_tokens
    amounts: tuple[Amount, ...] = ()
    request_id = ""
    if credit is not None:
        most_pusd, input_tokens = credit.quoted_most_pusd, credit.quoted_input_tokens
        amounts, request_id = credit.amounts, credit.request_id
    return Receipt(
        tuple(calls),
        payer,
        total_pusd,
        _certainty(calls),
        rule,
        likely_pusd,
        most_pusd,
        input_tokens,
        each_note,
        amounts,
        request_id,
    )


def is_pending(call: ReceiptCall) -> bool:
    """Whether what a call cost is still being looked up at its provider."""
    return call.basis == PENDING_BASIS


def _total(calls: Sequence[ReceiptCall]) -> int | None:
    """The sum of what is priced; None where there are calls and none of them is."""
    known = [call.charge.total_pusd for call in calls if call.charge.total_pusd is not None]
    return sum(known) if known or not calls else None


def _certainty(calls: Sequence[ReceiptCall]) -> ReceiptCertainty:
    found = []
    priced = 0
    for call in calls:
        if is_pending(call):
            return ReceiptCertainty.PENDING
        priced += call.charge.total_pusd is not None
        found.append(call.charge.certainty)
    if calls and not priced:
        return ReceiptCertainty.UNKNOWN
    if Certainty.PENDING in found:
        return ReceiptCertainty.PENDING
    if Certainty.ESTIMATED in found or priced < len(calls):
        return ReceiptCertainty.ESTIMATED
    return ReceiptCertainty.EXACT
