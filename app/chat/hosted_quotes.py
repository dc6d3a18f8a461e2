"""What a message will draw from hosted credit: predicted here by the engine that will charge it,
from what the server said last; the server's own answer is asked for where it matters.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.account.hosted import OutOfTokens
from app.account.session import Session
from app.account.shapes import Fields
from app.account.wallet_shapes import GrantLine
from app.catalog.plans import OwnKeys, Unit
from app.chat.hosted_beside import ALONE, Beside
from app.chat.hosted_routes import HostedTarget
from app.errors import ServerRefused, TuppenceError
from app.metering.allowances import Grant
from app.metering.allowances_admission import Admitted, Refusal, Refused, longest_answer
from app.metering.allowances_split import CallCost, Draw, WorstCase, split
from app.metering.payer import PayerKind
from app.metering.payer import Unit as PaidIn
from app.metering.quote_limits import LimitKind, OutputLimit
from app.metering.quote_shares import QuoteShares, Share, shares_of
from app.providers.json_text import as_object
from app.seam.hosted_views import BalanceAfter, HostedQuoteView


@dataclass(frozen=True, slots=True)
class Prediction:
    """`shares` says who pays what; `after` what each grant has left once it is paid, likely.

    `held` and `likely` are what the call would take at most and likely, by grant and in its unit.
    `needed` is what it would likely take where nobody covers it.
    """

    shares: QuoteShares
    after: tuple[BalanceAfter, ...] = ()
    held: Mapping[str, int] = field(default_factory=dict)
    likely: Mapping[str, int] = field(default_factory=dict)
    needed: tuple[Share, ...] = ()

    @property
    def is_covered(self) -> bool:
        return self.shares.refused is None

    @property
    def payers(self) -> tuple[Share, ...]:
        """The shares to show: what is needed, where nobody pays."""
        return self.shares.shares or self.needed


def predict(
    target: HostedTarget,
    *,
    input_tokens: int,
    likely_output: int,
    output_tokens_max: int,
    beside: Beside = ALONE,
) -> Prediction:
    """Who would pay for a message. `input_tokens` is the most that is counted, as it is held.

    Where several panes are asked at once, the longest answer is one that all of them can have.
    """
    worst = worst_case_of(target, input_tokens, output_tokens_max)
    likely = worst.at(min(likely_output, output_tokens_max))
    wallet = target.wallet
    if target.own_keys == OwnKeys.ALWAYS:
        return _by_own_key(target, worst, likely)
    if wallet is None or wallet.is_unlimited:
        free = Admitted(PayerKind.ALLOWANCE, output_tokens_max)
        return Prediction(shares_of(free, worst, likely, target.payer))
    lines = wallet.grants_for(target.model.id)
    grants = [_grant(line, beside.held) for line in lines]
    cap = _longest_for_all(worst, grants, target.least_output_tokens, beside.sharing)
    if cap is None and target.own_keys == OwnKeys.AFTER_ALLOWANCE:
        return _by_own_key(target, worst, likely)
    if cap is None:
        refused = Refused(Refusal.USED_UP, target.model.id, resets=_next_reset(lines))
        shares = QuoteShares((), 0, refused=refused)
        return Prediction(shares, needed=_needed(grants, likely))
    draws = split(worst.at(cap), grants).draws
    decision = Admitted(PayerKind.ALLOWANCE, cap, draws, shortened=cap < worst.output_tokens_max)
    expected = _amounts(split(likely, [_grant(line, beside.likely) for line in lines]).draws)
    return Prediction(
        shares_of(decision, worst, likely, target.payer),
        _after(lines, beside.likely, expected),
        held=_amounts(draws),
        likely=expected,
    )


def _by_own_key(target: HostedTarget, worst: WorstCase, likely: CallCost) -> Prediction:
    """A key that is kept at the server answers: nothing is drawn, and its provider bills for it."""
    answer = Admitted(PayerKind.OWN_KEY, worst.output_tokens_max)
    return Prediction(shares_of(answer, worst, likely, target.key_payer))


def _longest_for_all(
    worst: WorstCase, grants: Sequence[Grant], least: int, sharing: int
) -> int | None:
    """The longest answer that so many calls like this one are covered with, or else as many of
    them as are; None where not even one is."""
    for calls in range(sharing, 1, -1):

        def is_short(output_tokens: int, calls: int = calls) -> bool:
            return not _covers(worst.at(output_tokens), grants, calls)

        most = worst.output_tokens_max
        if not is_short(most):
            return most
        longer = bisect_left(range(least, most), True, key=is_short)
        if longer:
            return least + longer - 1
    return longest_answer(worst, grants, least)


def _covers(cost: CallCost, grants: Sequence[Grant], calls: int) -> bool:
    """Whether so many calls of one cost are covered, one after the other."""
    for _ in range(calls):
        divided = split(cost, grants)
        if not divided.is_covered:
            return False
        taken = _amounts(divided.draws)
        grants = [_less(each, taken.get(each.id, 0)) for each in grants]
    return True


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


def limits(
    target: HostedTarget, input_tokens: int, asked: int, beside: Beside = ALONE
) -> Sequence[OutputLimit]:
    """How far hosted credit covers an answer, where that makes it shorter."""
    found = predict(
        target, input_tokens=input_tokens, likely_output=0, output_tokens_max=asked, beside=beside
    )
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
        capped=not found.is_covered and _is_capped(target),
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


def _grant(line: GrantLine, taken: Mapping[str, int]) -> Grant:
    """A grant as the panes before left it."""
    grant = Grant(
        id=line.id,
        source=line.source,
        name=line.name,
        unit=Unit(line.unit.value),
        amount=line.granted,
        used=line.used,
        held=line.held,
        resets=line.resets,
        markup=line.markup,
        cap_left=line.left,  # a member's cap may leave less than the grant has
    )
    return _less(grant, taken.get(line.id, 0))


def _is_capped(target: HostedTarget) -> bool:
    """Whether a member's cap leaves less than there is."""
    lines = () if target.wallet is None else target.wallet.grants_for(target.model.id)
    return any(
        line.cap is not None and line.left < line.granted - line.used - line.held for line in lines
    )


def _less(grant: Grant, taken: int) -> Grant:
    if not taken:
        return grant
    return replace(grant, held=grant.held + taken, cap_left=max((grant.cap_left or 0) - taken, 0))


def _amounts(draws: Sequence[Draw]) -> dict[str, int]:
    return {draw.grant.id: draw.amount for draw in draws}


def _needed(grants: Sequence[Grant], likely: CallCost) -> tuple[Share, ...]:
    """What a call that is not covered would likely take, in the unit of what would pay first."""
    for grant in grants:
        amount = likely.in_unit_of(grant)
        if amount is not None:
            return (Share(grant.name, PaidIn(grant.unit.value), amount, None, None),)
    if likely.plan_tokens is None:
        return ()
    return (Share("", PaidIn.PLAN_TOKENS, likely.plan_tokens, None, None),)


def _after(
    lines: Sequence[GrantLine], before: Mapping[str, int], drawn: Mapping[str, int]
) -> tuple[BalanceAfter, ...]:
    """What every grant that may pay has left after the likely cost, in the order of drawing."""
    return tuple(
        BalanceAfter(line.name, str(line.unit), left, left - drawn.get(line.id, 0))
        for line in lines
        for left in (max(line.left - before.get(line.id, 0), 0),)
    )


def _next_reset(lines: Sequence[GrantLine]) -> datetime | None:
    return min((line.resets for line in lines if line.resets is not None), default=None)
