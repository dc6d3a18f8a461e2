"""One window per data folder, with real processes."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import DatabaseBusy, DiskFull, FolderReadOnly, StoreError
from app.instance import LOCK_NAME, Kind, Place, call_window, read_holder, take, take_window
from tests.fixtures.disk import SmallDisk, unwritable_folder

# A start without Qt: the one that holds the folder says so, answers each caller, and ends
# when its standard input does.
START = """
import pathlib, sys, threading
from app.instance import take_window
place = take_window(pathlib.Path(sys.argv[1]), 60)
if place is None:
    print("raised", flush=True)
    sys.exit(0)
listener = place.listener
calls = []
def answer():
    while True:
        try:
            door, _ = listener.accept()
        except OSError:
            return
        with door:
            calls.append(door.recv(4096))
            door.sendall(b"ok")
late = float(sys.argv[2]) if len(sys.argv) > 2 else 0
threading.Timer(late, lambda: threading.Thread(target=answer, daemon=True).start()).start()
print("window", flush=True)
sys.stdin.read()
print(len(calls), flush=True)
place.release()
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def begin(folder: Path = tmp_path, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(folder), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def answering() -> Iterator[Callable[[Place], None]]:
    """Answers those who call a place of this process."""
    places: list[Place] = []

    def answer(place: Place) -> None:
        places.append(place)
        threading.Thread(target=_answer, args=(place,), daemon=True).start()

    yield answer
    for place in places:
        place.release()


def _answer(place: Place) -> None:
    place.listener.settimeout(30)
    try:
        while True:
            door, _ = place.listener.accept()
            with door:
                door.recv(4096)
                door.sendall(b"ok")
    except OSError:
        return


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_fifty_starts_at_once_give_one_window(start: Start) -> None:
    processes = [start() for _ in range(50)]
    lines = [_first_line(process) for process in processes]
    assert sorted(set(lines)) == ["raised", "window"]
    assert lines.count("window") == 1
    window = processes[lines.index("window")]
    called, _ = window.communicate("", timeout=30)
    assert called.strip() == "49"
    assert [process.wait(30) for process in processes] == [0] * 50


def test_a_start_before_the_door_is_open_names_nobody_to_call(tmp_path: Path) -> None:
    place = take(tmp_path, Kind.WINDOW)
    assert place is not None
    holder = read_holder(tmp_path)
    assert holder is not None
    assert call_window(holder, 1) is False
    assert place.listener.fileno() >= 0
    assert read_holder(tmp_path) == place.holder
    place.release()


def test_a_second_start_waits_for_a_window_that_does_not_answer_yet(
    start: Start, tmp_path: Path
) -> None:
    window = start(tmp_path, "0.5")
    assert _first_line(window) == "window"
    assert _first_line(start()) == "raised"


def test_after_a_kill_the_folder_is_free_again(start: Start, tmp_path: Path) -> None:
    killed = start()
    assert _first_line(killed) == "window"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert (tmp_path / "run" / "window.sock").exists()
    assert read_holder(tmp_path) is not None
    begun = time.perf_counter()
    place = take(tmp_path, Kind.WINDOW)
    assert place is not None
    assert time.perf_counter() - begun < 1
    place.release()


def test_a_second_start_during_the_end_of_the_first_becomes_the_window(
    start: Start, tmp_path: Path
) -> None:
    ending = take(tmp_path, Kind.WINDOW)
    assert ending is not None
    assert ending.listener.fileno() >= 0
    ending.listener.close()
    second = start()
    ending.release()
    assert _first_line(second) == "window"


def test_a_window_waits_for_a_command_to_end(start: Start, tmp_path: Path) -> None:
    command = take(tmp_path, Kind.COMMAND)
    assert command is not None
    window = start()
    command.release()
    assert _first_line(window) == "window"


def test_a_command_that_does_not_end_is_named(tmp_path: Path) -> None:
    command = take(tmp_path, Kind.COMMAND)
    assert command is not None
    with pytest.raises(DatabaseBusy, match=rf"command .* \(process {os.getpid()}\)"):
        take_window(tmp_path, wait_s=0.05)
    command.release()


def test_a_window_that_hangs_is_named(tmp_path: Path) -> None:
    hanging = take(tmp_path, Kind.WINDOW)
    with pytest.raises(DatabaseBusy, match="does not answer"):
        take_window(tmp_path, wait_s=0.1)
    assert hanging is not None
    hanging.release()


def test_a_held_folder_is_not_given_twice(tmp_path: Path) -> None:
    first = take(tmp_path, Kind.COMMAND)
    assert first is not None
    assert take(tmp_path, Kind.COMMAND) is None
    assert take(tmp_path, Kind.WINDOW) is None
    first.release()
    second = take(tmp_path, Kind.COMMAND)
    assert second is not None
    second.release()


def test_two_folders_are_two_windows(tmp_path: Path) -> None:
    places = [take(tmp_path / name, Kind.WINDOW) for name in ("one", "two")]
    assert all(places)
    for place in places:
        assert place is not None
        place.release()


def test_the_holder_says_what_it_is(tmp_path: Path) -> None:
    place = take(tmp_path, Kind.WINDOW)
    assert place is not None
    holder = read_holder(tmp_path)
    assert holder == place.holder
    assert (holder.pid, holder.kind) == (os.getpid(), Kind.WINDOW)
    place.release()
    assert read_holder(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"12", b"x\nwindow\nt\na", b"1\nboat\nt\na", b"\xff\xfe"])
