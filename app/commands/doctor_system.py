"""Checks of what the window needs from the system: Python, Qt, libraries, a display.

Qt itself is never loaded here: where a library is missing it ends the whole program.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import sys
from importlib import metadata
from pathlib import Path

from app.commands.doctor_report import Finding, fine, note, wrong

# What PySide6-Essentials loads on Linux, and the Debian and Ubuntu package that brings it.
_LIBRARIES = (
    ("libglib-2.0.so.0", "libglib2.0-0"),
    ("libGL.so.1", "libgl1"),
    ("libEGL.so.1", "libegl1"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libfontconfig.so.1", "libfontconfig1"),
)
_X11_LIBRARIES = (
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
)


def check_python() -> list[Finding]:
    version = platform.python_version()
    return [fine("Python", f"{version} on {platform.system()} {platform.machine()}")]


def check_qt() -> list[Finding]:
    try:
        version = metadata.version("PySide6-Essentials")
    except metadata.PackageNotFoundError:
        if getattr(sys, "frozen", False):
            return [fine("Qt", "shipped inside the program")]
        advice = "Install it: pip install PySide6-Essentials"
        return [wrong("Qt", "PySide6 is not installed, so no window can open.", advice)]
    parts = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if parts >= (6, 12) and sys.version_info < (3, 12):
        advice = 'Install the older one: pip install "PySide6-Essentials~=6.11.0"'
        return [wrong("Qt", f"PySide6 {version} ends abruptly on Python 3.11.", advice)]
    return [fine("Qt", f"PySide6 {version}")]


def check_libraries(system: str = sys.platform) -> list[Finding]:
    """Each system library that the window loads; only Linux does not bring its own."""
    if not system.startswith("linux"):
        return []
    wanted = list(_LIBRARIES)
    if _uses_x11():
        wanted += _X11_LIBRARIES
    missing = [(library, package) for library, package in wanted if not is_loadable(library)]
    if not missing:
        return [fine("System libraries", f"all {len(wanted)} are there")]
    packages = " ".join(package for _, package in missing)
    names = ", ".join(library for library, _ in missing)
    advice = f"Install: sudo apt install {packages} (or your system's packages for these files)"
    return [wrong("System libraries", f"{names} missing, so no window can open.", advice)]


def is_loadable(library: str) -> bool:
    """Whether the system finds a library by its name."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def check_display(system: str = sys.platform) -> list[Finding]:
    """A display to open the window on; the commands need none."""
    if not system.startswith(("linux", "freebsd", "openbsd")):
        return []
    if os.environ.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal", "vnc"):
        return [fine("Display", f"none needed ({os.environ['QT_QPA_PLATFORM']})")]
    if name := os.environ.get("WAYLAND_DISPLAY"):
        return [_wayland(name)]
    if name := os.environ.get("DISPLAY"):
        return [_x11(name)]
    advice = "The commands work. For the window start it in a desktop session."
    return [note("Display", "there is none here, so no window can open.", advice)]


def _uses_x11() -> bool:
    return not os.environ.get("WAYLAND_DISPLAY") and (
        os.environ.get("QT_QPA_PLATFORM", "xcb") == "xcb"
    )


def _wayland(name: str) -> Finding:
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / name
    if path.exists():
        return fine("Display", f"Wayland ({name})")
    advice = "Start Tuppence from the desktop session itself."
    return wrong("Display", f"WAYLAND_DISPLAY is {name}, but nothing is there.", advice)


def _x11(name: str) -> Finding:
    host, _, rest = name.rpartition(":")
    number = rest.partition(".")[0]
    if host not in ("", "unix"):
        return note("Display", f"X11 on another machine ({name}); not tried.")
    if number.isdigit() and _answers(f"/tmp/.X11-unix/X{number}"):
        return fine("Display", f"X11 ({name})")
    advice = "Check DISPLAY, or start Tuppence from the desktop session itself."
    return wrong("Display", f"DISPLAY is {name}, but no X server answers there.", advice)


def _answers(path: str) -> bool:
    # Linux's X servers listen on a name without a file as well; one of the two is enough.
    for address in (path, f"\0{path}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(2)
            try:
                door.connect(address)
            except OSError:
                continue
            return True
    return False
