"""The program as it is started from a menu, with keys that come from the X server alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.clock import Clock
from app.store.records import State
from app.store.shelves import open_shelves
from tests.end_to_end.conftest import ROOT, run_program
from tests.fixtures.needs import missing
from tests.fixtures.provider_server import ProviderServer, recorded

WAIT_S = 40.0
# GPT-4o: 14 tokens in and 8 out, at 2.50 and 10 dollars per million.
OWED_PUSD = 14 * 2_500_000 + 8 * 10_000_000


def wait_until(holds: Callable[[], object], what: str) -> None:
    deadline, pause = time.monotonic() + WAIT_S, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        pause.wait(0.1)


@pytest.fixture
def keyboard(x_display: str) -> Callable[..., str]:
    """The keyboard of the display: `keyboard("key", "ctrl+q")`."""
    if shutil.which("xdotool") is None:
        pytest.skip(missing("xdotool"))

    def use(*words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env={**os.environ, "DISPLAY": x_display},
            capture_output=True, text=True, timeout=WAIT_S,
        )  # fmt: skip
        return done.stdout.strip()

    return use


@pytest.fixture
def program(openai_key: str, x_display: str) -> Iterator[subprocess.Popen[str]]:
    running = subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={**os.environ, "DISPLAY": x_display, "QT_QPA_PLATFORM": "xcb"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield running
    if running.poll() is None:
        running.kill()
    running.communicate()


def test_a_message_typed_on_a_real_keyboard_is_answered_charged_and_kept(
    program: subprocess.Popen[str],
    keyboard: Callable[..., str],
    provider_server: ProviderServer,
    own_profile: Path,
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89", pace_s=0.02)]
    wait_until(lambda: keyboard("search", "--onlyvisible", "--pid", str(program.pid)), "a window")
    window = keyboard("search", "--onlyvisible", "--pid", str(program.pid)).split()[-1]
    keyboard("windowfocus", "--sync", window)
    keyboard("type", "--delay", "20", "What is the capital of Mexico?")
    keyboard("key", "Return")
    wait_until(lambda: provider_server.posts, "the provider is asked")

    def is_charged() -> bool:
        listed = run_program("chats", "list", "--json")
        chats = json.loads(listed.stdout) if listed.returncode == 0 else []
        return bool(chats) and "0.000115" in json.dumps(chats)

    wait_until(is_charged, "a command asks the running window, and the chat has its cost")
    keyboard("key", "ctrl+q")
    assert program.wait(WAIT_S) == 0
    shelves = open_shelves(own_profile, Clock())
    chat = shelves.chats.rows()[0]
    question, answer = shelves.messages.all_of(chat.id)
    shelves.database.close()
    assert question.text == "What is the capital of Mexico?"
    assert answer.state is State.COMPLETE
    assert answer.text == "The capital of Mexico is Mexico City."
    assert chat.total_pusd == OWED_PUSD
