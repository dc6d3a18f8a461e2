"""What a message draws on tokens, beside Send: the weight is in it, and what is left afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui import words
from app.ui.hosted.wording import amount_of, tr

if TYPE_CHECKING:
    from app.seam.quote_views import QuoteView

Piece = tuple[str, bool]  # text, strong
# Plan tokens, a free model's own tokens, requests, money: each is a sum of its own.
_KINDS = {"plan_tokens": "tokens", "tokens": "free", "requests": "requests", "usd": "usd"}


def credit_forms(quotes: Sequence[QuoteView]) -> list[list[Piece]]:
    """From the longest to the shortest: `about 2,950 tokens + $0.006 · at most 7,800 + $0.017 ·
    5,462 tokens left after · Free allowance`."""
    pieces = drawn_pieces(quotes)
    missing = _missing_pieces(quotes)
    most = _most_pieces(quotes)
    after = [] if missing else _after_pieces(quotes)
    payer = _payer_pieces(quotes)
    forms = [pieces + most + missing + after + payer]
    if after or payer:
        forms.append(pieces + most + missing + after)
    if after:
        forms.append(pieces + after)
    return [*forms, pieces + missing]


def drawn_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    """`about 2,950 tokens + $0.006`; requests are counted and never estimated. Where it is not
    known what would pay, the message's own tokens."""
    likely = _sums(quotes, "likely")
    said = [(kind, _likely_words(kind, likely)) for kind in _KINDS.values() if kind in likely]
    if not said:
        return _input_pieces(quotes)
    lead = "" if all(kind == "requests" for kind, _ in said) else f"{words.tr('about')} "
    pieces: list[Piece] = [(lead, False)] if lead else []
    for place, (_, text) in enumerate(said):
        pieces += [(" + ", False), (text, True)] if place else [(text, True)]
    return pieces


def _input_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    """The input alone at its weight: the answer comes to it."""
    tokens = sum(
        quote.input_tokens * ((quote.hosted.weight if quote.hosted else None) or 1)
        for quote in quotes
    )
    shown = words.tr("{0} tokens").format(words.count(words.rounded(tokens)))
    return [(f"{tr('at least')} ", False), (shown, True)]


def _likely_words(kind: str, sums: dict[str, int]) -> str:
    amount = sums[kind]
    if kind in ("requests", "usd"):
        return amount_of(kind, amount)
    shown = amount_of("plan_tokens", words.rounded(amount))
    return tr("{0} of free models").format(shown) if kind == "free" and "tokens" in sums else shown


def _missing_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    """`more than is left`, or than a member's cap leaves; of several panes, how many of them are
    covered."""
    covered = [quote.hosted.covered for quote in quotes if quote.hosted is not None]
    if all(covered):
        return []
    is_capped = any(quote.hosted.capped for quote in quotes if quote.hosted is not None)
    text = tr("more than your cap leaves") if is_capped else tr("more than is left")
    if any(covered):
        pattern = tr("enough is left for {0} of {1} panes")
        text = pattern.format(sum(covered), len(covered))
    return [(f" · {text}", False)]


def _most_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    """What is held at most; nothing where a pane is not covered and so holds nothing."""
    if any(share.most is None and quote.hosted for quote in quotes for share in quote.shares):
        return []
    most = _sums(quotes, "most")
    shown = []
    for kind in ("tokens", "free", "usd"):
        if most.get(kind):
            amount = words.money(most[kind]) if kind == "usd" else words.count(most[kind])
            beside = kind == "free" and "tokens" in most
            shown.append(tr("{0} of free models").format(amount) if beside else amount)
    return [(f" · {words.tr('at most {0}').format(' + '.join(shown))}", False)] if shown else []


def _after_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    """What is likely left of the grants that pay for one message; several draw on the same.

    What a free model has of its own is said to be the model's: the balance beside it is another.
    """
    hosted = quotes[0].hosted if len(quotes) == 1 else None
    if hosted is None or not hosted.after:
        return []
    units = {each.unit for each in hosted.after}
    if len(units) > 1:
        return []
    left = amount_of(units.pop(), sum(each.after for each in hosted.after))
    if hosted.free and len(hosted.after) == 1:
        left = tr("{0} of {1}").format(left, quotes[0].model_name)
    return [(f" · {tr('{0} left after').format(left)}", False)]


def _payer_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    payers = {quote.payer for quote in quotes if quote.payer and quote.hosted is not None}
    alone = len(payers) == 1 and all(quote.hosted is not None for quote in quotes)
    if alone and all(quote.hosted.free for quote in quotes if quote.hosted is not None):
        return [(f" · {words.tr('free')}", False)]
    return [(f" · {payers.pop()}", False)] if alone else []


def _sums(quotes: Sequence[QuoteView], field: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for quote in quotes:
        for share in quote.shares:
            kind = _KINDS[share.unit]
            sums[kind] = sums.get(kind, 0) + (getattr(share, field) or 0)
        if not quote.shares and quote.likely_pusd is not None:
            amount = quote.likely_pusd if field == "likely" else quote.most_pusd or 0
            sums["usd"] = sums.get("usd", 0) + amount
    if not sums.get("usd"):
        sums.pop("usd", None)
    return sums
