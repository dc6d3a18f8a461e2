"""A call of a receipt in words: one line for it, one for each of its parts."""

from __future__ import annotations

from app.commands.columns import in_columns, one_line
from app.money import usd_text
from app.seam.views import Certainty, ReceiptCallView, ReceiptPartView

_RIGHT = frozenset({1, 2, 3})
SURE = {
    Certainty.EXACT: "exact: the provider said so",
    Certainty.ESTIMATED: "estimated: counted here",
    Certainty.PENDING: "not settled yet",
    Certainty.UNKNOWN: "price unknown",
}


def call_words(call: ReceiptCallView) -> str:
    """A call in one line: when, which model, who paid, on what ground, under which id."""
    said = [
        f"{call.at:%Y-%m-%d %H:%M:%S} UTC",
        f"{call.model}, {call.provider}",
        f"asked for {call.asked_model}" if call.asked_model else "",
        f"paid by {call.payer}",
        call.basis,
        f"rates from {call.price_source}" if call.price_source else "",
        f"request id {call.request_id}" if call.request_id else "",
        f"{total_words(call.total_pusd, call.certainty)} ({SURE[call.certainty]})",
    ]
    return one_line(" · ".join(text for text in said if text))


def parts_table(call: ReceiptCallView) -> str:
    """A call's parts under each other."""
    if not call.parts:
        return ""
    return in_columns([_part(part, call.certainty) for part in call.parts], _RIGHT)


def _part(part: ReceiptPartView, certainty: Certainty) -> tuple[str, ...]:
    about = "" if certainty is Certainty.EXACT else "about "
    used = f"{about}{part.quantity:,} {part.unit}" if part.unit else ""
    amount = "price unknown" if part.amount_pusd is None else about + exact(part.amount_pusd)
    return f"  {part.label}", used, part.rate_text, amount


def total_words(total_pusd: int | None, certainty: Certainty) -> str:
    """What a call or a receipt came to."""
    if total_pusd is None or certainty is Certainty.UNKNOWN:
        return "price unknown"
    return ("" if certainty is Certainty.EXACT else "about ") + exact(total_pusd)


def exact(amount_pusd: int) -> str:
    """An amount to its last digit, with cents at least: `$0.10153`; `free` where it is nothing."""
    if not amount_pusd:
        return "free"
    whole, _, part = usd_text(abs(amount_pusd)).partition(".")
    return f"{'−' if amount_pusd < 0 else ''}${int(whole):,}.{part:0<2}"
