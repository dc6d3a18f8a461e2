"""The part of hosted credit in a quote: nothing of it where an own key or this computer pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.chat import hosted_quotes
from app.chat.hosted_beside import ALONE, Beside, Together
from app.chat.hosted_routes import HostedTarget
from app.chat.quote_views import share_view
from app.chat.routes import Route
from app.metering.quote import Quote
from app.metering.quote_limits import OutputLimit
from app.metering.token_count import TokenCount
from app.seam.quote_views import QuoteView


def beside_others(route: Route, together: Together) -> Beside:
    """What the panes before this one leave to it."""
    return ALONE if route.hosted is None else together.beside(route.hosted)


def limits_of_credit(
    route: Route, count: TokenCount, asked: int, others: Beside
) -> Sequence[OutputLimit]:
    """How far hosted credit covers an answer, where that makes it shorter."""
    return hosted_quotes.limits(route.hosted, count.most, asked, others) if route.hosted else ()


def predicted(target: HostedTarget, quote: Quote, others: Beside) -> hosted_quotes.Prediction:
    """Who would pay for a message as it was quoted."""
    return hosted_quotes.predict(
        target,
        input_tokens=quote.input_tokens_most,
        likely_output=quote.likely_output_tokens,
        output_tokens_max=quote.most_output_tokens,
        beside=others,
    )


def with_credit(view: QuoteView, route: Route, quote: Quote, together: Together) -> QuoteView:
    """The view with what hosted credit would pay, and noted for the panes that follow."""
    if route.hosted is None:
        return view
    found = predicted(route.hosted, quote, together.beside(route.hosted))
    together.take(route.hosted, found.held, found.likely)
    hosted = hosted_quotes.quote_view(route.hosted, found)
    return replace(view, shares=tuple(map(share_view, found.payers)), hosted=hosted, note="")
