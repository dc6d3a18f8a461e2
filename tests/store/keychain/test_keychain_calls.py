"""The keychain awaited: answers, failures, and a keyring that never answers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend

from app.errors import KeyringFailed, KeyringLocked, VaultLocked
from app.store.keychain import Keychain
from app.store.keychain_calls import KeychainCalls
from app.store.keychain_keyring import NamedBackend

KEY = "01936f0e7c4e7000a1b2c3d4e5f60718"


class WaitingKeyring(KeyringBackend):
    """A back-end that waits for a person; `answer` lets it go on."""

    priority = -1

    def __init__(self) -> None:
        super().__init__()
        self.answer = threading.Event()
        self.answered = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.answer.wait()
        self.answered.set()
        return "too late"

    def set_password(self, service: str, username: str, password: str) -> None:
        self.answer.wait()

    def delete_password(self, service: str, username: str) -> None:
        self.answer.wait()


@pytest.fixture
def waiting() -> Iterator[WaitingKeyring]:
    backend = WaitingKeyring()
    yield backend
    backend.answer.set()


def _calls(backend: KeyringBackend, folder: Path, timeout_s: float) -> KeychainCalls:
    named = NamedBackend("Test keyring", lambda: backend)
    return KeychainCalls(Keychain(folder, backends=(named,)), timeout_s=timeout_s)


async def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    calls = KeychainCalls(Keychain(tmp_path, backends=()))
    await calls.keep(KEY, "a secret", "session")
    assert await calls.read(KEY) == "a secret"
    assert (await calls.place()).where == "session"
    await calls.forget(KEY)
    assert await calls.read(KEY, "session") is None


async def test_the_keychains_own_errors_come_through(tmp_path: Path) -> None:
    calls = KeychainCalls(Keychain(tmp_path, backends=()))
    with pytest.raises(VaultLocked, match="too short"):
        await calls.open_vault("short")


async def test_a_keyring_that_never_answers_is_locked_after_the_limit(
    waiting: WaitingKeyring, tmp_path: Path
) -> None:
    with pytest.raises(KeyringLocked, match=r"did not answer within 0\.05 seconds"):
        await _calls(waiting, tmp_path, 0.05).read(KEY)


async def test_the_loop_goes_on_while_a_keyring_waits(
    waiting: WaitingKeyring, tmp_path: Path
) -> None:
    reading = asyncio.create_task(_calls(waiting, tmp_path, 30).read(KEY))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not reading.done()
    waiting.answer.set()
    assert await reading == "too late"


async def test_an_answer_that_comes_too_late_is_dropped(
    waiting: WaitingKeyring, tmp_path: Path
) -> None:
    troubles: list[dict[str, object]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: troubles.append(context))
    with pytest.raises(KeyringLocked):
        await _calls(waiting, tmp_path, 0.01).read(KEY)
    waiting.answer.set()
    await asyncio.to_thread(waiting.answered.wait)
    await asyncio.to_thread(_join_keychain_threads)
    await asyncio.sleep(0)
    assert troubles == []


def test_an_answer_after_the_loop_was_closed_is_dropped(
    waiting: WaitingKeyring, tmp_path: Path
) -> None:
    calls = _calls(waiting, tmp_path, 0.01)
    with pytest.raises(KeyringLocked):
        asyncio.run(calls.read(KEY))
    waiting.answer.set()
    _join_keychain_threads()
    assert waiting.answered.is_set()


async def test_questions_that_nobody_answers_do_not_pile_up_threads(
    waiting: WaitingKeyring, tmp_path: Path
) -> None:
    calls = _calls(waiting, tmp_path, 0.005)
    for _ in range(30):
        with pytest.raises(KeyringLocked):
            await calls.read(KEY)
    assert sum(thread.name == "keychain" for thread in threading.enumerate()) <= 8


async def test_a_stuck_keyring_does_not_hold_up_the_session(
    waiting: WaitingKeyring, tmp_path: Path
) -> None:
    calls = _calls(waiting, tmp_path, 5)
    stuck = asyncio.create_task(calls.read("another"))
    await calls.keep(KEY, "a secret", "session")
    assert await calls.read(KEY) == "a secret"
    stuck.cancel()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_bug_is_reported_and_the_caller_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[type[BaseException] | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(args.exc_type))
    calls = KeychainCalls(Keychain(tmp_path, backends=()))
    with pytest.raises(KeyringFailed):
        await calls.call(lambda: 1 // 0)
    await asyncio.to_thread(_join_keychain_threads)
    assert reported == [ZeroDivisionError]


def test_a_keyring_that_waits_does_not_hold_up_the_end_of_the_program(tmp_path: Path) -> None:
    program = """
import asyncio, pathlib, sys, threading
from app.errors import KeyringLocked
from app.store.keychain import Keychain
from app.store.keychain_calls import KeychainCalls
from app.store.keychain_keyring import NamedBackend
class Waiting:
    def get_password(self, service, username):
        threading.Event().wait()
named = NamedBackend("Test keyring", Waiting)
calls = KeychainCalls(Keychain(pathlib.Path(sys.argv[1]), backends=(named,)), timeout_s=0.05)
try:
    asyncio.run(calls.read("key"))
except KeyringLocked:
    print("locked")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "locked\n", "")


def _join_keychain_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "keychain":
            thread.join(10)
