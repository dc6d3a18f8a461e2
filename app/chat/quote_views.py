"""Quotes as the window shows them."""

from __future__ import annotations

from app.chat.routes import Route
from app.metering.quote import Quote
from app.metering.quote_limits import LimitKind, OutputLimit
from app.metering.quote_parts import InputParts
from app.metering.quote_shares import Share, own_share
from app.seam.quote_views import InputPartsView, LimitView, QuoteView, ShareView
from app.seam.views import Certainty
from app.store.records import PaneRecord


def quote_view(
    pane: PaneRecord,
    route: Route,
    quote: Quote,
    parts: InputParts | None = None,
    *,
    blocked: str = "",
    not_exact: str = "",
) -> QuoteView:
    """One pane's quote."""
    tokens, certainty = quote.input_tokens, Certainty(quote.input_certainty.value)
    output_pusd = None
    if quote.likely_pusd is not None and quote.likely_input_pusd is not None:
        output_pusd = quote.likely_pusd - quote.likely_input_pusd
    share = own_share(route.payer, quote.likely_pusd, quote.most_pusd)
    return QuoteView(
        pane=pane.position,
        model_name=route.model_name,
        input_tokens=tokens,
        input_certainty=certainty,
        likely_output_tokens=quote.likely_output_tokens,
        most_output_tokens=quote.most_output_tokens,
        likely_pusd=quote.likely_pusd,
        most_pusd=quote.most_pusd,
        payer=route.payer.words,
        blocked=blocked,
        note=quote.note or (f"price unknown: {quote.price_trouble}" if quote.price_trouble else ""),
        model_ref=route.ref,
        input_spread=0 if certainty is Certainty.EXACT else quote.input_tokens_most - tokens,
        parts=None if parts is None else _parts_view(parts),
        cached_tokens=quote.likely_cached_tokens,
        input_pusd=quote.likely_input_pusd,
        output_pusd=output_pusd,
        answers_seen=quote.answers_seen,
        shares=(share_view(share),),
        shortened_by=_limit_view(quote.shortened_by, route),
        not_exact=not_exact,
    )


def blocked_view(pane: PaneRecord, why: str) -> QuoteView:
    """A pane that nobody can be asked in."""
    return QuoteView(
        pane.position, "", 0, Certainty.UNKNOWN, 0, 0, None, None, "", blocked=why,
        model_ref=pane.model_ref,
    )  # fmt: skip


def share_view(share: Share) -> ShareView:
    """What one payer pays."""
    return ShareView(share.label, share.unit.value, share.likely, share.most, share.likely_pusd)


def _parts_view(parts: InputParts) -> InputPartsView:
    return InputPartsView(parts.history, parts.message, parts.attachments, parts.system)


def _limit_view(limit: OutputLimit | None, route: Route) -> LimitView | None:
    if limit is None:
        return None
    of_model = limit.kind in (LimitKind.MODEL, LimitKind.CONTEXT)
    return LimitView(limit.kind.value, limit.tokens, route.model_name if of_model else limit.name)
