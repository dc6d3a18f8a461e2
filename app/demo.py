"""The demo's credit server: a process of its own beside the window, which ends with the window.

Its files lie in the demo's folder, and nothing of the person's environment reaches it: no key of a
provider, no payment key, no setting of a real server.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from app.errors import TuppenceError

_log = logging.getLogger(__name__)

STOP_WITHIN_S = 8.0
_STARTS_AGAIN_MAX = 5
_HOST = "127.0.0.1"
_ADDRESS = re.compile(rb"credit server: (http://[0-9.:]+)")
# Enough to tell an installation with the server's packages from one without.
_PACKAGES = ("uvicorn", "fastapi", "aiohttp", "argon2", "jinja2", "multipart", "stripe")
_KEPT = (
    "PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL",
    "PYTHONPATH", "PYTHONPYCACHEPREFIX", "LD_LIBRARY_PATH", "TUPPENCE_SERVER_CATALOG",
)  # fmt: skip
# Nobody pays for what a script says, and one person may begin as often as they like.
_SETTINGS = {
    "TUPPENCE_SERVER_FREE_DAY_USD": "1000",
    "TUPPENCE_SERVER_DEVICES_PER_ADDRESS_DAY": "1000",
}


def can_serve() -> bool:
    """Whether this installation has what the server needs; a frozen one has not."""
    from importlib.util import find_spec

    return not getattr(sys, "frozen", False) and all(map(find_spec, _PACKAGES))


def open_demo_window() -> bool:
    """The demo in a window and a process of its own; False where there is no server for it."""
    if not can_serve():
        return False
    subprocess.Popen(
        [sys.executable, "-P", "-m", "app", "--demo"],
        env={**os.environ, "PYTHONPATH": _import_path()},
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # it stays when this window is closed
    )
    return True


class DemoServer:
    """One server for one window. It reads from a pipe that only the window holds: however the
    window ends, the pipe ends with it, and the server with the pipe. One that ends before the
    window does is started again, at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()  # of who is the process: it is started again from a thread

    def start(self) -> None:
        """Begin to start it; `address` waits. Raises TuppenceError where it cannot be started."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            port = _free_port(self._port_file)
            self._port_file.write_text(str(port), encoding="ascii")
            with self._said_file.open("wb") as said:
                self._process = subprocess.Popen(
                    [
                        *(sys.executable, "-P", "-m", "app.server.main", "run", "--demo"),
                        *("--while-input", "--host", _HOST, "--port", str(port)),
                        *("--data", str(self._folder)),
                    ],
                    env=server_environment(os.environ),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    start_new_session=True,  # Ctrl+C is for the window, which ends it in order
                )
        except OSError as error:
            raise _not_started(str(error)) from error

    def address(self) -> str:
        """Where it listens; blocks until it does. Raises TuppenceError where it never will."""
        process = self._process
        if process is None or process.stdout is None:
            raise _not_started("")
        for line in process.stdout:
            if (found := _ADDRESS.search(line)) is not None:
                threading.Thread(target=self._watch, name="demo server", daemon=True).start()
                return found[1].decode()
        raise _not_started(self._said_file.read_text(encoding="utf-8", errors="replace"))

    def stop(self) -> None:
        """End it, within a limit."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _watch(self) -> None:
        """Start it again where it ended by itself; one that keeps on ending is left."""
        for _ in range(_STARTS_AGAIN_MAX):
            process = self._process
            if process is None:
                return
            process.wait()
            with self._lock:
                if self._process is not process:
                    return  # it was told to end
                try:
                    self.start()
                except TuppenceError as error:
                    _log.warning("the demo's server was not started again: %s", error)
                    return
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    @property
    def _port_file(self) -> Path:
        return self._folder / "port"

    @property
    def _said_file(self) -> Path:
        return self._folder / "said.txt"


def server_environment(env: Mapping[str, str]) -> dict[str, str]:
    """What of an environment the server gets to see."""
    kept = {name: env[name] for name in _KEPT if name in env}
    return {**kept, **_SETTINGS, "PYTHONPATH": _import_path()}


def _import_path() -> str:
    """So that another process finds this program, wherever it was started from."""
    here = str(Path(__file__).resolve().parents[1])
    return os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))


def _free_port(remembered: Path) -> int:
    """The port of the last time, else any: a computer's account belongs to an address."""
    try:
        last = int(remembered.read_text(encoding="ascii"))
    except (OSError, ValueError):
        last = 0
    for port in (last, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except (OSError, OverflowError):
                continue  # another program has it
            return int(probe.getsockname()[1])
    raise OSError(f"no port of {_HOST} is free")


def _not_started(said: str) -> TuppenceError:
    last = (said.strip().splitlines() or [""])[-1]
    return TuppenceError(
        "The demo's credit server did not start.",
        f"The scripted model answers without it. {last}".strip(),
    )
