"""Receipts as the window shows them: the muted line under an answer, and the whole of it."""

from __future__ import annotations

from collections.abc import Sequence

from app.metering.cost import ChargeLine
from app.metering.receipt import Receipt, ReceiptCall, ReceiptCertainty
from app.metering.receipt_totals import totals_from_json
from app.money import format_usd, usd_text
from app.seam.views import (
    Certainty,
    CostLine,
    ReceiptCallView,
    ReceiptPartView,
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
_CERTAINTIES = {certainty: Certainty(certainty.value) for certainty in ReceiptCertainty}


def cost_line(receipt_json: str | None, duration_s: float | None) -> CostLine | None:
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
        note=totals.rule,
    )


def receipt_view(message: MessageRecord) -> ReceiptView | None:
    """The whole receipt of a message; None where it has none."""
    if message.receipt_json is None:
        return None
    receipt = Receipt.from_json(message.receipt_json)
    return ReceiptView(
        message_id=message.id,
        total_pusd=receipt.total_pusd,
        certainty=_CERTAINTIES[receipt.certainty],
        payer=receipt.payer.words,
        rule=receipt.rule or "The whole answer came: its input and output were charged.",
        price_source=receipt.price_source,
        calls=tuple(_call(call) for call in receipt.calls),
        quoted_likely_pusd=receipt.quoted_likely_pusd,
        quoted_most_pusd=receipt.quoted_most_pusd,
        notes=receipt.notes,
    )


def _call(call: ReceiptCall) -> ReceiptCallView:
    certainty = Certainty(str(call.charge.certainty))
    return ReceiptCallView(
        model=call.answered_by or call.model,
        provider=call.provider,
        request_id=call.request_id,
        at=call.at,
        certainty=Certainty.UNKNOWN if call.charge.total_pusd is None else certainty,
        parts=_parts(call.charge.lines),
        total_pusd=call.charge.total_pusd,
    )


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


def _rate_text(line: ChargeLine) -> str:
    if line.rate_pusd is None:
        return "price unknown"
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
