"""What a message will cost, as the window shows it: per pane, per model, and who would pay.

Amounts are integer picodollars, None where unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.seam.budgets import BudgetView
from app.seam.hosted_views import HostedQuoteView
from app.seam.views import Certainty


@dataclass(frozen=True, slots=True)
class InputPartsView:
    """What the input of a call consists of, in tokens; together they are the whole."""

    history: int = 0  # the conversation so far, which is sent again
    message: int = 0
    attachments: int = 0
    system: int = 0


@dataclass(frozen=True, slots=True)
class ShareView:
    """What one payer pays of a message, in its own unit: usd (picodollars), plan_tokens, ...

    `likely_pusd` is the part of the price that it covers. Amounts are None where unknown.
    """

    label: str
    unit: str
    likely: int | None
    most: int | None
    likely_pusd: int | None


@dataclass(frozen=True, slots=True)
class LimitView:
    """What makes the longest answer shorter. `kind` is model, context, budget or allowance.

    `name` is whose it is, in the user's words.
    """

    kind: str
    tokens: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class CheaperView:
    """Another model that could answer the same message for less."""

    ref: str
    name: str
    payer: str
    likely_pusd: int


@dataclass(frozen=True, slots=True)
class ModelCostView:
    """What a message would likely cost with one model; None where no price is known.

    `blocked` is why the model cannot take it: `length`, `images`, or empty. `input_tokens` is
    our estimate of what it would read.
    """

    ref: str
    likely_pusd: int | None
    blocked: str = ""
    most_pusd: int | None = None
    input_tokens: int = 0


@dataclass(frozen=True, slots=True)
class QuoteView:
    """What one pane's message will cost. Amounts are None where no price is known.

    `input_spread` is by how many tokens the count may be off, 0 where it is exact.
    `answers_seen` is how many answers of the model the likely one is the median of, 0 where
    there are too few. `not_exact` says why the provider has not counted, where it was to.
    `budget` is the one to warn of: the message brings it to its mark.
    """

    pane: int
    model_name: str
    input_tokens: int
    input_certainty: Certainty
    likely_output_tokens: int
    most_output_tokens: int
    likely_pusd: int | None
    most_pusd: int | None
    payer: str
    blocked: str = ""  # why it cannot be sent, in words
    note: str = ""  # "Above 200,000 tokens the whole call is dearer."
    model_ref: str = ""
    input_spread: int = 0
    parts: InputPartsView | None = None
    cached_tokens: int = 0  # likely read from the provider's cache
    input_pusd: int | None = None  # of `likely_pusd`
    output_pusd: int | None = None
    answers_seen: int = 0
    shares: tuple[ShareView, ...] = ()
    shortened_by: LimitView | None = None
    not_exact: str = ""
    budget: BudgetView | None = None
    hosted: HostedQuoteView | None = None  # where hosted credit would pay
