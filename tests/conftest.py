"""What holds for every test: no network, nobody's keyring or data, no failure unheard.

Each shared fixture has a file of its own in tests/fixtures; a room's fixtures stay in its folder.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import cast

import httpx2
import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir
from pytestqt.qtbot import QtBot

pytest_plugins = (
    "pytester",
    "tests.fixtures.needs",
    "tests.fixtures.browser",
    "tests.fixtures.disk",
    "tests.fixtures.display",
    "tests.fixtures.core",
    "tests.fixtures.credit_server",
    "tests.fixtures.network",
    "tests.fixtures.order",
    "tests.fixtures.postgres",
    "tests.fixtures.provider_server",
)

CACHE = Path(__file__).resolve().parents[1] / "packaging" / ".environment" / "cache"

# Before anything imports Qt or looks for a keyring.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for name in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"):
    os.environ.pop(name, None)
sys.dont_write_bytecode = sys.dont_write_bytecode or sys.pycache_prefix is None
# The programs that tests start would else compile all that they import, each of them anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(CACHE / "bytecode"))

set_hypothesis_home_dir(str(CACHE / "hypothesis"))
# A loaded machine is slow now and then: pytest's own limit ends what hangs.
hypothesis.settings.register_profile("project", deadline=None, print_blob=True)
hypothesis.settings.load_profile("project")

# The same of waits that name no time of their own; five seconds is their libraries' patience.
PATIENCE_S = 60.0
for asking in (
    httpx2.Client.__init__, httpx2.AsyncClient.__init__, httpx2.request,
    httpx2.get, httpx2.head, httpx2.post, httpx2.put, httpx2.patch, httpx2.delete,
):  # fmt: skip
    cast(dict[str, object], asking.__kwdefaults__)["timeout"] = httpx2.Timeout(PATIENCE_S)
for waiting in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitExposed):
    cast(dict[str, object], waiting.__kwdefaults__)["timeout"] = round(1000 * PATIENCE_S)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: a fifth of all time went on looking for garbage in
    it."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool | None, bool | None]:
    """Windows are collected on their own thread, as the program does it: on another one, such as
    the one that draws formulas, a Qt object that is destroyed ends all tests."""
    if "qapp" not in getattr(item, "fixturenames", ()):
        return (yield)
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect(1)
        if was_enabled:
            gc.enable()


@pytest.fixture(autouse=True)
def same_folder() -> Iterator[None]:
    """A test that leaves the working folder fails itself, and not some other one after it."""
    before = Path.cwd()
    yield
    if Path.cwd() != before:
        os.chdir(before)
        pytest.fail("the test left the working folder; monkeypatch.chdir comes back by itself")


@pytest.fixture(autouse=True)
def own_profile(same_folder: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has an empty profile; the one of the person who runs it is never touched."""
    home = tmp_path / "profile"
    monkeypatch.setenv("TUPPENCE_HOME", str(home))
    for variable in [name for name in os.environ if name.startswith("TUPPENCE_")]:
        if variable not in ("TUPPENCE_HOME", "TUPPENCE_ENVIRONMENT"):
            monkeypatch.delenv(variable)
    return home
