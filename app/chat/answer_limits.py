"""How long an answer may get, and what a model cannot answer at all."""

from __future__ import annotations

from collections.abc import Sequence

from app.chat.context import OUTPUT_TOKENS_MAX, THINKING_OUTPUT_TOKENS_MAX
from app.chat.fitness import require_answerable
from app.chat.routes import Route
from app.errors import TuppenceError
from app.metering.quote import Quote
from app.metering.quote_limits import LimitKind, OutputLimit, context_limit
from app.metering.token_count import TokenCount
from app.providers.languages import Language
from app.request import RequestMessage


def output_cap(route: Route) -> int:
    """The cap that is asked for where nothing makes it shorter: more where the model thinks."""
    thinks = route.card is not None and "thinks" in route.card.abilities
    return THINKING_OUTPUT_TOKENS_MAX if thinks else OUTPUT_TOKENS_MAX


def limits_of_model(route: Route, count: TokenCount) -> Sequence[OutputLimit]:
    """The longest answer that the model gives, and what its window leaves for one."""
    card = route.card
    if card is None:
        return ()
    limits = []
    if card.output_tokens_max:
        limits.append(OutputLimit(LimitKind.MODEL, card.output_tokens_max))
    # Gemini's windows are for the input alone: the answer has a room of its own.
    if card.context_tokens and route.host.language_of(route.model_id) is not Language.GEMINI:
        left = context_limit(card.context_tokens, count.most)
        limits.extend([left] if left is not None else [])
    return limits


def why_not(route: Route, messages: Sequence[RequestMessage], quote: Quote) -> str:
    """Why the model cannot answer this, in words; empty where it can."""
    try:
        require_answerable(route, messages, quote)
    except TuppenceError as error:
        return str(error)
    return ""
