"""Makes the hashed locks: for every system and Python at once, with no address in them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.places import ROOT, Level, Stopped

HEADER = "# Made by `python3 packaging/dev.py lock` from pyproject.toml; not edited by hand.\n"
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header")


def make_locks() -> int:
    """Write both locks; the second one takes every version of the first."""
    uv = shutil.which("uv")
    if uv is None:
        raise Stopped("The lock is made by uv. Install it with: python3 -m pip install uv")
    _compile(uv, Level.RUN)
    _compile(uv, Level.DEV, "--extra", "dev", "--constraint", str(Level.RUN.lock))
    return 0


def _compile(uv: str, level: Level, *more: str) -> None:
    command = [
        uv,
        "pip",
        "compile",
        "pyproject.toml",
        *OPTIONS,
        "--no-annotate",
        "--upgrade",
        *more,
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Stopped(f"uv could not make the lock:\n{result.stderr}")
    _write(level.lock, HEADER + result.stdout)


def _write(path: Path, text: str) -> None:
    if "://" in text:
        raise Stopped(f"{path.name} would hold an address; it is left as it was.")
    path.write_text(text, encoding="utf-8")
    print(f"{path.name}: {text.count('==')} entries")
