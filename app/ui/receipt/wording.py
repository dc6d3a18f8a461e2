"""What a receipt says: figures, rates and the whole of it as text. No widgets here."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QDateTime, QLocale

from app.seam.views import (
    Certainty,
    ReceiptCallView,
    ReceiptPartView,
    ReceiptShareView,
    ReceiptView,
)
from app.ui import words
from app.ui.hosted.wording import drawn_from, drawn_sum

# What the core says a call's figures rest on, for the translations.
_BASES = (
    QT_TRANSLATE_NOOP("receipt", "as the provider counted"),
    QT_TRANSLATE_NOOP("receipt", "counted on this computer"),
    QT_TRANSLATE_NOOP("receipt", "counted by the server"),
    QT_TRANSLATE_NOOP("receipt", "the input alone"),
    QT_TRANSLATE_NOOP("receipt", "looked up at the provider"),
    QT_TRANSLATE_NOOP("receipt", "asked first, gave no answer"),
)
_CERTAINTIES = {
    Certainty.EXACT: str(QT_TRANSLATE_NOOP("receipt", "exact: the provider said so")),
    Certainty.ESTIMATED: str(QT_TRANSLATE_NOOP("receipt", "estimated: counted here")),
    Certainty.PENDING: str(QT_TRANSLATE_NOOP("receipt", "not settled yet")),
    Certainty.UNKNOWN: str(QT_TRANSLATE_NOOP("receipt", "price unknown")),
}
_ESTIMATED_THERE = str(QT_TRANSLATE_NOOP("receipt", "estimated: the server's count"))


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("receipt", text)


def certainty(value: Certainty, *, hosted: bool = False) -> str:
    """`exact: the provider said so`; what hosted credit paid for was not counted here."""
    if hosted and value is Certainty.ESTIMATED:
        return tr(_ESTIMATED_THERE)
    return tr(_CERTAINTIES[value])


def _certainty_of(receipt: ReceiptView) -> str:
    hosted = bool(receipt.calls) and all(call.is_hosted for call in receipt.calls)
    return certainty(receipt.certainty, hosted=hosted)


def total(amount_pusd: int | None, value: Certainty) -> str:
    """A sum; one whose price is not known is said to be so."""
    if amount_pusd is None and value is Certainty.PENDING:
        return certainty(value)
    if amount_pusd is None or value is Certainty.UNKNOWN:
        return tr("price unknown")
    return _exact(amount_pusd, value)


def _exact(amount_pusd: int, value: Certainty) -> str:
    """A figure to its last digit: a receipt rounds nothing."""
    return words.about(words.exact_money(amount_pusd), value) if amount_pusd else words.tr("free")


def charged(receipt: ReceiptView) -> str:
    """What was drawn, with the money beside it where there is some: `1,935 tokens`. What was
    drawn is booked, and so exact however the tokens were counted.
    """
    if not receipt.drawn:
        return total(receipt.total_pusd, receipt.certainty)
    drawn = drawn_sum(receipt.drawn)
    dollars = sum(each.amount for each in receipt.drawn if each.unit == "usd")
    rest = (receipt.total_pusd or 0) - dollars
    return f"{drawn} + {_exact(rest, receipt.certainty)}" if rest else drawn


def call_charged(call: ReceiptCallView) -> str:
    """A call's sum; where hosted credit paid, the receipt's head says what was drawn."""
    if call.is_hosted:
        return ""
    return total(call.total_pusd, call.certainty)


def amount(part: ReceiptPartView, value: Certainty) -> str:
    """One line's amount."""
    if part.amount_pusd is None:
        return tr("price unknown")
    return _exact(part.amount_pusd, value)


def quantity(part: ReceiptPartView, value: Certainty) -> str:
    """`12,400 tokens`, `about 2,930 tokens`; nothing where the part counts nothing."""
    if not part.unit:
        return ""
    unit = _one(part.unit) if part.quantity == 1 else part.unit
    return f"{words.about(words.count(part.quantity), value)} {unit}"


def _one(units: str) -> str:
    """`web searches` as `web search`."""
    return units.removesuffix("es") if units.endswith("ches") else units.removesuffix("s")


