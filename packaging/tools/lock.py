"""Makes the hashed locks: for every system and Python at once, with no address in them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.places import ROOT, Level, Stopped

HEADER = "# Made by `python3 packaging/dev.py lock` from pyproject.toml; not edited by hand.\n"
OPTIONS = (
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"),
    *("--only-binary", ":all:"),  # the environment is made of wheels alone: nothing is built
)


# What the window alone needs: the server's lock is for machines without one.
WINDOW_ALONE = (
    *("pyside6-essentials", "shiboken6", "keyring", "secretstorage", "jeepney", "rapidfuzz"),
    *("jaraco-classes", "jaraco-context", "jaraco-functools", "more-itertools", "pygments"),
    *("pywin32-ctypes", "importlib-metadata", "zipp", "backports-tarfile", "markdown-it-py"),
    *("mdurl", "sqlmodel", "sqlalchemy", "greenlet", "ziamath", "ziafont", "latex2mathml"),
)


def make_locks() -> int:
    """Write the locks; the later ones take every version of the first."""
    uv = shutil.which("uv")
    if uv is None:
        raise Stopped("The lock is made by uv. Install it with: python3 -m pip install uv")
    _compile(uv, Level.RUN)
    left_out = [word for name in WINDOW_ALONE for word in ("--no-emit-package", name)]
    first = ("--constraint", str(Level.RUN.lock))
    _compile(uv, Level.SERVER, "--extra", "server", *first, *left_out)
    _compile(uv, Level.DEV, "--extra", "dev", *first)
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
