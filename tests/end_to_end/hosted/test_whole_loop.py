"""The whole loop in front of a real screen: the demo's window and server as processes, the system's
browser for the payment, and clicks and keys from the X server alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.end_to_end.hosted.loops import (
    answered,
    ask_anew,
    choose_model,
    costs,
    draws_agree,
    left,
    pay_in_browser,
    start_free,
)
from tests.end_to_end.hosted.somebody import window

pytestmark = pytest.mark.timeout(240)
NOTICE = "of 10,000 tokens left."  # the end of what is said at 80 %, and at no other place


def test_free_tokens_used_up_bought_in_the_browser_and_on(
    wide_display: str, browser: Path, tmp_path: Path
) -> None:
    home = tmp_path / "demo-home"
    with window(wide_display, home, "--demo", browser=browser) as somebody:
        start_free(somebody)
        assert left(somebody.look()) == "Free plan, 10,000 tokens left"
        choose_model(somebody, "Claude 3 Opus")
        somebody.say("Hello")
        [line] = answered(somebody)
        assert "tokens" in line
        assert "$" not in line  # nobody is charged the provider's price
        somebody.say("And once more")
        answered(somebody, 2)
        ask_anew(somebody, "Hello again")
        assert not somebody.sees(NOTICE)
        choose_model(somebody, "GPT-4o")
        ask_anew(somebody, "And again")
        somebody.reads(NOTICE)
        somebody.hands.key("ctrl+n")
        somebody.until(lambda shown: not costs(shown), "a new chat")
        choose_model(somebody, "Claude 3 Opus")
        somebody.say("Is there anything left?")
        somebody.reads("What is left does not cover this message.")
        assert somebody.composer() == "Is there anything left?"
        somebody.click("Buy Starter Pack, $5")
        pay_in_browser(somebody)
        somebody.reads("Starter Pack is credited.")
        assert somebody.composer() == "Is there anything left?"
        somebody.come_back()
        somebody.hands.key("ctrl+l")
        somebody.hands.key("Return")
        [line] = answered(somebody)
        shown = somebody.look()
        [there] = [one for one in shown if one.kind == "CostLineView"]
        somebody.hands.click(there.at)
        somebody.reads("Starter Pack")
        somebody.hands.key("Escape")
        somebody.hands.key("ctrl+shift+j")
        somebody.until(lambda shown: any(o.kind == "UsageDialog" for o in shown), "the usage page")
        somebody.hands.key("Escape")
        somebody.leave()
    assert draws_agree(home / "demo") > 8_000


def test_the_demo_is_there_again_at_the_next_start_and_gone_with_its_folder(
    wide_display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    monkeypatch.setenv("HOME", str(outside))
    home = tmp_path / "demo-home"
    with window(wide_display, home, "--demo") as somebody:
        start_free(somebody)
        somebody.say("Hello")
        answered(somebody)
        somebody.leave()
    assert servers_of(home) == []
    with window(wide_display, home, "--demo") as somebody:
        somebody.sit_down()
        somebody.until(lambda shown: "10,000 tokens left" in left(shown), "the account is there")
        [server] = servers_of(home)
        somebody.process.kill()
        somebody.process.wait()
        deadline = time.monotonic() + 20
        while servers_of(home):
            assert time.monotonic() < deadline, f"the server {server} outlives its window"
            time.sleep(0.1)
    assert {path.name for path in home.iterdir()} == {"demo", "said.txt"}
    ours = [path for path in outside.rglob("*") if "tuppence" in path.name.lower()]
    assert ours == []


def servers_of(home: Path) -> list[int]:
    """The processes of the demo's server in this folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"app.server.main" in words and os.fsencode(home / "demo" / "server") in words:
            found.append(int(place.parent.name))
    return found
