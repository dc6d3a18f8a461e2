"""The real command line in processes of its own, and a provider on loopback with real traffic."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.fixtures import warm

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
KEY = "sk-test-0123456789abcdefghijklmnop"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """`tuppence` in a data folder of its own, without keyring, display or network."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TUPPENCE_", "DBUS_", "XDG_", "QT_"))
            and name not in ("DISPLAY", "WAYLAND_DISPLAY")
            and not name.lower().endswith("_proxy")
        }
        self.environment |= {
            "TUPPENCE_HOME": str(home),
            "TUPPENCE_PASSPHRASE": "four plain words here",
            "XDG_RUNTIME_DIR": str(home.parent),
            "PYTHONPATH": os.pathsep.join([os.getcwd(), os.environ.get("PYTHONPATH", "")]),
            "PYTHONWARNINGS": "default",
        }

    def __call__(self, *words: str, stdin: str = "", cwd: Path | None = None) -> Done:
        done = warm.run(
            words, environment=self.environment, folder=cwd, typed=stdin.encode(), timeout_s=60
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """A command that goes on while the test does, in an interpreter that starts anew."""
        return subprocess.Popen(
            self.argv(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=self.environment,
        )  # fmt: skip

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "app", *words]


@pytest.fixture
def tuppence(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


@dataclass
class LoopbackProvider:
    """An OpenAI-compatible server that answers with a recording.

    `goes_on` holds the answer back after its first half until it is set.
    """

    recording: dict[str, object]
    url: str = ""
    status: int = 200
    requests: list[dict[str, object]] = field(default_factory=list)
    goes_on: threading.Event = field(default_factory=threading.Event)
    half_sent: threading.Event = field(default_factory=threading.Event)
    hung_up: threading.Event = field(default_factory=threading.Event)

    @property
    def model(self) -> str:
        request = self.recording["request"]
        assert isinstance(request, dict)
        return str(request["model"])


Provider = Callable[[str], LoopbackProvider]


def load_recording(name: str) -> dict[str, object]:
    recording = json.loads((GOLDEN / "streams" / f"{name}.json").read_text())
    assert isinstance(recording, dict)
    return recording


@pytest.fixture
def provider() -> Iterator[Provider]:
    servers: list[ThreadingHTTPServer] = []
    made: list[LoopbackProvider] = []

    def serve(recording_name: str) -> LoopbackProvider:
        loopback = LoopbackProvider(load_recording(recording_name))
        loopback.goes_on.set()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(loopback))
        server.daemon_threads = True
        loopback.url = f"http://127.0.0.1:{server.server_port}/v1"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        made.append(loopback)
        return loopback

    yield serve
    for loopback in made:
        loopback.goes_on.set()
    for server in servers:
        server.shutdown()
        server.server_close()


def _handler(provider: LoopbackProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            models = {"object": "list", "data": [{"id": provider.model, "object": "model"}]}
            self._answer(provider.status, "application/json", json.dumps(models).encode())

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            request = json.loads(self.rfile.read(length))
            provider.requests.append({**request, "_authorization": self.headers["Authorization"]})
            if provider.status != 200:
                self._answer(provider.status, "application/json", b'{"error": {"message": "no"}}')
                return
            self._stream(str(provider.recording["body"]).encode())

        def _stream(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            events = body.split(b"\n\n")
            half = max(len(events) // 2, 1)
            try:
                self.wfile.write(b"\n\n".join(events[:half]) + b"\n\n")
                self.wfile.flush()
                provider.half_sent.set()
                provider.goes_on.wait(60)
                self.wfile.write(b"\n\n".join(events[half:]))
            except OSError:
                provider.hung_up.set()
            self.close_connection = True

        def _answer(self, status: int, media_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Nothing on the test's output."""

    return Handler
