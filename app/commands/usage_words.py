"""A call of a receipt in words: one line for it, one for each of its parts."""

from __future__ import annotations

from collections.abc import Sequence

from app.commands.columns import in_columns, one_line
from app.money import usd_text
from app.seam.hosted_views import DrawnView
from app.seam.views import Certainty, ReceiptCallView, ReceiptPartView

_RIGHT = frozenset({1, 2, 3})
SURE = {
    Certainty.EXACT: "exact: the provider said so",
    Certainty.ESTIMATED: "estimated: counted here",
    Certainty.PENDING: "not settled yet",
    Certainty.UNKNOWN: "price unknown",
}


UNITS = {"plan_tokens": "tokens", "tokens": "tokens of free models", "requests": "requests"}


def sure(certainty: Certainty, *, hosted: bool) -> str:
    """How sure a figure is; what hosted credit paid for was not counted here."""
    if hosted and certainty is Certainty.ESTIMATED:
        return "estimated: the server's count"
    return SURE[certainty]


def drawn_words(drawn: Sequence[DrawnView]) -> str:
    """What was drawn: `1,588 tokens from Free + 347 tokens from Starter pack`."""
    return " + ".join(_drawn(each) for each in drawn)


def _drawn(each: DrawnView) -> str:
    if each.unit == "usd":
        amount = exact(each.amount)
    else:
        unit = "request" if (each.unit, each.amount) == ("requests", 1) else UNITS[each.unit]
        amount = f"{each.amount:,} {'tokens' if each.name and each.unit == 'tokens' else unit}"
    return f"{amount} from {one_line(each.name)}" if each.name else amount


def call_words(call: ReceiptCallView, drawn: Sequence[DrawnView] = ()) -> str:
    """A call in one line: when, which model, who paid, on what ground, under which id."""
    charged = total_words(call.total_pusd, call.certainty)
    if call.is_hosted:
        charged = drawn_words(drawn) or "by what was drawn"
    said = [
        f"{call.at:%Y-%m-%d %H:%M:%S} UTC",
        f"{call.model}, {call.provider}",
        f"asked for {call.asked_model}" if call.asked_model else "",
        f"paid by {call.payer}",
        call.basis,
        f"each token counts as {call.weight:,}" if (call.weight or 1) > 1 else "",
        f"rates from {call.price_source}" if call.price_source else "",
        f"request id {call.request_id}" if call.request_id else "",
        f"{charged} ({sure(call.certainty, hosted=call.is_hosted)})",
    ]
    return one_line(" · ".join(text for text in said if text))


def parts_table(call: ReceiptCallView) -> str:
    """A call's parts under each other."""
    if not call.parts:
        return ""
    return in_columns(
        [_part(part, call.certainty, is_hosted=call.is_hosted) for part in call.parts], _RIGHT
    )


def _part(part: ReceiptPartView, certainty: Certainty, *, is_hosted: bool) -> tuple[str, ...]:
    about = "" if certainty is Certainty.EXACT else "about "
    used = f"{about}{part.quantity:,} {part.unit}" if part.unit else ""
    amount = "price unknown" if part.amount_pusd is None else about + exact(part.amount_pusd)
    if is_hosted and part.amount_pusd is None:
        amount = ""
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
