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
from tests.end_to_end.hosted.somebody import Somebody, window
from tests.end_to_end.hosted.test_other_catalogs import as_operator, demo_of
from tests.fixtures.provider_server import ProviderServer, recorded
from tests.server.safety.processes import server_process

pytestmark = pytest.mark.timeout(240)
CATALOG = "workspaces"
SECRET = "sk-proj-workspace-key-5d1c8e2f90ab"


def begin_workspace(somebody: Somebody, name: str, where: str = "") -> None:
    """`where` the account's key is kept, where that is asked."""
    somebody.sit_down()
    somebody.click("", name="start-free")
    if where:
        somebody.click("", name=where)
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


def test_a_workspace_answers_by_its_own_key_and_says_who_pays(
    wide_display: str, tmp_path: Path, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    provider_server.models = ["gpt-4o"]
    provider_server.keys = {SECRET}
    env = {"CATALOG": CATALOG, "_OPENAI_BASE_URL": f"{provider_server.url}/v1"}
    with (
        server_process(tmp_path / "server", env=env) as server,
        window(wide_display, tmp_path / "home", TUPPENCE_CREDIT_SERVER=server.url) as somebody,
    ):
        begin_workspace(somebody, "Studio", "choose-session")
        run_command(somebody, "Organizations and workspaces")
        somebody.click("Keys")
        somebody.click("", name="group-key-provider")
        somebody.hands.type("OpenAI")
        somebody.hands.key("Return")
        somebody.click("", name="group-key")
        somebody.hands.type(SECRET)
        somebody.hands.key("Return")
        somebody.reads("The key is kept. Nobody is shown it again.")
        assert not somebody.sees(SECRET)
        somebody.hands.key("Escape")
        choose_model(somebody, "GPT-4o")
        somebody.reads("the key of Studio")  # in the pane, before anything is written
        somebody.write("What is the capital of Mexico?")
        somebody.reads(" · the key of Studio")  # with the message's price, beside Send
        assert not somebody.sees("more than is left")
        somebody.hands.key("Return")
        [line] = answered(somebody)
        assert "$0.0001, 14 in · 8 out, the workspace's own key" in line
        run_command(somebody, "Organizations and workspaces")
        somebody.click("Plan and statement")
        somebody.reads("$0.0001 on the workspace's own keys, billed by their providers")
        somebody.hands.key("Escape")
        somebody.leave()
    assert len(provider_server.posts) == 1
