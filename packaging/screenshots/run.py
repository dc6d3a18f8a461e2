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

SCREEN = "1440x900x24"
LIMIT_S = 90
PROGRAM = Path(__file__).with_name("program.py")


def main(folder: Path) -> int:
    """Take every picture; the window's own profiles are thrown away afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with virtual_display(SCREEN) as display:
        for theme in ("light", "dark"):
            for scenes in ("first", "used"):
                _play(scenes, folder, theme, display)
    for picture in sorted(folder.glob("*.png")):
        print(picture)
    return 0


def _play(scenes: str, folder: Path, theme: str, display: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        Path(home, "window.json").write_text(json.dumps({"theme": theme}), encoding="utf-8")
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
        }
        variables.pop("WAYLAND_DISPLAY", None)
        words = [sys.executable, "-P", str(PROGRAM), scenes, str(folder), theme, home]
        subprocess.run(words, env=variables, check=True, timeout=LIMIT_S)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
