"""What a message draws on tokens, beside Send: the weight is in it, and what is left afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui import words
from app.ui.hosted.wording import amount_of, tr

if TYPE_CHECKING:
    from app.seam.quote_views import QuoteView

Piece = tuple[str, bool]  # text, strong
_KINDS = ("tokens", "requests", "usd")


def credit_forms(quotes: Sequence[QuoteView]) -> list[list[Piece]]:
    """From the longest to the shortest: `about 2,950 tokens + $0.006 · at most 7,800 + $0.017 ·
    5,462 tokens left after · Free allowance`."""
    pieces = drawn_pieces(quotes)
    short = any(quote.hosted is not None and not quote.hosted.covered for quote in quotes)
    missing: list[Piece] = [(f" · {tr('more than is left')}", False)] if short else []
    most = _most_pieces(quotes)
    after = [] if short else _after_pieces(quotes)
    payer = _payer_pieces(quotes)
    forms = [pieces + most + missing + after + payer]
    if after or payer:
        forms.append(pieces + most + missing + after)
    if after:
        forms.append(pieces + after)
    return [*forms, pieces + missing]


def drawn_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    """`about 2,950 tokens + $0.006`; requests are counted and never estimated. Where nothing is
    left to draw on, the message's own tokens."""
    likely = _sums(quotes, "likely")
    said = [(kind, _likely_words(kind, likely[kind])) for kind in _KINDS if kind in likely]
    if not said:
        return _input_pieces(quotes)
    lead = "" if all(kind == "requests" for kind, _ in said) else f"{words.tr('about')} "
    pieces: list[Piece] = [(lead, False)] if lead else []
    for place, (_, text) in enumerate(said):
        pieces += [(" + ", False), (text, True)] if place else [(text, True)]
    return pieces


def _input_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    tokens = sum(quote.input_tokens for quote in quotes)
    exact = all(quote.input_certainty == "exact" for quote in quotes)
    shown = words.tr("{0} tokens").format(words.count(tokens if exact else words.rounded(tokens)))
    lead: list[Piece] = [] if exact else [(f"{words.tr('about')} ", False)]
    return [*lead, (shown, True), (f" {words.tr('in')}", False)]


def _likely_words(kind: str, amount: int) -> str:
    return amount_of(kind, words.rounded(amount) if kind == "tokens" else amount)


def _most_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    most = _sums(quotes, "most")
    shown = [
        words.money(most[kind]) if kind == "usd" else words.count(most[kind])
        for kind in ("tokens", "usd")
        if most.get(kind)
    ]
    return [(f" · {words.tr('at most {0}').format(' + '.join(shown))}", False)] if shown else []


def _after_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    """What is likely left of the grants that pay for one message; several draw on the same."""
    hosted = quotes[0].hosted if len(quotes) == 1 else None
    if hosted is None or not hosted.after:
        return []
    units = {each.unit for each in hosted.after}
    if len(units) > 1:
        return []
    left = amount_of(units.pop(), sum(each.after for each in hosted.after))
    return [(f" · {tr('{0} left after').format(left)}", False)]


def _payer_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    payers = {quote.payer for quote in quotes if quote.payer and quote.hosted is not None}
    alone = len(payers) == 1 and all(quote.hosted is not None for quote in quotes)
    return [(f" · {payers.pop()}", False)] if alone else []


def _sums(quotes: Sequence[QuoteView], field: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for quote in quotes:
        for share in quote.shares:
            kind = share.unit if share.unit in ("usd", "requests") else "tokens"
            sums[kind] = sums.get(kind, 0) + (getattr(share, field) or 0)
        if not quote.shares and quote.likely_pusd is not None:
            amount = quote.likely_pusd if field == "likely" else quote.most_pusd or 0
            sums["usd"] = sums.get("usd", 0) + amount
    if not sums.get("usd"):
        sums.pop("usd", None)
    return sums
