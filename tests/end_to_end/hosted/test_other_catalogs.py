"""Shorter walks at a real screen, one on each of the other catalogs: a subscription, packs, a
passphrase, a budget in dollars, and plans without a price."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.hosted.loops import (
    answered,
    draws_agree,
    left,
    pay_in_browser,
    start_free,
)
from tests.end_to_end.hosted.somebody import ROOT, Somebody, window

pytestmark = pytest.mark.timeout(240)


@contextmanager
def demo_of(catalog: str, display: str, folder: Path, browser: Path) -> Iterator[Somebody]:
    """The demo with another catalog, as its operator would try it."""
    name = {"TUPPENCE_SERVER_CATALOG": catalog}
    with window(display, folder, "--demo", browser=browser, **name) as somebody:
        yield somebody


def as_operator(demo: Path, catalog: str, *words: str, typed: str = "") -> str:
    """A command of the demo server's operator, beside the running server."""
    env = {
        **os.environ, "TUPPENCE_SERVER_DATA": str(demo / "server"), "TUPPENCE_SERVER_DEMO": "true",
        "TUPPENCE_SERVER_CATALOG": catalog, "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-P", "-m", "app.server.main", "admin", *words],
        env=env, input=typed, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_subscription_opens_in_the_browser_and_its_tokens_are_there(
    wide_display: str, browser: Path, tmp_path: Path
) -> None:
    home = tmp_path / "demo-home"
    with demo_of("packs-and-weights", wide_display, home, browser) as somebody:
        start_free(somebody)
        somebody.click("", name="buy-tokens")
        somebody.reads("no money moves")
        somebody.click("", name="choose-premium")
        pay_in_browser(somebody)
        somebody.until(lambda shown: "Premium Monthly plan" in left(shown), "the plan is there")
        somebody.come_back()
        somebody.hands.key("Escape")
        somebody.say("Hello")
        [line] = answered(somebody)
        assert "Free" in line  # what lapses at the end of the month first
        somebody.leave()
    assert draws_agree(home / "demo") > 0


@pytest.mark.soak  # the whole loop buys one too
def test_a_pack_is_bought_before_anything_is_used_up(
    wide_display: str, browser: Path, tmp_path: Path
) -> None:
    home = tmp_path / "demo-home"
    with demo_of("free-models", wide_display, home, browser) as somebody:
        start_free(somebody)
        somebody.say("Hello")
        [line] = answered(somebody)
        assert "Free Qwen models" in line
        somebody.click("", name="buy-tokens")
        somebody.click("", name="offer-power-pack")
        somebody.click("", name="shop-pay")
        pay_in_browser(somebody)
        somebody.until(lambda shown: "510k" in left(shown), "the tokens are there")
        somebody.come_back()
        somebody.hands.key("Escape")
        somebody.leave()
    draws_agree(home / "demo")


def test_a_passphrase_opens_lifetime_access_and_a_budget_in_dollars_pays(
    wide_display: str, browser: Path, tmp_path: Path
) -> None:
    home = tmp_path / "demo-home"
    with demo_of("daily-budgets", wide_display, home, browser) as somebody:
        start_free(somebody)
        assert "Free plan" in left(somebody.look())
        said = as_operator(home / "demo", "daily-budgets", "passphrases", "create", "--name",
                           "friends", "--reason", "A walk through the demo", "--json")  # fmt: skip
        somebody.click("", name="buy-tokens")
        somebody.click("", name="passphrase-link")
        somebody.hands.type(json.loads(said)["passphrase"])
        somebody.hands.key("Return")
        somebody.until(lambda shown: "Global Lifetime Access" in left(shown), "the plan is open")
        somebody.hands.key("Escape")
        somebody.say("Hello")
        [line] = answered(somebody)
        assert "Global Lifetime Access" in line
        assert "$" in line
        somebody.leave()
    assert draws_agree(home / "demo") == 0


def test_plans_without_a_price_are_shown_and_cannot_be_bought(
    wide_display: str, browser: Path, tmp_path: Path
) -> None:
    home = tmp_path / "demo-home"
    with demo_of("monthly-plans", wide_display, home, browser) as somebody:
        start_free(somebody)
        assert "100k tokens left" in left(somebody.look())
        somebody.say("Hello")
        answered(somebody)
        somebody.click("", name="buy-tokens")
        somebody.reads("Mid-tier pricing")
        assert not any(one.name.startswith("choose-") for one in somebody.look())
        somebody.hands.key("Escape")
        somebody.leave()
    draws_agree(home / "demo")
