"""Who pays how much of a message, before it is sent: on own keys one share, of credit a split.

Pure: from the answer of an admission to what a quote shows. Nothing is held or drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.metering.allowances_admission import Admitted, Refused
from app.metering.allowances_split import CallCost, WorstCase, settle_split
from app.metering.payer import Payer, PayerKind, Unit
from app.metering.quote_limits import LimitKind, OutputLimit

INCLUDED = "included"


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer pays, in its own unit: picodollars, plan tokens, requests or tokens.

    `likely_pusd` is the part of the call's price that this pays for; the shares' sum is the
    whole. None where no price is known.
    """

    label: str
    unit: Unit
    likely: int | None
    most: int | None
    likely_pusd: int | None


@dataclass(frozen=True, slots=True)
class QuoteShares:
    """`shortened_by` is the limit that a shorter answer kept; `refused` says why nobody pays."""

    shares: tuple[Share, ...]
    output_tokens_max: int
    shortened_by: OutputLimit | None = None
    refused: Refused | None = None


def own_share(payer: Payer, likely_pusd: int | None, most_pusd: int | None) -> Share:
    """The one share of a call that is not paid for with credit."""
    return Share(payer.words, Unit.PICODOLLARS, likely_pusd, most_pusd, likely_pusd)


def shares_of(
    decision: Admitted | Refused, worst: WorstCase, likely: CallCost, own: Payer
) -> QuoteShares:
    """The shares of a call as it was admitted.

    `likely` is what the call will likely cost, in every unit; `own` whose key it is where the
    answer was the own key.
    """
    if isinstance(decision, Refused):
        return QuoteShares((), 0, refused=decision)
    most_pusd = worst.at(decision.output_tokens_max).pusd
    if decision.payer is not PayerKind.ALLOWANCE:
        share = own_share(own, likely.pusd, most_pusd)
        return QuoteShares((share,), decision.output_tokens_max)
    if not decision.draws:
        # An account without limits: nothing is drawn, and what it costs is not the user's.
        share = Share(INCLUDED, Unit.PICODOLLARS, 0, 0, likely.pusd)
        return QuoteShares((share,), decision.output_tokens_max)
    limit = None
    if decision.shortened:
        last = decision.draws[-1].grant.name
        limit = OutputLimit(LimitKind.ALLOWANCE, decision.output_tokens_max, last)
    shares = _split_shares(decision, likely)
    return QuoteShares(shares, decision.output_tokens_max, limit)


def _split_shares(decision: Admitted, likely: CallCost) -> tuple[Share, ...]:
    """One share for each grant that is held, also where the likely cost does not reach it."""
    drawn = {draw.grant.id: draw for draw in settle_split(decision.draws, likely).draws}
    shares = []
    for held in decision.draws:
        draw = drawn.get(held.grant.id)
        part = 0 if draw is None else draw.share
        shares.append(
            Share(
                label=held.grant.name,
                unit=Unit(held.grant.unit.value),
                likely=0 if draw is None else draw.amount,
                most=held.amount,
                likely_pusd=None if likely.pusd is None else int(likely.pusd * part),
            )
        )
    return _without_remainder(shares, likely.pusd)


def _without_remainder(shares: list[Share], whole_pusd: int | None) -> tuple[Share, ...]:
    """What rounding left over goes to the last payer that pays at all."""
    if whole_pusd is None:
        return tuple(shares)
    paying = [place for place, share in enumerate(shares) if share.likely]
    rest = whole_pusd - sum(share.likely_pusd or 0 for share in shares)
    if paying and rest:
        last = shares[paying[-1]]
        shares[paying[-1]] = replace(last, likely_pusd=(last.likely_pusd or 0) + rest)
    return tuple(shares)
