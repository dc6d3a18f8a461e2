"""What the operating system has to bring: Qt's libraries, and programs that the tests need.

Looked for on Linux only; macOS and Windows bring what Qt needs. On Debian and its kin what is
missing is installed where we may, else the one command that does it is named.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

from tools.environment import tell
from tools.places import Stopped

# What Qt's platform plug-ins link against, and the Debian package that has it.
LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
_SCREEN = {"Xvfb": "xvfb", "xdotool": "xdotool"}


class Need(StrEnum):
    """For what the system is looked at."""

    WINDOW = "window"
    TEST = "test"
    BENCH = "bench"


PROGRAMS: dict[Need, dict[str, str]] = {
    Need.WINDOW: {},
    Need.TEST: {
        **_SCREEN,
        "dbus-daemon": "dbus",
        "gnome-keyring-daemon": "gnome-keyring",
        "postgres": "postgresql",
        "chromium": "chromium",
        "curl": "curl",
        "caddy": "caddy",
        "systemd-analyze": "systemd",
    },
    Need.BENCH: {**_SCREEN, "chromium": "chromium"},
}


def provide(need: Need) -> None:
    """Install what is missing, or stop with the command that would."""
    if not sys.platform.startswith("linux"):
        return
    packages = sorted({*_missing_libraries(), *_missing_programs(need)})
    if packages:
        _install(packages)


def provide_venv() -> None:
    """Debian leaves the part of Python out that fills a new environment."""
    if importlib.util.find_spec("ensurepip") is None:
        version = "{}.{}".format(*sys.version_info[:2])
        _install([f"python{version}-venv"])


def find_program(name: str) -> str | None:
    """Where a program is; Debian keeps PostgreSQL's outside the PATH."""
    found = shutil.which(name)
    if found is None and name == "postgres":
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        return str(versions[-1]) if versions else None
    return found


def _missing_libraries() -> list[str]:
    return [package for library, package in LIBRARIES.items() if not _loads(library)]


def _missing_programs(need: Need) -> list[str]:
    return [package for name, package in PROGRAMS[need].items() if find_program(name) is None]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _install(packages: list[str]) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        raise Stopped(
            "This system lacks what Debian calls: " + ", ".join(packages) + ".\n"
            "Install them with your system's package tool, then start again."
        )
    if os.geteuid() != 0:
        raise Stopped(
            "The system lacks some packages. Install them with this command, then start again:\n"
            f"  sudo apt-get update && sudo {' '.join(command)}"
        )
    tell(f"Installing system packages: {', '.join(packages)}.")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update"], command):
        result = subprocess.run(
            step, env=quiet, capture_output=True, text=True, errors="replace", check=False
        )
    if result.returncode != 0:
        last = "\n  ".join((result.stdout + result.stderr).splitlines()[-12:])
        raise Stopped(f"The system's packages could not be installed:\n  {last}")
