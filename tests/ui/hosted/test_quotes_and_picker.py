"""Hosted models: what a message draws and what is left after it, and what the picker says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from app.seam import commands, events
from app.seam.hosted_views import BalanceAfter, HostedModelView, HostedQuoteView, LeftView
from app.seam.quote_views import QuoteView, ShareView
from app.ui.composer.quote_line import make_forms, pane_line, price_words
from app.ui.panes.greeting import price_line
from app.ui.picker import wording
from tests.ui.hosted.samples import hosted_row, soon
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import chat, quote

AFTER = (BalanceAfter("Free", "plan_tokens", 8_412, 5_465),)


def hosted_quote(share: ShareView, hosted: HostedQuoteView) -> QuoteView:
    plain = quote(likely=None, most=None, payer="Example tokens")
    return replace(plain, shares=(share,), hosted=hosted)


DRAWN = hosted_quote(
    ShareView("Free", "plan_tokens", 2_947, 7_800, None),
    HostedQuoteView("Example tokens", 5, False, True, AFTER),
)
REQUEST = hosted_quote(
    ShareView("Gemini 2.5 Pro", "requests", 1, 1, None),
    HostedQuoteView(
        "Example tokens", None, True, True, (BalanceAfter("Gemini 2.5 Pro", "requests", 47, 46),)
    ),
)


def said(*quotes: QuoteView) -> list[str]:
    return ["".join(text for text, _ in form) for form in make_forms(quotes)]


def test_the_line_says_what_is_drawn_and_left_after_and_who_pays() -> None:
    assert said(DRAWN) == [
        "about 2,950 tokens · at most 7,800 · 5,465 tokens left after · Example tokens",
        "about 2,950 tokens · at most 7,800 · 5,465 tokens left after",
        "about 2,950 tokens · 5,465 tokens left after",
        "about 2,950 tokens",
    ]


def test_a_request_is_a_request_and_no_token() -> None:
    assert said(REQUEST)[0] == "1 request · 46 requests of GPT-4o left after · free"
    assert price_words(REQUEST).startswith("1 request")


def test_two_panes_add_up_and_own_keys_stay_apart() -> None:
    assert said(DRAWN, quote(1))[0] == "about 2,950 tokens + $0.0060 · at most 7,800 + $0.017"
    assert said(DRAWN, REQUEST)[0].startswith("about 2,950 tokens + 1 request · at most 7,800")


def test_what_is_not_covered_is_said_before_send() -> None:
    assert DRAWN.hosted is not None
    short = replace(DRAWN, hosted=replace(DRAWN.hosted, covered=False))
    assert said(short)[0] == (
        "about 2,950 tokens · at most 7,800 · more than is left · Example tokens"
    )
    assert said(short)[-1] == "about 2,950 tokens · more than is left"


def test_where_it_is_not_known_what_would_pay_the_input_is_told_at_its_weight() -> None:
    assert DRAWN.hosted is not None
    short = replace(DRAWN, shares=(), hosted=replace(DRAWN.hosted, covered=False, after=()))
    assert said(short)[-1] == "at least 14,700 tokens · more than is left"
    assert "price unknown" not in "".join(said(short))


def short_of(likely: int) -> QuoteView:
    """A pane that is not covered; its share is what it would need."""
    assert DRAWN.hosted is not None
    share = ShareView("Free", "plan_tokens", likely, None, None)
    return replace(DRAWN, shares=(share,), hosted=replace(DRAWN.hosted, covered=False, after=()))


def test_a_pane_that_is_not_covered_stays_in_the_sum() -> None:
    assert said(short_of(16_100))[0] == "about 16,100 tokens · more than is left · Example tokens"
    assert said(DRAWN, short_of(16_100))[0] == (
        "about 19,000 tokens · enough is left for 1 of 2 panes · Example tokens"
    )


def test_a_members_cap_is_named_where_it_is_what_does_not_do() -> None:
    short = short_of(16_100)
    assert short.hosted is not None
    capped = replace(short, hosted=replace(short.hosted, capped=True))
    assert said(capped)[0] == ("about 16,100 tokens · more than your cap leaves · Example tokens")


def test_a_free_models_tokens_are_no_plan_tokens() -> None:
    free = hosted_quote(
        ShareView("Qwen Turbo", "tokens", 419, 8_210, None),
        HostedQuoteView(
            "Example tokens", 1, True, True, (BalanceAfter("Qwen Turbo", "tokens", 1000, 581),)
        ),
    )
    assert said(free)[0] == (
        "about 419 tokens · at most 8,210 · 581 tokens of GPT-4o left after · free"
    )
    assert said(DRAWN, free)[0] == (
        "about 2,950 tokens + 419 tokens of free models"
        " · at most 7,800 + 8,210 of free models · Example tokens"
    )


def test_an_allowance_in_dollars_is_told_in_dollars() -> None:
    dollars = hosted_quote(
        ShareView("Daily budget", "usd", 6_000_000_000, 17_000_000_000, None),
        HostedQuoteView(
            "Example tokens", None, False, True,
            (BalanceAfter("Daily budget", "usd", 500_000_000_000, 494_000_000_000),),
        ),
    )  # fmt: skip
    assert said(dollars)[0] == "about $0.0060 · at most $0.017 · $0.49 left after · Example tokens"
    assert price_words(dollars).startswith("about $0.0060")


def test_a_new_chat_names_the_weight_and_no_dollars_that_nobody_pays() -> None:
    row = hosted_row()
    assert row.hosted is not None
    weighted = replace(row, free=False, hosted=replace(row.hosted, free=False, weight=5))
    assert price_line(weighted).startswith("Llama 3 70B: 5× tokens · ")
    assert "$" not in price_line(weighted)
    free = replace(row, free=True, hosted=replace(row.hosted, free=True))
    assert price_line(free) == "Llama 3 70B is free"


def test_a_refusal_keeps_what_would_be_drawn() -> None:
    blocked = replace(DRAWN, blocked="too long")
    assert said(blocked)[0] == "about 2,950 tokens · Send will refuse: too long"
    assert "price unknown" not in pane_line(blocked)


def test_the_line_in_the_window_says_it(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.editor, "hello")
    desk.qtbot.wait(40)
    order = desk.port.asked(commands.AskQuote)[-1]
    assert isinstance(order, commands.AskQuote)
    desk.tell(events.QuoteReady(order.serial, "c1", (DRAWN,)))
    assert desk.composer.box.quote.text() == said(DRAWN)[0]


@pytest.mark.parametrize(
    ("free", "weight", "price"),
    [(False, 5, "5× tokens"), (True, None, "free"), (False, None, "$2.50 / $10.00")],
)
def test_the_picker_says_the_weight_or_that_it_is_free(
    free: bool, weight: int | None, price: str
) -> None:
    row = replace(hosted_row(), hosted=HostedModelView("Example tokens", weight, free, ()))
    assert wording.price(row) == price
    if not free and weight is None:
        assert "$2.50 in and $10.00 out" in wording.spoken(row)
    else:
        assert price in wording.spoken(row)


def test_the_picker_says_whom_it_suits_and_what_is_left() -> None:
    left = (LeftView("Free", "plan_tokens", 8_412, 10_000, soon(days=10, hours=4)),)
    hosted = HostedModelView(
        "Example tokens", 5, False, left, ("Beginners", "Pirates"), "Slow at noon."
    )
    note = wording.side_note(replace(hosted_row(), hosted=hosted))
    assert note == (
        "for beginners · Pirates · Free: 8,412 of 10,000 left · resets in 10 d 4 h · Slow at noon."
    )
    used_up = replace(hosted_row(), available=False, why_not="Removed.", hosted=hosted)
    assert wording.side_note(used_up) == "Removed."


@pytest.mark.parametrize(
    ("free", "weight", "badge"),
    [(False, 5, "5× tokens"), (True, None, "free"), (False, None, "Free allowance")],
)
def test_the_pane_does_not_call_hosted_tokens_a_key(
    desk: Desk, free: bool, weight: int | None, badge: str
) -> None:
    row = replace(hosted_row(), hosted=HostedModelView("Example tokens", weight, free, ()))
    desk.tell(events.ModelsListed((row,)), events.ChatOpened(chat("c1", (row.ref, ()))))
    header = desk.frame.panes.panes[0].header
    badges = [label.text() for label in header.findChildren(QLabel) if label.isVisible()]
    assert badge in badges
    assert "your key" not in badges
