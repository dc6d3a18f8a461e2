"""When hosted tokens are used up, a key of one's own goes on in the same chat."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.hosted.loops import answered, choose_model, draws_agree, paste, start_free
from tests.end_to_end.hosted.somebody import ROOT, copied_elsewhere, window
from tests.fixtures.provider_server import ProviderServer, recorded

pytestmark = pytest.mark.timeout(240)
SECRET = "sk-proj-own-key-after-4f1d2c9b7a"


def add_key(home: Path, url: str) -> None:
    """By the command line, which the running window carries out."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "app", "--demo", "keys", "add", "--provider", "openai",
         "--url", url],
        env={**os.environ, "TUPPENCE_HOME": str(home), "PYTHONPATH": str(ROOT)},
        input=f"{SECRET}\n", capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_own_key_goes_on_after_the_allowance(
    wide_display: str, tmp_path: Path, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    provider_server.models = ["gpt-4o"]
    provider_server.keys = {SECRET}
    home = tmp_path / "demo-home"
    with window(wide_display, home, "--demo") as somebody:
        start_free(somebody)
        choose_model(somebody, "GPT-4o")
        add_key(home, f"{provider_server.url}/v1")
        with copied_elsewhere(wide_display, "Word after word. " * 370):
            paste(somebody)
        somebody.say("Sum this up")
        answered(somebody)
        somebody.reads("of 10,000 tokens left.")  # the notice at 80 % moves what is below it
        somebody.say("What is the capital of Mexico?")
        somebody.reads("What is left does not cover this message.")
        way = somebody.reads("Use GPT-4o with your OpenAI key")
        somebody.click(way.text)
        somebody.until(lambda shown: any(o.text == "your key" for o in shown), "the key is taken")
        somebody.hands.key("ctrl+l")
        somebody.hands.key("Return")
        lines = answered(somebody, 2)
        assert "tokens" in lines[0]
        assert "$0.0001, 14 in · 8 out, your OpenAI key" in lines[1]
        somebody.leave()
    assert draws_agree(home / "demo") == 8_325
    assert len(provider_server.posts) == 1
