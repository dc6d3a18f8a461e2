"""A credit server as an operator starts it: a process of its own, its output, its memory."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

from app.licensing.keys import SigningKey
from app.server.accounts.proofs import Purpose, signed_bytes

ROOT = Path(__file__).resolve().parents[3]
STARTED_WITHIN_S = 60.0
STOPPED_WITHIN_S = 40.0
_ADDRESS = re.compile(r"credit server: (http\S+)")
_API_KEY = re.compile(r"API key:\s+(tp_\S+)")
MIB = 1024 * 1024


@dataclass
class ServerProcess:
    """A server that runs. `output` is the file of all that it prints."""

    process: subprocess.Popen[bytes]
    data: Path
    output: Path

    @property
    def printed(self) -> str:
        return self.output.read_text("utf-8", "replace")

    @property
    def url(self) -> str:
        found = _ADDRESS.search(self.printed)
        assert found, self.printed
        return found[1]

    @property
    def api_key(self) -> str:
        """The demo's key."""
        found = _API_KEY.search(self.printed)
        assert found, self.printed
        return found[1]

    @property
    def memory_mib(self) -> float:
        """Resident memory of the process and of its workers."""
        top = psutil.Process(self.process.pid)
        each = [top, *top.children(recursive=True)]
        return sum(one.memory_info().rss for one in each) / MIB

    def log(self) -> str:
        """The log files, the newest first."""
        return "".join(
            file.read_text("utf-8", "replace") for file in sorted(self.data.glob("*.log*"))
        )


def environment(data: Path, **own: str) -> dict[str, str]:
    """The variables of a server; a name that begins with `_` is taken without our prefix."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TUPPENCE_SERVER_", "STRIPE_", "LEMONSQUEEZY_"))
    }
    named = {
        name[1:] if name.startswith("_") else f"TUPPENCE_SERVER_{name}": value
        for name, value in own.items()
    }
    return {
        **kept,
        "TUPPENCE_SERVER_DATA": str(data),
        "TUPPENCE_SERVER_PORT": "0",
        "PYTHONUNBUFFERED": "1",
        **named,
    }


@contextmanager
def server_process(
    data: Path, *words: str, env: Mapping[str, str] | None = None
) -> Iterator[ServerProcess]:
    """`tuppence-server run WORDS` until the block ends."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    output = data.parent / f"{data.name}.output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.server.main", "run", *words],
            cwd=ROOT,
            env=environment(data, **(env or {})),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        running = ServerProcess(process, data, output)
        try:
            _wait_until_it_serves(running)
            yield running
        finally:
            process.terminate()
            try:
                process.wait(STOPPED_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def refused_start(
    data: Path, *words: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`tuppence-server run WORDS` that is to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "app.server.main", "run", *words],
        cwd=ROOT,
        env=environment(data, **(env or {})),
        capture_output=True,
        text=True,
        timeout=STARTED_WITHIN_S,
    )


def _wait_until_it_serves(running: ServerProcess) -> None:
    until = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < until:
        assert running.process.poll() is None, running.printed
        if _ADDRESS.search(running.printed):
            try:
                httpx2.get(f"{running.url}/openapi.json", timeout=5)
                return
            except httpx2.TransportError:
                time.sleep(0.05)  # taken, but the application is not there yet
        time.sleep(0.05)
    raise TimeoutError(running.printed)


def session_at(url: str) -> str:
    """The session of a new account, made as a desktop makes it."""
    key = SigningKey.from_seed(os.urandom(32))
    with httpx2.Client(base_url=url) as client:
        asked = client.post("/api/session", json={"public_key": key.public.text})
        assert asked.status_code == 200, asked.text
        challenge = asked.json()["challenge"]
        signature = key.signature(
            signed_bytes(Purpose.REGISTER, url.removeprefix("http://"), challenge)
        )
        proof = {
            "public_key": key.public.text,
            "challenge": challenge,
            "signature": base64.b64encode(signature).decode(),
        }
        made = client.post("/api/devices", json=proof)
        assert made.status_code == 201, made.text
        return str(made.json()["token"])
