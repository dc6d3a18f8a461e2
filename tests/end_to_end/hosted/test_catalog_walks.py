"""The whole of a catalog at a real screen: used up, said so, bought, gone on, receipt and usage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.hosted.loops import (
    answered,
    choose_model,
    costs,
    draws_agree,
    left,
    paste,
    pay_in_browser,
    start_free,
)
from tests.end_to_end.hosted.somebody import ROOT, Seen, Somebody, copied_elsewhere
from tests.end_to_end.hosted.test_other_catalogs import demo_of

pytestmark = [pytest.mark.timeout(400), pytest.mark.soak]
SHORT = "What is left does not cover this message."
QUESTION = "Something long, please"


def use_up(somebody: Somebody) -> None:
    """One long answer after the other, each in a chat of its own, until there is no more."""
    for _ in range(6):
        somebody.hands.key("ctrl+n")
        somebody.until(lambda shown: not costs(shown), "a new chat")
        somebody.say(QUESTION)
        if somebody.until(_end, "an answer, or that nothing is left") == SHORT:
            return
    raise AssertionError("it is never used up")


def _end(shown: list[Seen]) -> str:
    if any(one.says(SHORT) for one in shown):
        return SHORT
    stop = any(one.said == "Stop the answer" and one.enabled for one in shown)
    return "" if stop else next(iter(costs(shown)), "")


def open_receipt(somebody: Somebody, source: str, model: str, *, at: int = 0) -> None:
    there = [one for one in somebody.look() if one.kind == "CostLineView"][at]
    somebody.hands.click(there.at)
    somebody.until(lambda shown: any(o.kind == "ReceiptDialog" for o in shown), "the receipt")
    somebody.reads(f"from {source}")
    somebody.reads(f"{model}, Demo")
    somebody.hands.key("Escape")


def open_usage(somebody: Somebody) -> None:
    somebody.hands.key("ctrl+shift+j")
    somebody.until(lambda shown: any(o.kind == "UsageDialog" for o in shown), "the usage page")
    somebody.reads("Payers")
    somebody.hands.key("Escape")


@pytest.mark.parametrize(
    ("catalog", "model", "offer", "source"),
    [
        ("free-models", "GPT-4", "Buy Starter Pack, $5", "Starter Pack"),
        ("packs-and-weights", "Claude 3 Opus", "Buy 200,000 tokens, $5", "200,000 tokens"),
        ("daily-budgets", "GPT-4o", "Buy Basic, $9 a month", "Basic"),
    ],
)
def test_what_is_used_up_is_bought_and_the_message_goes_on(
    wide_display: str, browser: Path, tmp_path: Path,
    catalog: str, model: str, offer: str, source: str,
) -> None:  # fmt: skip
    home = tmp_path / "demo-home"
    with demo_of(catalog, wide_display, home, browser) as somebody:
        start_free(somebody)
        choose_model(somebody, model)
        use_up(somebody)
        assert somebody.composer() == QUESTION
        somebody.reads(" short · resets in ")
        somebody.click(offer)
        pay_in_browser(somebody)
        somebody.reads(" is credited.")
        somebody.come_back()
        somebody.hands.key("ctrl+l")
        somebody.hands.key("Return")
        answered(somebody)
        open_receipt(somebody, source, model)
        open_usage(somebody)
        somebody.leave()
    draws_agree(home / "demo")


def with_prices(folder: Path) -> Path:
    """The catalog as its operator has to complete it: two plans have words for a price."""
    text = (ROOT / "resources" / "catalogs" / "monthly-plans.toml").read_text()
    for words, price in (("Mid-tier pricing", "20"), ("Premium pricing", "90")):
        text = text.replace(f'price_words = "{words}"', f'price_usd = "{price}"')
    priced = folder / "monthly-plans.toml"
    priced.write_text(text)
    return priced


def test_a_month_of_tokens_is_used_up_and_a_larger_plan_goes_on(
    wide_display: str, browser: Path, tmp_path: Path
) -> None:
    home, catalog = tmp_path / "demo-home", with_prices(tmp_path)
    with demo_of(str(catalog), wide_display, home, browser) as somebody:
        start_free(somebody)
        assert "100k tokens left" in left(somebody.look())
        choose_model(somebody, "GPT-4o")
        with copied_elsewhere(wide_display, "Word after word. " * 22_000):
            paste(somebody)
        somebody.say("Sum this up")
        [line] = answered(somebody)
        assert "tokens" in line
        somebody.say(QUESTION)
        somebody.reads(SHORT)
        assert somebody.composer() == QUESTION
        somebody.reads(" short · resets in ")
        somebody.click("Buy Professional, $20 a month")
        pay_in_browser(somebody)
        somebody.reads(" is credited.")
        somebody.come_back()
        somebody.hands.key("ctrl+l")
        somebody.hands.key("Return")
        answered(somebody, 2)
        assert "Professional" in left(somebody.look())
        open_receipt(somebody, "Professional", "GPT-4o", at=-1)
        open_usage(somebody)
        somebody.leave()
    draws_agree(home / "demo")
