"""Receipts as the window shows them: the muted line under an answer, and the whole of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.chat.names import Names
from app.metering.cost import Charge, ChargeLine
from app.metering.payer import PayerKind, Unit
from app.metering.receipt import (
    Receipt,
    ReceiptCall,
    ReceiptCertainty,
    is_pending,
)
from app.metering.receipt_totals import totals_from_json
from app.money import format_usd, usd_text
from app.seam.hosted_views import DrawnView
from app.seam.views import (
    Certainty,
    CostLine,
    ReceiptCallView,
    ReceiptPartView,
    ReceiptShareView,
    ReceiptView,
)
from app.store.records import MessageRecord

_LABELS = {
    "input": "Input",
    "cache_read": "Read from cache",
    "cache_write_5m": "Written to cache, 5 minutes",
    "cache_write_1h": "Written to cache, 1 hour",
    "output": "Output",
    "reasoning": "Thinking",
    "input_audio": "Audio in",
    "cache_read_audio": "Audio read from cache",
    "output_audio": "Audio out",
    "input_image": "Images in",
    "cache_read_image": "Images read from cache",
    "output_image": "Images out",
    "input_video": "Video in",
    "output_video": "Video out",
    "request": "Request",
    "web_search": "Web search",
}
BASES = {
    "provider_usage": "as the provider counted",
    "counted_partial": "counted on this computer",
    "input_only": "the input alone",
    "provider_lookup": "looked up at the provider",
}
_COUNTED_THERE = "counted by the server"
_NOT_DELIVERED = "asked first, gave no answer"
PROVIDERS_FIGURE = "To the provider's own figure"
WHOLE_ANSWER = "The whole answer came: its input and output were charged."
_FREE_RULES = (
    ("You stopped", "You stopped this answer; it costs nothing."),
    ("The answer broke off", "The answer broke off; it costs nothing."),
    ("The program ended", "The program ended during this answer; it costs nothing."),
    ("", "This answer costs nothing."),
)
GroupOf = Callable[[str], str]
"""What a group is called by its id; empty for one's own account."""
_CERTAINTIES = {certainty: Certainty(certainty.value) for certainty in ReceiptCertainty}


def no_group(holder: str) -> str:
    return ""


def cost_line(
    receipt_json: str | None, duration_s: float | None, group_of: GroupOf = no_group
) -> CostLine | None:
    """The line under an answer; None where nothing was charged."""
    if receipt_json is None:
        return None
    totals = totals_from_json(receipt_json)
    return CostLine(
        total_pusd=totals.total_pusd,
        certainty=_CERTAINTIES[totals.certainty],
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens - totals.thinking_tokens,
        thinking_tokens=totals.thinking_tokens,
        payer=totals.payer,
        duration_s=duration_s,
        cached_tokens=totals.cached_tokens,
        note=rule_words(totals.rule, totals.total_pusd) if totals.rule else "",
        drawn=tuple(
            DrawnView(name, unit, amount, group_of(holder))
            for name, unit, amount, holder in totals.drawn
        ),
        weight=totals.weight,
    )


def rule_words(rule: str, total_pusd: int | None) -> str:
    """The rule that applied; one about charges is said anew where there are none."""
    if total_pusd != 0 or "nothing was charged" in rule:
        return rule or WHOLE_ANSWER
    return next((said for begin, said in _FREE_RULES if rule.startswith(begin)), rule)


def receipt_view(
    message: MessageRecord, names: Names, group_of: GroupOf = no_group
) -> ReceiptView | None:
    """The whole receipt of a message; None where it has none."""
    if message.receipt_json is None:
        return None
    receipt = Receipt.from_json(message.receipt_json)
    shares = share_views(receipt, names)
    # What tokens paid for was quoted in tokens: the server's quote in dollars was nobody's here.
    in_tokens = all_hosted(receipt) and not any(
        each.unit is Unit.PICODOLLARS for each in receipt.amounts
    )
    return ReceiptView(
        message_id=message.id,
        total_pusd=charged_pusd(receipt),
        certainty=_CERTAINTIES[receipt.certainty],
        payer=" and ".join(dict.fromkeys(names.payer(share.payer) for share in receipt.shares))
        or names.payer(receipt.payer),
        rule=rule_words(receipt.rule, receipt.total_pusd),
        price_source="" if all_hosted(receipt) else receipt.price_source,
        calls=tuple(call_view(receipt, call, names) for call in receipt.calls),
        quoted_likely_pusd=None if in_tokens else receipt.quoted_likely_pusd,
        quoted_most_pusd=None if in_tokens else receipt.quoted_most_pusd,
        notes=receipt.notes,
        shares=shares,
        drawn=tuple(
            DrawnView(
                each.payer.words,
                each.unit.value,
                each.value,
                group_of(each.payer.id.partition("/")[0]),
            )
            for each in receipt.amounts
        ),
        server_request_id=receipt.request_id,
    )


def all_hosted(receipt: Receipt) -> bool:
    """Whether hosted credit paid for every call."""
    return bool(receipt.calls) and all(is_hosted_call(receipt, call) for call in receipt.calls)


def is_hosted_call(receipt: Receipt, call: ReceiptCall) -> bool:
    """Whether hosted credit paid for it: by what is drawn, and not by what its parts come to."""
    return receipt.payer_of(call).kind is PayerKind.ALLOWANCE


