"""What a message will draw from hosted credit: predicted here by the engine that will charge it,
from what the server said last; the server's own answer is asked for where it matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.account.hosted import OutOfTokens
from app.account.session import Session
from app.account.shapes import Fields
from app.account.wallet_shapes import GrantLine
from app.catalog.plans import Unit
from app.chat.hosted_routes import HostedTarget
from app.errors import ServerRefused, TuppenceError
from app.metering.allowances import Grant
from app.metering.allowances_admission import Admitted, Refusal, Refused, longest_answer
from app.metering.allowances_split import CallCost, WorstCase, split
from app.metering.payer import PayerKind
from app.metering.quote_limits import LimitKind, OutputLimit
from app.metering.quote_shares import QuoteShares, shares_of
from app.providers.json_text import as_object
from app.seam.hosted_views import BalanceAfter, HostedQuoteView


@dataclass(frozen=True, slots=True)
class Prediction:
    """`shares` says who pays what; `after` what each grant has left once it is paid, likely."""

    shares: QuoteShares
    after: tuple[BalanceAfter, ...] = ()

    @property
    def is_covered(self) -> bool:
        return self.shares.refused is None


def predict(
    target: HostedTarget, *, input_tokens: int, likely_output: int, output_tokens_max: int
) -> Prediction:
    """Who would pay for a message. `input_tokens` is the most that is counted, as it is held."""
    worst = worst_case_of(target, input_tokens, output_tokens_max)
    likely = worst.at(min(likely_output, output_tokens_max))
    wallet = target.wallet
    if wallet is None or wallet.is_unlimited:
        free = Admitted(PayerKind.ALLOWANCE, output_tokens_max)
        return Prediction(shares_of(free, worst, likely, target.payer))
    lines = wallet.grants_for(target.model.id)
    grants = [_grant(line) for line in lines]
    cap = longest_answer(worst, grants, target.least_output_tokens)
    if cap is None:
        refused = Refused(Refusal.USED_UP, target.model.id, resets=_next_reset(lines))
        return Prediction(QuoteShares((), 0, refused=refused))
    draws = split(worst.at(cap), grants).draws
    decision = Admitted(PayerKind.ALLOWANCE, cap, draws, shortened=cap < worst.output_tokens_max)
    shares = shares_of(decision, worst, likely, target.payer)
    return Prediction(shares, _after(lines, likely))


def worst_case_of(target: HostedTarget, input_tokens: int, output_tokens_max: int) -> WorstCase:
    """The most that a message can cost, in every unit."""
    model = target.model
    priced = model.input_rate is not None and model.output_rate is not None
    return WorstCase(
        input_tokens=input_tokens,
        output_tokens_max=output_tokens_max,
        weight=model.weight,
        input_pusd=(model.input_rate or 0) * input_tokens if priced else None,
        output_rate_pusd=model.output_rate or 0,
    )


def limits(target: HostedTarget, input_tokens: int, asked: int) -> Sequence[OutputLimit]:
    """How far hosted credit covers an answer, where that makes it shorter."""
    found = predict(target, input_tokens=input_tokens, likely_output=0, output_tokens_max=asked)
    limit = found.shares.shortened_by
    return () if limit is None else (OutputLimit(LimitKind.ALLOWANCE, limit.tokens, limit.name),)


def quote_view(target: HostedTarget, found: Prediction) -> HostedQuoteView:
    """What the window shows beside the price: the weight, and what is left afterwards."""
    return HostedQuoteView(
        server=target.record.title,
        weight=target.model.weight,
        free=target.model.free,
        covered=found.is_covered,
        after=found.after,
    )


async def require_covered(
    session: Session, target: HostedTarget, *, input_tokens: int, output_tokens_max: int
) -> None:
    """Ask the server about a message that we think is not covered: it may know of a purchase
    that we do not. Raises OutOfTokens with all it says, or what asking raises."""
    body: dict[str, object] = {
        "model": target.model.id,
        "input_tokens": input_tokens,
        "output_tokens_max": output_tokens_max,
    }
    fields = await session.ask("POST", "/api/quote", body, acts_for=target.acts_for)
    for quote in fields.objects("quotes"):
        if not quote.truth("available"):
            raise refusal_of(quote.inner("error"))


def refusal_of(error: Fields) -> TuppenceError:
    """What a server says in place of an answer."""
    words, code = error.text("message"), error.text("code")
    details = as_object(error.value.get("details"))
    if "short" in details or code in ("used_up", "past_due", "in_debt"):
        return OutOfTokens(words, details, code=code)
    return ServerRefused(words, code=code, status=403)


def _grant(line: GrantLine) -> Grant:
    return Grant(
        id=line.id,
        source=line.source,
        name=line.name,
        unit=Unit(line.unit.value),
        amount=line.granted,
        used=line.used,
        held=line.held,
        resets=line.resets,
        cap_left=line.left,  # a member's cap may leave less than the grant has
    )


def _after(lines: Sequence[GrantLine], likely: CallCost) -> tuple[BalanceAfter, ...]:
    """What every grant that may pay has left after the likely cost, in the order of drawing."""
    drawn = {
        draw.grant.id: draw.amount for draw in split(likely, [_grant(line) for line in lines]).draws
    }
    return tuple(
        BalanceAfter(line.name, str(line.unit), line.left, line.left - drawn.get(line.id, 0))
        for line in lines
    )


def _next_reset(lines: Sequence[GrantLine]) -> datetime | None:
    return min((line.resets for line in lines if line.resets is not None), default=None)
