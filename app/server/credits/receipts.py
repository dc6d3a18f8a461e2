"""The receipt of a hosted call: what it cost, what was drawn, and by which rule, as a value, as
headers and as JSON for the last event.

What the provider's record is called stays with the operator: no id of an upstream is on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from app.ledger.records import HoldRow
from app.metering.allowances_split import Draw
from app.metering.hold import Basis, HoldState
from app.metering.payer import UNITS, Amount, Payer, PayerKind, Unit
from app.metering.receipt import Credit, Receipt, ReceiptCall, make_receipt
from app.metering.receipt_json import receipt_to_plain
from app.metering.usage import Usage
from app.money import usd_text
from app.server.credits.outcomes import Outcome
from app.server.credits.records import AdmittedCall, CallEnd, Ending
from app.server.fast_json import json_text

_UNLIMITED = "no limit"


def payer_of(call: AdmittedCall, draws: Sequence[Draw]) -> Payer:
    """Who paid, in words: `Free and Starter Pack`."""
    if call.payer is PayerKind.OWN_KEY:
        key = next((route.own_key for route in call.routes), "")
        return Payer(PayerKind.OWN_KEY, "the workspace's own key", key)
    if not draws:
        return Payer(PayerKind.ALLOWANCE, _UNLIMITED)
    first = draws[0].grant
    if len(draws) == 1:
        return Payer(PayerKind.ALLOWANCE, first.name, first.id)
    names = list(dict.fromkeys([draw.grant.name for draw in draws]))
    words = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return Payer(PayerKind.ALLOWANCE, words, first.id)


def receipt_of_end(
    call: AdmittedCall, end: CallEnd, outcome: Outcome, draws: Sequence[Draw]
) -> Receipt:
    """The receipt of a call that was charged; `draws` are what was really drawn."""
    payer, route, weight = payer_of(call, draws), outcome.route, _weight_of(call, draws)
    upstream = ReceiptCall(
        route.host,
        route.model,
        call.admitted_at,
        outcome.usage,
        outcome.charge,
        route.price,
        answered_by=end.upstream_model or None,
        basis=str(end.basis),
        payer=payer,
        weight=weight,
    )
    return make_receipt(
        (upstream,),
        payer,
        rule=_weighted(rule_of(end, outcome.usage), weight),
        notes=_notes(call, outcome.flagged),
        credit=_credit(call, draws),
    )


def _weight_of(call: AdmittedCall, draws: Sequence[Draw]) -> int | None:
    """How many plan tokens each token drew; None where something else was drawn."""
    for draw in draws:
        if UNITS[draw.grant.unit] is Unit.PLAN_TOKENS:
            return call.weight
    return None


def _weighted(rule: str, weight: int | None) -> str:
    """A rule names tokens of the model; what was drawn is more."""
    return f"{rule} Each token counts as {weight}." if rule and (weight or 1) > 1 else rule


def _credit(call: AdmittedCall, draws: Sequence[Draw]) -> Credit:
    amounts = [
        Amount(
            Payer(PayerKind.ALLOWANCE, draw.grant.name, draw.grant.id),
            draw.amount,
            UNITS[draw.grant.unit],
        )
        for draw in draws
        if draw.amount
    ]
    return Credit(tuple(amounts), call.request_id, call.worst_pusd, call.input_tokens)


def _notes(call: AdmittedCall, flagged: str) -> list[str]:
    notes = []
    if call.shortened:
        notes.append(
            f"The answer was limited to {call.output_tokens_max:,} tokens: so much was covered."
        )
    if flagged:
        notes.append(f"The provider's figures were out of bounds: {flagged}.")
    return notes


def rule_of(end: CallEnd, usage: Usage) -> str:
    """By which rule it was charged, in the user's words; empty where it simply completed."""
    match end.ending:
        case Ending.COMPLETE:
            if end.basis is Basis.COUNTED_PARTIAL:
                return "The provider sent no usage: the charge is what the server counted."
            return ""
        case Ending.INTERRUPTED:
            if end.basis is Basis.INPUT_ONLY:
                return "You stopped before the answer began: only the input was charged."
            if end.basis is Basis.COUNTED_PARTIAL:
                return f"You stopped this answer: input and {_written(usage)} were charged."
            return (
                "You stopped this answer. This provider bills on to the end, "
                f"so the {_written(usage)} it wrote were charged."
            )
        case Ending.INCOMPLETE:
            if end.basis is Basis.INPUT_ONLY:
                return (
                    "The answer broke off, and the server kept no count of it: "
                    "at most the input was charged."
                )
            return f"The answer broke off: input and {_written(usage)} were charged."
        case _:
            assert_never(end.ending)


