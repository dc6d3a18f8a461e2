"""What a message would cost a caller now, and who would pay: the admission's own answer, without
holding anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.metering.allowances_split import CallCost, Draw, split
from app.metering.payer import PayerKind
from app.metering.quote import likely_output
from app.server.accounts.identify import Caller
from app.server.credits.admission import Decision, decide
from app.server.credits.prices import sold
from app.server.credits.reading import Situation
from app.server.credits.receipts import payer_of
from app.server.credits.records import CallKind, CallWish
from app.server.errors import Refused
from app.server.services import Services


@dataclass(frozen=True, slots=True)
class QuoteWish:
    """A message that nobody sent yet."""

    models: tuple[str, ...]
    input_tokens: int
    output_tokens_max: int | None
    recent_outputs: tuple[int, ...] = ()
    kind: CallKind = CallKind.CHAT


@dataclass(frozen=True, slots=True)
class ModelQuote:
    """The answer for one model: who pays what at most and likely, or why it cannot be sent."""

    model: str
    refused: Refused | None = None
    payer: PayerKind | None = None
    payer_words: str = ""
    most: tuple[Draw, ...] = ()
    likely: tuple[Draw, ...] = ()
    most_pusd: int = 0
    likely_pusd: int = 0
    output_tokens_max: int = 0
    likely_output_tokens: int = 0
    shortened: bool = False
    priority: bool = False
    not_before: datetime | None = None


def quotes(
    services: Services, wish: QuoteWish, caller: Caller, situation: Situation, now: datetime
) -> Iterator[ModelQuote]:
    """One answer for each model, in the order that was asked."""
    for model in wish.models:
        call = CallWish(
            request_id="quote",
            key="quote",
            body_hash="",
            kind=wish.kind,
            model=model,
            input_tokens=wish.input_tokens,
            output_tokens_max=wish.output_tokens_max,
        )
        try:
            decision = decide(services, call, caller, situation, now)
        except Refused as refused:
            yield ModelQuote(model, refused)
        else:
            yield _quote(services, model, wish, decision, now)


def _quote(
    services: Services, model: str, wish: QuoteWish, decision: Decision, now: datetime
) -> ModelQuote:
    call = decision.call
    likely_tokens = min(likely_output(wish.recent_outputs), call.output_tokens_max)
    price = sold(services, model, now).routes[0].price
    rates = price.rates_at(wish.input_tokens) if price is not None else None
    likely_pusd = 0
    if rates is not None:
        parts = rates.parts
        likely_pusd = parts.get("input", 0) * wish.input_tokens
        likely_pusd += parts.get("output", 0) * likely_tokens + rates.units.get("request", 0)
    tokens = wish.input_tokens + likely_tokens
    cost = CallCost(
        pusd=min(likely_pusd, call.worst_pusd),
        plan_tokens=None if call.weight is None else call.weight * tokens,
        tokens=tokens,
    )
    return ModelQuote(
        model=model,
        payer=call.payer,
        payer_words=payer_of(call, call.draws).words,
        most=call.draws,
        likely=_likely(call.draws, cost),
        most_pusd=call.worst_pusd,
        likely_pusd=min(likely_pusd, call.worst_pusd),
        output_tokens_max=call.output_tokens_max,
        likely_output_tokens=likely_tokens,
        shortened=call.shortened,
        priority=call.priority,
        not_before=call.not_before,
    )


def _likely(draws: Sequence[Draw], cost: CallCost) -> tuple[Draw, ...]:
    return split(cost, [draw.grant for draw in draws]).draws
