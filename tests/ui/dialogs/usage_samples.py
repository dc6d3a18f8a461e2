"""A usage page as a busy month leaves it, for the tests of its parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from app.seam.usage_views import (
    UsageBar,
    UsageCall,
    UsageLine,
    UsagePeriod,
    UsageScope,
    UsageSum,
    UsageView,
)
from app.seam.views import Certainty
from tests.ui.dialogs.samples import HOSTILE, NOW, USD

EXACT, ABOUT, UNKNOWN = Certainty.EXACT, Certainty.ESTIMATED, Certainty.UNKNOWN
FIRST, TODAY = date(2026, 11, 1), date(2026, 11, 21)
DAY = timedelta(days=1)
CALL_COUNT = 1_234


def total(cents: int | None, certainty: Certainty = EXACT, **more: int) -> UsageSum:
    usual = UsageSum(
        None if cents is None else cents * USD // 100, certainty, 0, 0, 12, 12, 9_000, 1_500
    )
    return replace(usual, **more)  # type: ignore[arg-type]


def line(id_: str, label: str, cents: int | None, **more: object) -> UsageLine:
    return replace(UsageLine(id_, label, "OpenAI", total(cents)), **more)  # type: ignore[arg-type]


def bar(day: date, cents: int, estimated: int = 0, unpriced: int = 0) -> UsageBar:
    messages = 3 if cents or estimated or unpriced else 0
    return UsageBar(day, day, cents * USD // 100, estimated * USD // 100, unpriced, messages)


def view(scope: UsageScope | None = None, **more: object) -> UsageView:
    days = tuple(bar(FIRST + n * DAY, 10 + n, n % 4) for n in range(21))
    monday = TODAY - timedelta(days=5 + 52 * 7)
    year = tuple(bar(monday + n * DAY, n % 9, n % 50 == 0) for n in range(370))
    usual = UsageView(
        scope=scope or UsageScope(UsagePeriod.MONTH, FIRST, TODAY),
        total=total(618, ABOUT, estimated_pusd=108 * USD // 100, unpriced=3, calls=CALL_COUNT),
        bars=days,
        bar_unit="day",
        year=year,
        models=(
            line("openai/gpt-4o", "GPT-4o", 402),
            line("anthropic/claude-sonnet-4-5", "Claude Sonnet 4.5", 216, note="Anthropic"),
            line("x/x", "Model X", None, sum=total(None, UNKNOWN)),
        ),
        chats=(line("c1", HOSTILE, 402), line("", "7 more chats", 2)),
        keys=(line("k1", "OpenAI …f3Qk", 618),),
        payers=(line("own:OpenAI", "You, billed by OpenAI", 618),),
        narrowed=(),
        ever_used=True,
        today=TODAY,
        as_of=NOW,
    )
    return replace(usual, **more)  # type: ignore[arg-type]


def call(number: int, **more: object) -> UsageCall:
    usual = UsageCall(
        f"u{number}", f"m{number}", "c1", "Sourdough", "Flour and water", NOW, "GPT-4o",
        "OpenAI …f3Qk", 318, 96, 7 * USD // 1000, EXACT, False, True,
    )  # fmt: skip
    return replace(usual, **more)  # type: ignore[arg-type]