def receipt_of_nothing(call: AdmittedCall, reason: str) -> Receipt:
    """The receipt of a call that nobody paid for."""
    payer = payer_of(call, call.draws)
    return make_receipt([], payer, rule=_nothing(reason), credit=_credit(call, ()))


def receipt_of_hold(hold: HoldRow, call: AdmittedCall, reason: str = "") -> Receipt:
    """The receipt of a hold that is over, as it was written."""
    if hold.state is HoldState.SETTLED:
        return Receipt.from_json(hold.receipt)
    return receipt_of_nothing(call, reason or "it was never sent")


# Texts that are in the books and not told yet, with their receipts.
_texts: dict[int, tuple[Receipt, str]] = {}
_TEXTS_MAX = 256


def receipt_text(receipt: Receipt) -> str:
    """`Receipt.to_json`, written once for the books and the client, who takes it away: to keep what
    was told would cost more than to write it again for the few who ask."""
    found = _texts.pop(id(receipt), None)
    if found is not None:
        return found[1]
    text = json_text(receipt_to_plain(receipt))
    if len(_texts) >= _TEXTS_MAX:
        _texts.clear()
    _texts[id(receipt)] = receipt, text
    return text


def receipt_headers(receipt: Receipt) -> list[tuple[bytes, bytes]]:
    """`x-tuppence-*`: the request, what was drawn, what it cost at the provider, by whom paid."""
    drawn = ", ".join(_drawn(amount) for amount in receipt.amounts) or "0"
    headers = {
        "x-tuppence-request": receipt.request_id,
        "x-tuppence-drawn": drawn,
        "x-tuppence-payer": receipt.payer.kind,
        "x-tuppence-certainty": receipt.certainty,
    }
    if receipt.total_pusd is not None:
        headers["x-tuppence-cost-usd"] = usd_text(receipt.total_pusd)
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]


def _drawn(amount: Amount) -> str:
    if amount.unit is Unit.PICODOLLARS:
        return f"{usd_text(amount.value)} usd"
    return f"{amount.value} {amount.unit}"


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """For clients: amounts of money in dollars as text, everything else in whole numbers."""
    call = receipt.calls[-1] if receipt.calls else None
    return {
        "request_id": receipt.request_id,
        "payer": {"kind": receipt.payer.kind, "name": receipt.payer.words},
        "drawn": [
            {
                "name": amount.payer.words,
                "unit": amount.unit,
                "amount": usd_text(amount.value)
                if amount.unit is Unit.PICODOLLARS
                else amount.value,
            }
            for amount in receipt.amounts
        ],
        "cost_usd": None if receipt.total_pusd is None else usd_text(receipt.total_pusd),
        "certainty": receipt.certainty,
        "rule": receipt.rule,
        "notes": list(receipt.notes),
        "model": call.model if call else None,
        "provider": call.provider if call else None,
        "basis": call.basis if call else None,
        "usage": dict(call.usage.counts()) if call else {},
        "receipt": receipt_text(receipt),
    }


def _nothing(reason: str) -> str:
    return f"Nothing was charged: {reason.rstrip('.')}."


def _written(usage: Usage) -> str:
    count = usage.output_total
    return "1 token" if count == 1 else f"{count:,} tokens"
