"""A workspace with managed credit: used, charged with its markup, stated, and left by a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.hosted.loops import (
    answered,
    choose_model,
    costs,
    draws_agree,
    left,
    models,
    named,
    run_command,
)
from tests.end_to_end.hosted.somebody import Somebody
from tests.end_to_end.hosted.test_other_catalogs import as_operator, demo_of

pytestmark = pytest.mark.timeout(240)
CATALOG = "workspaces"


def begin_workspace(somebody: Somebody, name: str) -> None:
    somebody.sit_down()
    somebody.click("", name="start-free")
    somebody.until(lambda shown: "" not in models(shown) and models(shown), "a model is chosen")
    run_command(somebody, "Create an organization or workspace")
    named(somebody, "group-name")
    somebody.click("", name="kind-workspace")
    somebody.click("", name="group-name")
    somebody.hands.type(name)
    somebody.hands.key("Return")
    somebody.click("", name="spend-tokens")
    somebody.reads("spent now")
    somebody.hands.key("Escape")


def test_managed_credit_is_given_used_charged_with_its_markup_and_stated(
    wide_display: str, browser: Path, tmp_path: Path
) -> None:
    home = tmp_path / "demo-home"
    with demo_of(CATALOG, wide_display, home, browser) as somebody:
        begin_workspace(somebody, "Studio")
        choose_model(somebody, "GPT-4o")
        somebody.say("Hello")
        somebody.reads("What is left does not cover this message.")
        assert somebody.composer() == "Hello"  # kept, and nothing is for sale here
        assert not any(one.text.startswith("Buy S") for one in somebody.look())
        demo = home / "demo"
        [studio] = json.loads(as_operator(demo, CATALOG, "workspaces", "list", "--json"))
        as_operator(demo, CATALOG, "workspaces", "amount", studio["id"], "managed-monthly",
                    "0.01", "--reason", "A walk through the demo")  # fmt: skip
        somebody.until(lambda shown: "Studio, $0.010 left" in left(shown), "the credit is there")
        somebody.hands.key("ctrl+l")
        somebody.hands.key("Return")
        [line] = answered(somebody)
        # 8 tokens in and 175 out come to $0.00177; four thirds of it are charged.
        assert "$0.0024" in line
        assert "Studio" in line
        run_command(somebody, "Organizations and workspaces")
        somebody.click("Plan and statement")
        somebody.reads("managed credit, of $0.010 each month")
        somebody.reads("You, Messages 1, Model tokens 183, Charged $0.0024")
        somebody.hands.key("Escape")
        run_command(somebody, "Spend your own tokens")
        somebody.until(lambda shown: "Studio" not in left(shown), "one's own are spent")
        somebody.until(lambda shown: not costs(shown), "the workspace's chat is left")
        run_command(somebody, "Spend the tokens of Studio")
        somebody.until(lambda shown: "Studio, $0.0076 left" in left(shown), "the workspace's again")
        somebody.leave()
    assert draws_agree(demo) == 0