def test_a_lock_file_with_rubbish_names_nobody_and_stops_nobody(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / LOCK_NAME).write_bytes(content)
    assert read_holder(tmp_path) is None
    place = take(tmp_path, Kind.WINDOW)
    assert place is not None
    assert read_holder(tmp_path) == place.holder
    place.release()


def test_a_deep_folder_has_its_door_elsewhere(
    tmp_path: Path, answering: Callable[[Place], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Path("/tmp") / f"t{os.getpid()}"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    deep = tmp_path.joinpath(*["a rather long folder name"] * 5)
    place = take(deep, Kind.WINDOW)
    assert place is not None
    assert place.listener.fileno() >= 0
    assert place.holder.address.startswith(str(runtime))
    answering(place)
    assert take_window(deep) is None
    place.release()
    (runtime / f"tuppence-{os.getuid()}").rmdir()
    runtime.rmdir()


def test_only_the_user_reaches_door_and_token(tmp_path: Path) -> None:
    place = take(tmp_path, Kind.WINDOW)
    assert place is not None
    assert place.listener.fileno() >= 0
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / LOCK_NAME).stat().st_mode) == 0o600
    place.release()


def test_a_door_with_nobody_behind_it_is_no_answer(tmp_path: Path) -> None:
    place = take(tmp_path, Kind.WINDOW)
    assert place is not None
    assert place.listener.fileno() >= 0
    holder = place.holder
    place.release()
    assert call_window(holder, 1) is False


@pytest.mark.skipif(os.name == "nt", reason="rights are otherwise there")
def test_a_folder_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        take(tmp_path / "file", Kind.WINDOW)


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    writable = take(tmp_path, Kind.WINDOW)  # and all that this imports is imported
    assert writable is not None
    writable.release()
    with unwritable_folder() as folder, pytest.raises(FolderReadOnly):
        take(folder, Kind.WINDOW)


def test_a_disk_that_can_only_be_read_is_said_so(small_disk: SmallDisk) -> None:
    small_disk.make_read_only()
    with pytest.raises(FolderReadOnly):
        take(small_disk.folder, Kind.WINDOW)


def test_a_full_disk_is_said_so(small_disk: SmallDisk) -> None:
    with small_disk.full(), pytest.raises(DiskFull):
        take(small_disk.folder, Kind.WINDOW)
    place = take(small_disk.folder, Kind.WINDOW)
    assert place is not None
    place.release()


def test_taking_the_folder_does_not_hold_up_the_first_paint(tmp_path: Path) -> None:
    spent = []
    for _ in range(20):
        begun = time.perf_counter()
        place = take_window(tmp_path)
        spent.append(time.perf_counter() - begun)
        assert place is not None
        place.release()
    assert sorted(spent)[len(spent) // 2] < 0.005


def test_the_lock_needs_neither_asyncio_nor_anything_outside_the_standard_library() -> None:
    program = (
        "import sys, app.instance;"
        "sys.exit(bool({'asyncio', 'PySide6', 'httpx2', 'sqlmodel'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
