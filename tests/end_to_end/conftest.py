"""The program as people have it: a real window on a real display, a real keyring, a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.clock import Clock
from app.store.shelves import open_shelves
from tests.fixtures.provider_server import ProviderServer
from tests.store.keychain.conftest import (  # noqa: F401
    find_leaks,
    no_keyring_by_chance,
    secret_service,
)

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 90
OPENAI_SECRET = "sk-proj-end-to-end-77c0ffee12"

UseWindow = Callable[..., None]
StartWindow = Callable[..., subprocess.Popen[str]]


def run_program(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """`tuppence` as in a terminal, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )


@pytest.fixture
def start_window(x_display: str, own_profile: Path) -> Iterator[StartWindow]:
    """Start the program with a person in front of it; none is left behind."""
    started: list[subprocess.Popen[str]] = []

    def start(flow: str, *words: str) -> subprocess.Popen[str]:
        xcb = {"DISPLAY": x_display, "QT_QPA_PLATFORM": "xcb", "PYTHONFAULTHANDLER": "1"}
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.window_program", flow, *words],
            cwd=ROOT,
            env={**os.environ, **xcb},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(program)
        return program

    yield start
    for program in started:
        if program.poll() is None:
            program.kill()
        program.communicate()


@pytest.fixture
def use_window(start_window: StartWindow) -> UseWindow:
    """Run the program with a person in front of it to its end; fails with what they saw."""

    def use(flow: str, *words: str) -> None:
        program = start_window(flow, *words)
        said, trouble = program.communicate(timeout=LIMIT_S)
        assert program.returncode == 0, said + trouble
        assert "Traceback" not in trouble, trouble

    return use


@pytest.fixture
def openai_key(
    secret_service: object,  # noqa: F811
    provider_server: ProviderServer,
    own_profile: Path,
) -> str:
    """A profile with a key of OpenAI, added by the command line, and GPT-4o chosen; its id."""
    kept = run_program(
        "keys", "add", "--provider", "openai", "--url", f"{provider_server.url}/v1",
        typed=f"{OPENAI_SECRET}\n",
    )  # fmt: skip
    assert kept.returncode == 0, kept.stderr
    shelves = open_shelves(own_profile, Clock())
    key_id = shelves.keys.rows()[0].id
    shelves.settings.set("default_model_ref", f"{key_id}/gpt-4o")
    shelves.database.close()
    return key_id