def charged_pusd(receipt: Receipt) -> int | None:
    """The money that somebody was charged; what only tokens paid for is no money."""
    if not any(is_hosted_call(receipt, call) for call in receipt.calls):
        return receipt.total_pusd
    drawn = [each.value for each in receipt.amounts if each.unit is Unit.PICODOLLARS]
    own = [
        call.charge.total_pusd
        for call in receipt.calls
        if not is_hosted_call(receipt, call) and call.charge.total_pusd is not None
    ]
    return sum((*drawn, *own))


def share_views(receipt: Receipt, names: Names) -> tuple[ReceiptShareView, ...]:
    """Who paid what share of a receipt in money; the percentages add up to 100.

    What hosted credit paid is told by what was drawn.
    """
    shares = [share for share in receipt.shares if share.payer.kind is not PayerKind.ALLOWANCE]
    percents = percents_of([share.total_pusd for share in shares])
    return tuple(
        ReceiptShareView(
            names.payer(share.payer), share.total_pusd, _CERTAINTIES[share.certainty], percent
        )
        for share, percent in zip(shares, percents, strict=True)
    )


def percents_of(amounts: Sequence[int | None]) -> list[int | None]:
    """Whole percentages that add up to 100; None where an amount is unknown or all are zero."""
    known = [amount for amount in amounts if amount is not None]
    total = sum(known)
    if len(known) < len(amounts) or total <= 0:
        return [None] * len(amounts)
    whole = [amount * 100 // total for amount in known]
    # What rounding down left over goes to those that lost the most by it.
    by_loss = sorted(range(len(known)), key=lambda place: -(known[place] * 100 % total))
    for place in by_loss[: 100 - sum(whole)]:
        whole[place] += 1
    return list(whole)


def _drew_its_price(receipt: Receipt) -> bool:
    """Whether the dollars that were drawn are what the rates come to, so that they can be shown:
    a markup is the server's affair."""
    if any(each.unit is not Unit.PICODOLLARS for each in receipt.amounts):
        return False
    prices = [
        call.charge.total_pusd or 0 for call in receipt.calls if is_hosted_call(receipt, call)
    ]
    return bool(receipt.amounts) and sum(each.value for each in receipt.amounts) == sum(prices)


def _basis(call: ReceiptCall, *, hosted: bool) -> str:
    """What the figures rest on. A provider that only guesses has not counted: nothing is said."""
    if not call.delivered:
        return _NOT_DELIVERED
    if hosted and call.basis == "counted_partial":
        return _COUNTED_THERE
    guessed = call.basis == "provider_usage" and str(call.charge.certainty) == "estimated"
    return "" if hosted and guessed else BASES.get(call.basis, "")


def call_view(receipt: Receipt, call: ReceiptCall, names: Names) -> ReceiptCallView:
    """One call of a receipt."""
    payer, hosted = receipt.payer_of(call), is_hosted_call(receipt, call)
    model = names.model(call.provider, call.answered_by or call.model)
    asked = names.model(call.provider, call.model)
    return ReceiptCallView(
        model=model,
        provider=names.host(call.provider, payer.id),
        request_id=call.request_id,
        at=call.at,
        certainty=Certainty(str(call.charge.certainty)) if hosted else _call_certainty(call),
        parts=_drawn_parts(call)
        if hosted and not _drew_its_price(receipt)
        else _parts(call.charge.lines) + _difference(call.charge),
        total_pusd=None if hosted else call.charge.total_pusd,
        payer=names.payer(payer),
        price_source=call.price.source if call.price is not None and not hosted else "",
        asked_model="" if model.startswith(asked) else asked,
        delivered=call.delivered,
        basis=_basis(call, hosted=hosted),
        is_hosted=hosted,
        weight=call.weight,
    )


def _call_certainty(call: ReceiptCall) -> Certainty:
    if call.charge.total_pusd is None and not is_pending(call):
        return Certainty.UNKNOWN
    return Certainty(str(call.charge.certainty))


def _difference(charge: Charge) -> tuple[ReceiptPartView, ...]:
    """What the provider's own figure adds to ours or takes off it, so that the parts add up."""
    if charge.reported_pusd is None or charge.total_pusd != charge.reported_pusd:
        return ()
    amount_pusd = charge.reported_pusd - (charge.calculated_pusd or 0)
    return (ReceiptPartView(PROVIDERS_FIGURE, 0, "", "", amount_pusd),) if amount_pusd else ()


def _parts(lines: Sequence[ChargeLine]) -> tuple[ReceiptPartView, ...]:
    return tuple(
        ReceiptPartView(
            label=_LABELS.get(line.name, line.name.replace("_", " ").capitalize()),
            quantity=line.quantity,
            unit=line.unit,
            rate_text=_rate_text(line),
            amount_pusd=line.amount_pusd,
        )
        for line in lines
    )


def _drawn_parts(call: ReceiptCall) -> tuple[ReceiptPartView, ...]:
    """What was counted; its provider's rates are the server's affair."""
    return tuple(
        replace(part, rate_text="", amount_pusd=None) for part in _parts(call.charge.lines)
    )


def _rate_text(line: ChargeLine) -> str:
    if line.rate_pusd is None:
        return "price unknown"
    if not line.rate_pusd:
        return "free"
    if line.unit == "tokens":
        # Picodollars per token are micro-dollars per million: a million tokens, in dollars.
        return per_million(line.rate_pusd)
    return f"{format_usd(line.rate_pusd)} each"


def per_million(rate_pusd: int) -> str:
    """A rate per token as people read it: `$2.50 per million`."""
    return f"${_two_places(usd_text(rate_pusd * 1_000_000))} per million"


def _two_places(amount: str) -> str:
    whole, _, cents = amount.partition(".")
    return f"{whole}.{cents:0<2}"
