"""What the quote's card says: figures and reasons in words. No widgets here."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.seam.quote_views import QuoteView, ShareView
from app.seam.views import Certainty
from app.ui import words

GROWN_TOKENS = 500  # a shorter conversation is not worth a word

_UNITS = {
    "plan_tokens": str(QT_TRANSLATE_NOOP("quote", "{0} tokens")),
    "tokens": str(QT_TRANSLATE_NOOP("quote", "{0} tokens")),
    "requests": str(QT_TRANSLATE_NOOP("quote", "{0} requests")),
}
_LIMITS = {
    "model": str(QT_TRANSLATE_NOOP("quote", "{1} writes at most {0} tokens.")),
    "context": str(
        QT_TRANSLATE_NOOP("quote", "What {1} can read leaves {0} tokens for the answer.")
    ),
    "budget": str(QT_TRANSLATE_NOOP("quote", "What is left of {1} pays for {0} tokens.")),
    "allowance": str(QT_TRANSLATE_NOOP("quote", "What is left of {1} pays for {0} tokens.")),
}


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("quote", text)


def total(quote: QuoteView) -> str:
    """`about $0.0060`, `free`, `price unknown`."""
    if quote.likely_pusd is None:
        return tr("price unknown")
    if not quote.likely_pusd and not quote.most_pusd:
        return tr("free")
    return tr("about {0}").format(words.money(quote.likely_pusd))


def most(quote: QuoteView) -> str:
    """`at most $0.017`; empty where nothing is due or known."""
    return tr("at most {0}").format(words.money(quote.most_pusd)) if quote.most_pusd else ""


def amount(amount_pusd: int | None, quote: QuoteView) -> str:
    """One line's amount; empty where the whole costs nothing, or nobody knows what."""
    if amount_pusd is None or not quote.most_pusd:
        return ""
    return tr("about {0}").format(words.money(amount_pusd))


def input_tokens(quote: QuoteView) -> str:
    """`2,947` where it is exact, else `about 2,950 ± 2 %`."""
    if quote.input_certainty is Certainty.EXACT:
        return words.count(quote.input_tokens)
    about = tr("about {0}").format(words.count(words.rounded(quote.input_tokens)))
    percent = spread_percent(quote)
    return tr("{0} ± {1} %").format(about, percent) if percent else about


def spread_percent(quote: QuoteView) -> int:
    """How far the count may be off, rounded up; 0 where it is exact."""
    if not quote.input_tokens:
        return 0
    return -(-100 * quote.input_spread // quote.input_tokens)


def part_tokens(tokens: int, quote: QuoteView) -> str:
    """A part of the input; estimated as the whole is."""
    exact = quote.input_certainty is Certainty.EXACT
    return words.count(tokens if exact else words.rounded(tokens))


def input_parts(quote: QuoteView) -> list[tuple[str, str]]:
    """Name and tokens of each part; one that is not there is left out, as is one that is all."""
    parts = quote.parts
    if parts is None:
        return []
    named = (
        (tr("The conversation so far"), parts.history),
        (tr("This message"), parts.message),
        (tr("Files"), parts.attachments),
        (tr("Instructions"), parts.system),
    )
    found = [(name, about_tokens(tokens, quote)) for name, tokens in named if tokens]
    return found if len(found) > 1 else []


def about_tokens(tokens: int, quote: QuoteView) -> str:
    """A part of the input as a figure of its own: `about 12,300` in an estimate."""
    text = part_tokens(tokens, quote)
    return text if quote.input_certainty is Certainty.EXACT else tr("about {0}").format(text)


def growth(quote: QuoteView) -> str:
    """That a long chat is sent again with each message; empty where it is not long."""
    parts = quote.parts
    if parts is None or parts.history < max(GROWN_TOKENS, parts.message + parts.attachments):
        return ""
    history, whole = (part_tokens(n, quote) for n in (parts.history, quote.input_tokens))
    if history == whole:
        text = tr("The whole conversation is sent again: nearly all of the {0} tokens.")
        return text.format(whole)
    return tr("The whole conversation is sent again: {0} of {1} tokens.").format(history, whole)


def likely_answer(quote: QuoteView) -> str:
    """Why so long an answer is likely."""
    if quote.answers_seen:
        return tr("Likely answer: the median of this model's last {0}.").format(
            words.count(quote.answers_seen)
        )
    return tr("Likely answer: a guess, until five of this model are known.")


def limit(quote: QuoteView) -> str:
    """What makes the longest answer shorter; empty where nothing does."""
    by = quote.shortened_by
    if by is None or by.kind not in _LIMITS:
        return ""
    return tr(_LIMITS[by.kind]).format(words.count(by.tokens), by.name)


def counting(quote: QuoteView) -> str:
    """Who counted the input, and why not the provider where it was to."""
    if quote.input_certainty is Certainty.EXACT:
        return tr("The provider counted this message.")
    said = tr("Counted on this computer.")
    return f"{said} {quote.not_exact}" if quote.not_exact else said


def share_amounts(share: ShareView) -> tuple[str, str]:
    """What a payer likely pays and at most, in its unit; `price unknown` and nothing else."""
    if share.likely is None:
        return tr("price unknown"), ""
    if not share.likely and not share.most:
        return tr("free"), ""
    likely = tr("likely nothing")
    if share.likely:
        likely = tr("about {0}").format(in_unit(share.likely, share.unit))
    if share.most is None:
        return likely, ""
    return likely, tr("at most {0}").format(in_unit(share.most, share.unit))


def in_unit(quantity: int, unit: str) -> str:
    """`$0.0060`, `2,950 tokens`, `1 requests`."""
    if unit not in _UNITS:
        return words.money(quantity)
    return tr(_UNITS[unit]).format(words.count(quantity))
