"""Pictures of the real window, light and dark, of every view.

Started by `dev.py screenshots FOLDER`, or by itself with the environment's interpreter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The program and its tests, and this folder as a package, wherever this is started.
IMPORTED_FROM = (str(ROOT), str(ROOT / "packaging"))
sys.path[:0] = IMPORTED_FROM

from tests.fixtures.display import virtual_display  # noqa: E402

SCREEN, LARGE_SCREEN = "1440x900x24", "2880x1800x24"
LIMIT_S = 240
PROGRAM, PAYER = (Path(__file__).with_name(name) for name in ("program.py", "pay.py"))


def main(folder: Path) -> int:
    """Take every picture; the window's own profiles are thrown away afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with virtual_display(SCREEN) as display:
        for theme in ("light", "dark"):
            for scenes in ("first", "used", "hosted"):
                _play(scenes, folder, theme, display)
        _play("hosted", folder, "light", display, language="de")
    with virtual_display(LARGE_SCREEN) as display:
        for theme in ("light", "dark"):
            _play("hosted", folder, theme, display, percent=200)
    for picture in sorted(folder.glob("*.png")):
        print(picture)
    return 0


def _play(
    scenes: str,
    folder: Path,
    theme: str,
    display: str,
    *,
    percent: int = 100,
    language: str = "en",
) -> None:
    with tempfile.TemporaryDirectory() as home:
        places = [Path(home), Path(home, "demo")]
        for place in places:
            place.mkdir(exist_ok=True)
            kept = {"theme": theme, "language": language}
            (place / "window.json").write_text(json.dumps(kept), encoding="utf-8")
        _install_payer(Path(home))
        variables = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(IMPORTED_FROM),
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "TUPPENCE_HOME": home,
            # Without a session bus no keyring answers: the person's own is never asked.
            "DBUS_SESSION_BUS_ADDRESS": "",
            "XDG_RUNTIME_DIR": home,
            "LC_ALL": "C.UTF-8",
            "NO_AT_BRIDGE": "1",
            "QT_SCALE_FACTOR": str(percent / 100),
            "PATH": os.pathsep.join((str(Path(home, "bin")), os.environ["PATH"])),
        }
        variables.pop("WAYLAND_DISPLAY", None)
        size = [str(percent), language]
        words = [sys.executable, "-P", str(PROGRAM), scenes, str(folder), theme, home, *size]
        subprocess.run(words, env=variables, check=True, timeout=LIMIT_S)


def _install_payer(home: Path) -> None:
    """In place of the system's browser: it pays once the scenes say so."""
    command = home / "bin" / "xdg-open"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PAYER}" "{home}/till" "$1"\n')
    command.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