def quoted(receipt: ReceiptView) -> str:
    """What was said before it was sent; empty where no quote was made."""
    likely, most = receipt.quoted_likely_pusd, receipt.quoted_most_pusd
    if likely is None and most is None:
        return ""
    if likely == most == 0:
        return words.tr("free")
    if likely is None:
        return tr("at most {0}").format(words.money(most))
    if most is None:
        return tr("about {0}").format(words.money(likely))
    return tr("about {0}, at most {1}").format(words.money(likely), words.money(most))


def moment(call: ReceiptCallView) -> str:
    """When a call was made, in the user's time."""
    local = QDateTime.fromSecsSinceEpoch(int(call.at.timestamp()))
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)


def call_title(receipt: ReceiptView, place: int) -> str:
    """`Call 2 of 3: Claude Sonnet 4.5, Anthropic`."""
    call = receipt.calls[place]
    name = f"{call.model}, {call.provider}" if call.provider else call.model
    if call.asked_model:
        name = tr("{0} (asked for {1})").format(name, call.asked_model)
    if len(receipt.calls) == 1:
        return name
    pattern = tr("Call {0} of {1}: {2}")
    return pattern.format(place + 1, len(receipt.calls), name)


def call_facts(call: ReceiptCallView) -> str:
    """Who paid a call, what its figures rest on and where its rates are from, in one line."""
    said = [tr("Paid by {0}").format(call.payer) if call.payer else "", tr(call.basis)]
    if call.weight is not None:
        pattern = tr("each token counts as {0}")
        said.append(pattern.format(words.count(call.weight)) if call.weight > 1 else "")
    if call.price_source:
        said.append(tr("rates from {0}").format(call.price_source))
    return " · ".join(text for text in said if text)


def shares(receipt: ReceiptView) -> str:
    """`your OpenAI key $0.01 (40 %), your Anthropic key about $0.02 (60 %)`; or the one payer."""
    if receipt.drawn:
        return ", ".join((drawn_from(receipt.drawn), *map(_share, receipt.shares)))
    if len(receipt.shares) < 2:
        return receipt.payer
    return ", ".join(_share(share) for share in receipt.shares)


def _share(share: ReceiptShareView) -> str:
    text = f"{share.payer} {total(share.total_pusd, share.certainty)}"
    return text if share.percent is None else tr("{0} ({1} %)").format(text, share.percent)


def facts(receipt: ReceiptView) -> list[tuple[str, str]]:
    """Name and value of what holds for the whole receipt; what is not known is left out."""
    found = [
        (tr("Quoted before"), quoted(receipt)),
        (tr("Charged after"), charged(receipt)),
        (tr("Certainty"), _certainty_of(receipt)),
        (tr("Paid by"), shares(receipt)),
        (tr("Rule"), receipt.rule),
        (tr("Prices from"), receipt.price_source),
        (tr("Server's request id"), receipt.server_request_id),
    ]
    return [(name, value) for name, value in found if value]


def shows_rates(call: ReceiptCallView) -> bool:
    """Whether rates and amounts are those by which somebody was charged: tokens are drawn by the
    weight instead."""
    return not call.is_hosted or any(part.amount_pusd is not None for part in call.parts)


def _cells(part: ReceiptPartView, call: ReceiptCallView) -> tuple[str, ...]:
    used = quantity(part, call.certainty)
    if not shows_rates(call):
        return (used,)
    return used, part.rate_text, amount(part, call.certainty)


def as_text(receipt: ReceiptView) -> str:
    """The whole receipt, to be pasted anywhere."""
    lines = [tr("Receipt"), ""]
    lines += [f"{name}: {value}" for name, value in facts(receipt)]
    for place, call in enumerate(receipt.calls):
        lines += ["", call_title(receipt, place), moment(call), call_facts(call)]
        if call.request_id:
            lines.append(tr("Request id: {0}").format(call.request_id))
        for part in call.parts:
            cells = _cells(part, call)
            lines.append(f"  {part.label}: {' · '.join(cell for cell in cells if cell)}")
        if sum_text := call_charged(call):
            lines.append(f"  {tr('Together')}: {sum_text} ({certainty(call.certainty)})")
    lines += ["", *receipt.notes] if receipt.notes else []
    return "\n".join(lines) + "\n"
