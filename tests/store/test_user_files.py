"""Files that the user names: what has no end is not opened, and what never answers is left."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from app.store.user_files import NotRegularError, in_own_thread, open_regular


def test_an_ordinary_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    with open_regular(path) as file:
        assert file.read() == b"hello"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe.txt"
    os.mkfifo(path)
    with pytest.raises(NotRegularError):
        open_regular(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there are no devices")
def test_a_device_is_refused() -> None:
    with pytest.raises(NotRegularError):
        open_regular(Path("/dev/zero"))


def test_work_that_never_ends_holds_up_neither_who_asked_nor_the_loop() -> None:
    never = threading.Event()

    async def ask() -> None:
        with pytest.raises(TimeoutError):
            await in_own_thread(never.wait, timeout_s=0.05)

    # `run` waits for the loop's own threads; this one it must not wait for.
    asyncio.run(asyncio.wait_for(ask(), 5))
    left = [thread for thread in threading.enumerate() if thread.name == "user file"]
    assert left
    assert all(thread.daemon for thread in left)
    never.set()


async def test_what_was_wrong_is_said_to_who_asked() -> None:
    def fail() -> None:
        raise FileNotFoundError("gone")

    with pytest.raises(FileNotFoundError):
        await in_own_thread(fail, timeout_s=5)
    assert await in_own_thread(lambda: 3, timeout_s=5) == 3
