"""The image's folders laid out in a temporary one, with this environment in the place of its own,
and the image's own command running there."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from app.server.settings import PREFIX
from tests.packaging.containerfile import instructions, named

ROOT = Path(__file__).resolve().parents[2]
FILE = instructions(ROOT / "packaging" / "server" / "Containerfile")
STARTED_WITHIN_S = 60.0
IN_FRONT = {
    f"{PREFIX}BEHIND_TLS": "true",
    f"{PREFIX}PUBLIC_URL": "https://tokens.example.org",
    f"{PREFIX}TRUSTED_PROXIES": "127.0.0.1/32",
    f"{PREFIX}DEVICES_PER_ADDRESS_DAY": "2",
}


def variables() -> dict[str, str]:
    (line,) = named(FILE, "ENV")
    return dict(word.split("=", 1) for word in line.words)


def copied() -> list[tuple[str, str]]:
    """What comes from the checkout, and where it goes."""
    found = [each.words for each in named(FILE, "COPY") if not each.rest.startswith("--from")]
    return [(source, target) for *sources, target in found for source in sources]


def laid_out(folder: Path) -> Path:
    """A folder with what the image has under `/`."""
    for source, target in copied():
        place = folder / target.strip("/")
        if target.startswith("/") and (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place)  # what is compiled comes along: it is dear
    (folder / "data").mkdir(mode=0o700)
    return folder


def started_by(image: Path, *words: str) -> list[str]:
    (entry,), (usual,) = named(FILE, "ENTRYPOINT"), named(FILE, "CMD")
    assert entry.words[0] == "/server/bin/python"
    return [sys.executable, *entry.words[1:], *usual.words, *words]


def environment(image: Path, more: dict[str, str]) -> dict[str, str]:
    own = {
        name: str(image / value.strip("/")) if value.startswith("/") else value
        for name, value in variables().items()
    }
    return {"PATH": os.environ["PATH"], "HOME": str(image), **own, **more}


@contextmanager
def serving(image: Path, **env: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The image's own command on a free port, with a proxy promised in front of it: the demo, where
    no variables of another server are given."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = environment(image, {**IN_FRONT, **env, f"{PREFIX}PORT": str(port)})
    output = image / "output"
    with output.open("ab") as file:
        process = subprocess.Popen(
            started_by(image, *(() if env else ("--demo",))),
            env=given, cwd=image, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        until = time.monotonic() + STARTED_WITHIN_S
        while not answers(port):
            assert process.poll() is None, output.read_text("utf-8")
            assert time.monotonic() < until, output.read_text("utf-8")
            time.sleep(0.05)
        yield port, process
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def healthy(image: Path, port: int) -> bool:
    """What the image's own question says, at the port that it got here."""
    (asked,) = named(FILE, "HEALTHCHECK")
    command = [word.replace(":8700/", f":{port}/") for word in asked.words]
    assert command[0] == "/server/bin/python"
    assert any(f":{port}/healthz" in word for word in command)
    command[0] = sys.executable
    return subprocess.run(command, capture_output=True, timeout=30).returncode == 0
